"""A retrieved chunk's sentences made ready for matching, each with what it stands under. Knows no question."""

import functools
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.records import Chunk, Sentence, StoredChunk
from rag.dates import resolve
from rag.writing import normalise

_LIST_MARK = re.compile(r"\s*(?:[(（]?\d{1,2}[.、．)）]\s*(?!\d)|[·•●]\s*)?")
_LEANING = re.compile(r"[\"“'(]*(?:作为[^,，。]{2,24}[,，]它|该|其[^他中]|它|此[^外前]|这[^次里]|公司|上述|前者|后者)")


@dataclass(frozen=True)
class View:
    """A sentence made ready for matching: `said` normalised, `text` in lower case too.

    `headings` is what it stands under, `context` that and what is said just before.
    """

    stored: StoredChunk
    sentence: Sentence
    order: int
    said: str
    text: str
    headings: str
    context: str

    @property
    def lead(self) -> str:
        """What the sentence stands under, as it is read."""
        return _normalised(" › ".join((self.stored.chunk.title, *self.stored.chunk.headings)))

    @property
    def key(self) -> tuple[str, int]:
        """Identifies the sentence across overlapping chunks."""
        return self.stored.chunk.document_id, self.sentence.start

    @property
    def leans(self) -> bool:
        """Whether the sentence opens by pointing back: "该平台…", "它…", "公司总经理…"."""
        return bool(_LEANING.match(self.text))

    @property
    def vector(self) -> NDArray[np.float32]:
        """The unit vector of the sentence."""
        row: NDArray[np.float32] = self.stored.sentence_vectors[self.order]
        return row

    @property
    def quote(self) -> str:
        """The words of the report, as they stand, without the list mark and the whitespace at their ends."""
        return self.stored.chunk.sentence_text(Sentence(*_span(self.stored.chunk, self.sentence)))

    @property
    def span(self) -> tuple[int, int]:
        """Where the quote stands in its document."""
        return _span(self.stored.chunk, self.sentence)


_normalised = functools.lru_cache(maxsize=8192)(normalise)


def _matching_text(text: str) -> str:
    return _normalised(text).lower()


def views(stored: StoredChunk) -> tuple[View, ...]:
    """Return the chunk's sentences that may be quoted (headings are context only)."""
    chunk = stored.chunk
    headings = _matching_text(" ".join((chunk.title, *chunk.headings)))
    return tuple(
        View(stored, sentence, order, said, said.lower(), headings, _context(chunk, order, headings))
        for order, sentence in enumerate(chunk.sentences)
        if not sentence.heading and (said := _normalised(_dated(stored, sentence)))
    )


def _dated(stored: StoredChunk, sentence: Sentence) -> str:
    """Return the sentence without its list mark, its relative dates made absolute.

    A visitor asks for 2022年10月, not for 去年10月, and the 3 of "3. …" is no figure.
    """
    return resolve(stored.chunk.sentence_text(Sentence(*_span(stored.chunk, sentence))), stored.date)


def _span(chunk: Chunk, sentence: Sentence) -> tuple[int, int]:
    """Return the sentence's offsets without the list mark and the whitespace at its ends."""
    words = chunk.sentence_text(sentence)
    mark = _LIST_MARK.match(words)
    start = mark.end() if mark else 0
    return sentence.start + start, sentence.start + max(start, len(words.rstrip()))


def _context(chunk: Chunk, order: int, headings: str) -> str:
    """Return the headings and the two sentences before, for what the sentence leaves unsaid."""
    before = [chunk.sentence_text(sentence) for sentence in chunk.sentences[max(0, order - 2) : order]]
    return f"{headings} {_matching_text(' '.join(before))}"
