"""The last look before a visitor sees an answer: what its quotes do not support is dropped.

Knows drafts and the documents' text; nothing of how they were found.
"""

import re
from dataclasses import replace

from rag.compose import DocumentText, Draft
from rag.dates import without_notes
from rag.records import Citation

_MARK = re.compile(r"\[\d+\]\s*$")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def verified(draft: Draft, text_of: DocumentText) -> Draft:
    """Return `draft` without the sentences whose citation is not a literal slice, or that say more than it."""
    kept = tuple(
        (sentence, citation)
        for sentence, citation in draft.sentences
        if citation is None or (is_verbatim(citation, text_of) and says_no_more(sentence, citation))
    )
    return replace(draft, sentences=kept, nearby=tuple(one for one in draft.nearby if is_verbatim(one, text_of)))


def is_verbatim(citation: Citation, text_of: DocumentText) -> bool:
    """Whether the citation is the document's own words at its offsets."""
    return bool(citation.quote) and text_of(citation.document_id)[citation.start : citation.end] == citation.quote


def says_no_more(sentence: str, citation: Citation) -> bool:
    """Whether the sentence, its mark and date notes taken off, is the quote."""
    words = without_notes(_MARK.sub("", sentence)).strip()
    return "".join(words.split()) == "".join(citation.quote.split())


def figures(text: str) -> set[str]:
    """Return the figures in `text`, without thousands separators."""
    return set(_FIGURE.findall(text.replace(",", "")))
