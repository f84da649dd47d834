"""Which of staff's published entries, if any, a stand-alone question asks for.

Knows entries, vectors and the model that decides; knows nothing of the chain or of how an answer is given.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.apart import parts
from rag.phrase_vectors import PhraseVectors
from rag.sameness import Said, bare, said
from rag.staff_answers import StaffAnswer
from rag.staff_model import StaffModel, staff_model
from rag.staff_signals import Likeness, Taken, signals
from rag.writing import language, normalise

LOOKED_AT = 6
"""Entries compared closely: the nearest ones by their vectors."""
LEAST = 0.5
"""Probability from which an entry answers."""
_LONGEST = 500
"""Characters of a phrase that are embedded and compared."""
_FAR = -1.0

Vector = Callable[[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a question asks for, and how surely."""

    entry: StaffAnswer
    probability: float


@dataclass(frozen=True)
class _Held:
    """An entry made ready: its questions in one spelling each, taken apart."""

    entry: StaffAnswer
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    same: frozenset[str]
    never: frozenset[str]
    taken: Taken

    @classmethod
    def of(cls, entry: StaffAnswer) -> "_Held":
        positive = _texts((entry.question, *entry.similar))
        negative = _texts(entry.negative)
        never = frozenset(map(bare, negative))
        taken = Taken(tuple(map(said, positive)), said(normalise(entry.answer)))
        return cls(entry, positive, negative, frozenset(map(bare, positive)) - never, never, taken)


def as_asked(text: str) -> str:
    """Return a question as it is compared and embedded: normalised, an English one in lower case."""
    plain = normalise(text[:_LONGEST])
    return plain.lower() if language(plain) == "en" else plain


def _texts(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for phrase in phrases if (text := as_asked(phrase))))


class Matcher:
    """Finds the entry that answers a question among the ones it was last told of. Safe to call from several threads."""

    def __init__(self, vectors: PhraseVectors, model: StaffModel | None = None) -> None:
        self._vectors = vectors
        self._model = model or staff_model()
        self._lock = threading.Lock()
        self._held: dict[StaffAnswer, _Held] = {}
        self._entries: tuple[StaffAnswer, ...] = ()
        self._ready = _Ready((), vectors, self._model)

    def prepare(self, entries: tuple[StaffAnswer, ...]) -> "_Ready":
        """Take in what is published now; costs next to nothing where nothing has changed."""
        if entries is self._entries:
            return self._ready
        with self._lock:
            if entries != self._entries:
                self._held = {entry: self._held.get(entry) or _Held.of(entry) for entry in entries}
                self._ready = _Ready(tuple(self._held.values()), self._vectors, self._model)
            self._entries = entries
            return self._ready

    def keep(self) -> None:
        """Have the vectors of the present entries kept for the next start."""
        held = self._ready.held
        self._vectors.keep(text for one in held for text in (*one.positive, *one.negative))

    def match(self, question: str, vector: Vector, entries: tuple[StaffAnswer, ...], day: date) -> Match | None:
        """Return the entry of `entries` that answers `question` on `day`, or None.

        `vector` gives the embedder's vector of a question as `as_asked` spells it.
        """
        return self.prepare(entries).match(as_asked(question), vector, day)


class _Ready:
    """Entries with their vectors, for one state of what is published."""

    def __init__(self, held: tuple[_Held, ...], vectors: PhraseVectors, model: StaffModel) -> None:
        self.held = held
        self._model = model
        self._fingerprint = vectors.fingerprint
        self._plain = vectors.of([text for one in held for text in one.positive])
        self._near = model.projected(self._plain, self._fingerprint)
        self._owner = np.array([place for place, one in enumerate(held) for _ in one.positive], np.int64)
        self._starts = np.cumsum([0, *(len(one.positive) for one in held)])
        self._never = [
            model.projected(vectors.of(list(one.negative)), self._fingerprint) if one.negative else None for one in held
        ]
        self._exact: dict[str, list[int]] = {}
        for place, one in enumerate(held):
            for text in one.same:
                self._exact.setdefault(text, []).append(place)

    def match(self, asked: str, vector: Vector, day: date) -> Match | None:
        """Return the entry that answers, or None."""
        key = bare(asked)
        if not key or not self.held:
            return None
        for place in self._exact.get(key, ()):
            if self.held[place].entry.holds_on(day):
                return Match(self.held[place].entry, 1.0)
        if len(parts(asked)) > 1:
            return None  # what joins several questions is no single entry's
        return self._by_meaning(asked, key, vector(asked), day)

    def _by_meaning(self, asked: str, key: str, vector: NDArray[np.float32], day: date) -> Match | None:
        near = self._model.projected(vector[None], self._fingerprint)[0]
        likeness = self._near @ near
        best = np.full(len(self.held), _FAR, np.float32)
        np.maximum.at(best, self._owner, likeness)
        on = np.array([one.entry.holds_on(day) for one in self.held])
        best[~on] = _FAR
        order = np.argsort(-best)[:LOOKED_AT]
        chosen = [int(place) for place in order if best[place] > _FAR]
        plain = self._plain @ vector
        question = said(asked)
        rows = [self._signals(question, place, near, likeness, plain, best) for place in chosen]
        probabilities = self._model.probabilities(rows, self._fingerprint)
        allowed = [
            (probability, place)
            for probability, place, row in zip(probabilities, chosen, rows, strict=True)
            if not self._forbidden(question, key, place, row)
        ]
        probability, place = max(allowed, default=(0.0, -1))
        return Match(self.held[place].entry, probability) if probability >= LEAST else None

    def _signals(
        self,
        asked: Said,
        place: int,
        near: NDArray[np.float32],
        likeness: NDArray[np.float32],
        plain: NDArray[np.float32],
        best: NDArray[np.float32],
    ) -> dict[str, float]:
        own = slice(self._starts[place], self._starts[place + 1])
        never = self._never[place]
        negative = None if never is None else float((never @ near).max())
        others = [best[other] for other in np.argsort(-best)[:2] if other != place]
        after = float(max(others, default=0.0))
        return signals(
            asked, self.held[place].taken, Likeness(float(plain[own].max()), likeness[own], negative, max(0.0, after))
        )

    def _forbidden(self, asked: Said, key: str, place: int, row: dict[str, float]) -> bool:
        """Whether an entry must not answer.

        The question is one of its negatives or nearer to one, or names a figure that the entry does not.
        """
        held = self.held[place]
        if key in held.never or row["negative"] > 0:
            return True
        return bool(asked.numbers - held.taken.numbers - held.taken.answer.numbers)
