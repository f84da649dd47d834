"""The last look before a visitor sees an answer: what its quotes do not support is dropped.

Knows drafts and the documents' text; nothing of how they were found.
"""

import re
from dataclasses import replace

from rag.compose import Draft
from rag.dates import resolve
from rag.passages import DocumentText
from rag.records import Citation

Said = tuple[str, Citation | None]
_FIGURE = re.compile(r"[\d一二两三四五六七八九十百千万亿半]")
_MARK = re.compile(r"\[(\d+)\]\s*$")


def verified(draft: Draft, text_of: DocumentText) -> Draft:
    """Return `draft` without the sentences whose citation is not a literal slice, or that say more than it."""
    kept = tuple(
        (sentence, citation)
        for sentence, citation in draft.sentences
        if citation is None or (is_verbatim(citation, text_of) and says_no_more(sentence, citation))
    )
    nearby = tuple(one for one in draft.nearby if is_verbatim(one, text_of))
    if len(kept) < len(draft.sentences):
        return replace(draft, sentences=_renumbered(kept), nearby=nearby, further=())
    further = tuple((text, one) for text, one in draft.further if is_verbatim(one, text_of) and says_no_more(text, one))
    return replace(draft, sentences=kept, nearby=nearby, further=further)


def _renumbered(sentences: tuple[Said, ...]) -> tuple[Said, ...]:
    """Close the gaps that dropped sentences leave in the numbers."""
    numbers = {number: place for place, number in enumerate(sorted({c.number for _, c in sentences if c}), 1)}
    return tuple(
        (
            _MARK.sub(f"[{numbers[citation.number]}]", text.rstrip()) + text[len(text.rstrip()) :],
            replace(citation, number=numbers[citation.number]),
        )
        if citation
        else (text, None)
        for text, citation in sentences
    )


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
    """Whether `words` are one whole figure of the quote: not the 20 of 920, nor the 200 of 200亿, nor one denied."""
    piece = words.removesuffix("。")
    whole = rf"(?<![\d.,A-Za-z没不非未无]){re.escape(piece)}(?![\d.,A-Za-z万亿千百])"
    return _FIGURE.search(piece) is not None and re.search(whole, quote) is not None


def _squeezed(text: str) -> str:
    """Return `text` without whitespace: where a line is broken says nothing."""
    return "".join(text.split())
