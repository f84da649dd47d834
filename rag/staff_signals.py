"""How a question and a published entry compare: figures from concepts, words and vectors, nothing decided.

Knows texts that were taken apart and unit vectors; knows no weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.lexicon import lexicon
from rag.sameness import Said, covered, nearness, table
from rag.terms import is_english

_OTHER_WORD = 0.7
"""How far a synonym of the wide lexicon, or a half of a long word, covers a word."""
_YES_NO = frozenset(["yes", "may", "have", "need", "free"])
NO_NEGATIVE = -0.5
"""How far the nearest negative question lies behind when there is none: farther than any that matters."""


@dataclass(frozen=True)
class Taken:
    """What is compared of an entry: its positive questions taken apart, and its answer."""

    phrases: tuple[Said, ...]
    answer: Said

    @cached_property
    def concepts(self) -> frozenset[str]:
        """The concepts of all its questions."""
        return frozenset(name for phrase in self.phrases for name in phrase.concepts)

    @cached_property
    def asks(self) -> frozenset[str]:
        """The kinds that its questions ask for."""
        return frozenset(phrase.ask for phrase in self.phrases)

    @cached_property
    def text(self) -> str:
        """Its questions, lower case."""
        return "\n".join(phrase.text for phrase in self.phrases).lower()

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The figures of its questions."""
        return frozenset(number for phrase in self.phrases for number in phrase.numbers)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of a question with the entry's questions (`positives`), its answer, its nearest negative, the next entry.

    `plain` is the best cosine as the embedder gives it, the others are of projected vectors.
    """

    plain: float
    positives: NDArray[np.float32]
    answer: float
    negative: float | None
    next_entry: float


def signals(asked: Said, entry: Taken, like: Likeness) -> dict[str, float]:
    """Return the figures by which it is decided whether `asked` asks what `entry` answers."""
    best = float(like.positives.max())
    asks = [nearness(asked.ask, phrase.ask) for phrase in entry.phrases]
    shared = max(len(asked.asks & phrase.asks) > 0 for phrase in entry.phrases)
    gap, gap_answer = _gaps(asked, entry)
    words, words_answer = _words(asked, entry)
    missing = [_missing(phrase, asked) for phrase in entry.phrases]
    return {
        "near": best,
        "mean": float(like.positives.mean()),
        "answer": like.answer,
        "plain": like.plain,
        "negative": NO_NEGATIVE if like.negative is None else max(NO_NEGATIVE, like.negative - best),
        "next": like.next_entry - best,
        "ask": max(asks),
        "ask_shared": float(shared),
        "ask_apart": float(bool(asked.ask) and max(asks) < 0.2),
        "ask_first": asks[0],
        "gap": gap,
        "gap_answer": gap_answer,
        "gap_share": gap / max(0.5, sum(asked.concepts.values())),
        "gap_most": _most(asked, entry),
        "gap_acts": _act_gap(asked, entry),
        "words_most": max(
            (weight * (1 - _told(word, entry.text)) for word, weight in asked.words.items()), default=0.0
        ),
        "yes_no": float(asked.ask in _YES_NO),
        "asks_nothing": float(not asked.ask),
        "concepts": float(len(asked.concepts)),
        "missing_first": missing[0],
        "words": words,
        "words_answer": words_answer,
        "missing": min(missing),
        "condition": float(len(asked.conditions - entry.concepts)),
        "condition_missing": float(min(len(phrase.conditions - asked.conditions) for phrase in entry.phrases)),
        "numbers": float(len(asked.numbers - entry.numbers)),
        "denies": float(asked.denies not in {phrase.denies for phrase in entry.phrases}),
        "dice": max(_dice(asked.text, phrase.text) for phrase in entry.phrases),
        "unknown": float(not asked.concepts),
        "english": float(is_english(asked.text)),
    }


def _gaps(asked: Said, entry: Taken) -> tuple[float, float]:
    """Return the weight of what is asked and none of the entry's questions says; and what its answer lacks too."""
    told = entry.concepts | frozenset(entry.answer.concepts)
    gap = sum(weight * (1 - covered(name, entry.concepts, entry.asks)) for name, weight in asked.concepts.items())
    return gap, sum(weight * (1 - covered(name, told, entry.asks)) for name, weight in asked.concepts.items())


def _most(asked: Said, entry: Taken) -> float:
    """Return the weight of the heaviest concept that the entry's questions lack."""
    return max((w * (1 - covered(name, entry.concepts, entry.asks)) for name, w in asked.concepts.items()), default=0.0)


def _act_gap(asked: Said, entry: Taken) -> float:
    """Return the weight of what the visitor wants done that none of the entry's questions is about."""
    acts = [(name, weight) for name, weight in asked.concepts.items() if table().classes[name] == "act"]
    return sum(weight * (1 - covered(name, entry.concepts, entry.asks)) for name, weight in acts)


def _words(asked: Said, entry: Taken) -> tuple[float, float]:
    """Return the same of the words that are no concept."""
    both = f"{entry.text}\n{entry.answer.text.lower()}"
    return (
        sum(weight * (1 - _told(word, entry.text)) for word, weight in asked.words.items()),
        sum(weight * (1 - _told(word, both)) for word, weight in asked.words.items()),
    )


def _told(word: str, text: str) -> float:
    if word in text:
        return 1.0
    if any(other in text for other in lexicon().others(word)):
        return _OTHER_WORD
    half = len(word) > 2 and any(word[at : at + 2] in text for at in range(len(word) - 1))
    return _OTHER_WORD / 2 if half else 0.0


def _missing(phrase: Said, asked: Said) -> float:
    """Return the weight of what one of the entry's questions says and the visitor does not."""
    told, asks = asked.concepts, (asked.ask,)
    concepts = sum(weight * (1 - covered(name, told, asks)) for name, weight in phrase.concepts.items())
    text = asked.text.lower()
    return concepts + sum(weight * (1 - _told(word, text)) for word, weight in phrase.words.items())


def _dice(one: str, other: str) -> float:
    a, b = _pairs(one), _pairs(other)
    return 2 * len(a & b) / max(1, len(a) + len(b))


def _pairs(text: str) -> set[str]:
    low = text.lower()
    return {low[at : at + 2] for at in range(len(low) - 1)}


def row(figures: dict[str, float], names: Sequence[str]) -> NDArray[np.float64]:
    """Return some of the figures in order."""
    return np.array([figures[name] for name in names])
