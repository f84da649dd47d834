"""The last look before a visitor sees an answer: what its quotes do not support is dropped.

Knows drafts and the documents' text; nothing of how they were found.
"""

import re
from dataclasses import replace

from rag.compose import DocumentText, Draft
from rag.dates import resolve
from rag.records import Citation

_MARK = re.compile(r"\[(\d+)\]\s*$")


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
    try:
        text = text_of(citation.document_id)
    except LookupError:  # a build has taken the document away meanwhile
        return False
    return 0 <= citation.start < citation.end and text[citation.start : citation.end] == citation.quote


def says_no_more(sentence: str, citation: Citation) -> bool:
    """Whether the sentence is the quote, its relative dates resolved or not, or a piece of it that leads the answer.

    The mark must be the citation's own.
    """
    mark = _MARK.search(sentence)
    if mark and int(mark[1]) != citation.number:
        return False
    words = _squeezed(_MARK.sub("", sentence))
    quote = _squeezed(citation.quote)
    return words in (quote, _squeezed(resolve(citation.quote, citation.date))) or _leads(words, quote)


def _leads(words: str, quote: str) -> bool:
    """Whether `words` are one whole figure or name of the quote: not the 20 of 920, nor the 200 of 200亿."""
    piece = words.removesuffix("。")
    whole = rf"(?<![\d.,A-Za-z]){re.escape(piece)}(?![\d.,A-Za-z万亿千百])"
    return len(piece) >= 2 and re.search(whole, quote) is not None


def _squeezed(text: str) -> str:
    """Return `text` without whitespace: where a line is broken says nothing."""
    return "".join(text.split())
