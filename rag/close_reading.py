"""The likeliest sentences, read together with the question by the reader, and ordered anew.

Knows scored sentences and the reader's door; knows nothing of models.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from rag.asked import ASKING, Asked
from rag.calibration import Calibration
from rag.lexicon import lexicon
from rag.reader import Reader
from rag.reader_input import Line
from rag.scoring import Scored
from rag.terms import is_english

MOST_READ = 10
"""Sentences read at most."""
READ_CHARS = 300
"""Characters read at most, about as many as fit in; the best sentence is read whatever its length."""
TEMPERATURE = 2.0
"""What the logs of shares are divided by before they tell how torn the reader is (bench/LOG.md)."""
_UNREAD = -4.0
"""Log share taken for a sentence that was not read, and the least of one that was."""


def read_closely(
    asked: Asked, scored: Sequence[Scored], reader: Reader, calibration: Calibration
) -> tuple[list[Scored], float]:
    """Return the sentences ordered by their score and the reader's opinion, and the log-odds that any answers."""
    rows = worth_reading(scored)
    lines = [Line(row.view.said, row.view.lead) for row in rows]
    reading = reader.read(in_their_words(asked, " ".join(row.view.text for row in rows)), lines)
    logs = {row.view.key: log for row, log in zip(rows, reading.lines, strict=True) if log is not None}
    whole = sum(map(_softened, logs.values()))
    told = [_told(row, logs.get(row.view.key), whole, calibration.reading) for row in scored]
    return sorted(told, key=lambda row: -row.score), reading.told


def _told(row: Scored, log: float | None, whole: float, weight: float) -> Scored:
    """Return the sentence with the reader's opinion of it: the log of its share in all that could be the answer."""
    if log is None:
        return replace(row, score=row.score + weight * _UNREAD)
    return replace(row, score=row.score + weight * max(_UNREAD, log), share=_softened(log) / whole)


def _softened(log: float) -> float:
    """Return the weight of a sentence: on visitors' words the reader is surer of one than it should be."""
    return math.exp(log / TEMPERATURE)


def worth_reading(scored: Sequence[Scored]) -> list[Scored]:
    """Return the best sentences that fit in, the best one's document first, each document's in its own order."""
    chosen: list[Scored] = []
    chars = 0
    for row in scored[:MOST_READ]:
        chars += len(row.view.said)
        if chosen and chars > READ_CHARS:
            break
        chosen.append(row)
    rank: dict[str, int] = {}
    for row in chosen:
        rank.setdefault(row.view.key[0], len(rank))
    return sorted(chosen, key=lambda row: (rank[row.view.key[0]], row.view.key[1]))


def in_their_words(asked: Asked, told: str) -> str:
    """Return the question in Chinese, its words that `told` (lower case) lacks replaced by others that it has."""
    question = asked.text
    if is_english(question):
        question = f"{lexicon().translate(question)} {ASKING[asked.kind.name]}"
    for term in asked.terms:
        if len(term.text) > 1 and term.text not in told:
            other = next((word for word in term.alternatives if word in told), term.text)
            question = question.replace(term.text, other)
    return question
