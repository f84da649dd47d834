"""How a question and sentences are laid out for the reader: token ids, and for each token whose it is.

The same in training and in service. Knows a tokenizer; knows nothing of models or indexes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.shingles import RUN, is_chinese, shingles

BOS, EOS = 0, 2
"""Ids of `<s>` and `</s>` in the built-in model's vocabulary."""
LONGEST = 208
"""Tokens of one reading: what a core reads in some 40 ms."""
LONGEST_QUESTION = 64
"""Tokens; a longer question is read by its end, where it asks."""
QUESTION, SENTENCE = 0, 2
"""Segments; 1 is added where the other side says the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to be read. `lead` is what it stands under: it is read too, and never is the answer."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Layout:
    """One reading: `ids` and `segments` of shape (tokens,); `spans` the token range of each line that fitted in.

    `offsets` hold the characters of its line that a token covers, (0, 0) for tokens that are no line's.
    """

    ids: NDArray[np.int64]
    segments: NDArray[np.int64]
    spans: tuple[tuple[int, int], ...]
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    ids: list[int]
    offsets: list[tuple[int, int]]
    text: str


def layout(tokenizer: Any, question: str, lines: Sequence[Line], longest: int = LONGEST) -> Layout:  # noqa: ANN401
    """Lay `question` and `lines` out: `<s> question </s></s> lead line line </s> lead line </s>`.

    A lead is said once, before the first of the lines that share it. Lines that no longer fit are left out; a first
    line that is too long is cut. `tokenizer` is the built-in model's (`tokenizers.Tokenizer`).
    """
    asked = _piece(tokenizer, question)
    said = [(_piece(tokenizer, line.lead), _piece(tokenizer, line.text)) for line in lines]
    known_asked = shingles(question)
    known_said = set().union(*(shingles(text) for line in lines for text in (line.lead, line.text)))
    ids, segments, offsets, spans = [BOS], [QUESTION], [(0, 0)], []

    def put(piece: _Piece, segment: int, known: set[str], start: int = 0, end: int | None = None) -> None:
        ids.extend(piece.ids[start:end])
        offsets.extend(piece.offsets[start:end])
        segments.extend(segment + matched for matched in _matches(piece, known)[start:end])

    def close(segment: int) -> None:
        ids.append(EOS)
        segments.append(segment)
        offsets.append((0, 0))

    put(asked, QUESTION, known_said, start=max(0, len(asked.ids) - LONGEST_QUESTION))
    offsets[1:] = [(0, 0)] * (len(ids) - 1)
    close(QUESTION)
    last = ""
    for number, (lead, text) in enumerate(said):
        fresh = number == 0 or lines[number].lead != last
        room = longest - len(ids) - 2 - (len(lead.ids) + 1 if fresh else 0)
        if room < len(text.ids) and (number or room < 1):
            break
        if fresh:
            close(SENTENCE)
            put(_Piece(lead.ids, [(0, 0)] * len(lead.ids), lead.text), SENTENCE, known_asked)
        last = lines[number].lead
        spans.append((len(ids), len(ids) + min(room, len(text.ids))))
        put(text, SENTENCE, known_asked, end=room)
    close(SENTENCE)
    return Layout(np.array(ids), np.array(segments), tuple(spans), tuple(offsets))


def _piece(tokenizer: Any, text: str) -> _Piece:  # noqa: ANN401
    encoded = tokenizer.encode(text, add_special_tokens=False)
    return _Piece(encoded.ids, encoded.offsets, text)


def _matches(piece: _Piece, known: set[str]) -> list[int]:
    """Return 1 for each token at least half of whose characters stand in something `known`, else 0."""
    text = piece.text.lower()
    said = np.zeros(len(text) + 1, np.int64)
    for run in RUN.finditer(text):
        if not is_chinese(run[0]):
            said[run.start() : run.end()] = run[0] in known
            continue
        for place in range(run.start(), run.end() - 1):
            if text[place : place + 2] in known:
                said[place : place + 2] = 1
    return [int(end > start and 2 * said[start:end].sum() >= end - start) for start, end in piece.offsets]
