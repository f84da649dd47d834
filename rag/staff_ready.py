"""Published entries with their vectors, for one state of what is published: what a question asks for is looked up here.

Knows entries, vectors and the model that decides; knows nothing of how that state comes about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.apart import parts
from rag.phrase_vectors import PhraseVectors
from rag.reader import Reader
from rag.reader_input import Line
from rag.sameness import Said, bare, said
from rag.staff_answers import StaffAnswer
from rag.staff_entries import Held
from rag.staff_model import StaffModel
from rag.staff_signals import Likeness, signals
from rag.writing import normalise

LOOKED_AT = 6
"""Entries compared closely: the nearest ones, by the vectors of their questions or of their answers."""
READ = 3
"""Entries whose answers are read: the likeliest ones of those."""
LEAST = 0.5
"""Probability from which an entry answers."""
_FAR = -1.0
UNLIKELY = -5.0
"""Log-odds below which the reader is not asked: it would not change what is decided."""
_ENDS = "?!.。,;…~ "
MOST_PARTS = 5
"""Single questions looked at of one that joins many."""

Vector = Callable[[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a question asks for, and how surely."""

    entry: StaffAnswer
    probability: float


@dataclass(frozen=True, slots=True)
class _Weighed:
    """An entry near a question: its log-odds before reading, and its own wording that is nearest."""

    entry: StaffAnswer
    odds: float
    phrase: str


def told_by(reader: Reader, asked: str, phrase: str, answer: str) -> float:
    """Return a reader's log-odds that an entry tells what is asked; `phrase` is its own wording that is nearest."""
    return reader.read(as_read(asked), [Line(normalise(answer), phrase)]).told


def as_read(asked: str) -> str:
    """Return a question with one mark at its end, however it was typed: the reader is to make nothing of that."""
    return f"{asked.rstrip(_ENDS)}?"


class Ready:
    """Finds the entry that answers a question."""

    def __init__(
        self,
        entries: tuple[StaffAnswer, ...],
        held: tuple[Held, ...],
        vectors: PhraseVectors,
        model: StaffModel,
        reader: Reader | None,
    ) -> None:
        """`held` are the `entries` taken apart, each once."""
        self.entries = entries
        self.held = held
        self._reader = reader
        self._decision = model.decision(vectors.fingerprint)
        self._model = model
        self._fingerprint = vectors.fingerprint
        self._plain = vectors.of([text for one in held for text in one.positive])
        self._near = model.projected(self._plain, self._fingerprint)
        self._answers = model.projected(vectors.of([one.answer for one in held]), self._fingerprint)
        sizes = [len(one.positive) for one in held]
        self._starts = np.cumsum([0, *sizes])
        self._asked = np.flatnonzero(sizes)
        self._dated = [place for place, one in enumerate(held) if one.entry.valid_from or one.entry.valid_to]
        self._never = [
            model.projected(vectors.of(list(one.negative)), self._fingerprint) if one.negative else None for one in held
        ]
        self._exact: dict[str, list[int]] = {}
        for place, one in enumerate(held):
            for text in one.same:
                self._exact.setdefault(text, []).append(place)

    def is_still(self, entry: StaffAnswer, published: tuple[StaffAnswer, ...]) -> bool:
        """Whether one of these entries is published now; a state that is being replaced may hold one that is not."""
        return published is self.entries or entry in published

    def match(self, asked: str, vector: Vector, day: date) -> Match | None:
        """Return the entry that answers, or None."""
        key = bare(asked)
        if not key or not len(self._plain):
            return None
        for place in self._exact.get(key, ()):
            if self.held[place].entry.holds_on(day):
                return Match(self.held[place].entry, 1.0)
        single = parts(asked)[:MOST_PARTS]
        if single == [asked.rstrip(_ENDS)]:  # compared as it was typed: so it is in what the model was fitted on
            single = [asked]
        found = [self._by_meaning(part, vector, day) for part in single]
        answering = [one for one in found if one]
        if not answering or len(answering) < len(found) or len({one.entry for one in answering}) > 1:
            return None  # what joins several questions is a single entry's only where each of them is
        return min(answering, key=lambda one: one.probability)

    def considered(self, asked: str, vector: Vector, day: date) -> list[Match]:
        """Return the entries that may answer, the likeliest first, with how surely each does."""
        if not bare(asked) or not len(self._plain):
            return []
        weighed = self._weighed(asked, vector(asked), day)
        found = [Match(one.entry, self._sure(asked, one, place)) for place, one in enumerate(weighed)]
        return sorted(found, key=lambda one: -one.probability)

    def _by_meaning(self, asked: str, vector: Vector, day: date) -> Match | None:
        best = next(iter(self.considered(asked, vector, day)), None)
        return best if best and best.probability >= LEAST else None

    def _weighed(self, asked: str, vector: NDArray[np.float32], day: date) -> list[_Weighed]:
        """Return the nearest entries that are allowed to answer, the likeliest before reading first."""
        near = self._model.projected(vector[None], self._fingerprint)[0]
        likeness, answers, plain = self._near @ near, self._answers @ near, self._plain @ vector
        best = self._best(likeness, day)
        either = np.where(best > _FAR, np.maximum(best, answers), _FAR)
        chosen = [int(place) for place in np.argsort(-either)[:LOOKED_AT] if either[place] > _FAR]
        first = np.argsort(-best)[:2]
        question, key = said(asked), bare(asked)

        def like(place: int) -> Likeness:
            own, never = self._own(place), self._never[place]
            negative = None if never is None else float((never @ near).max())
            following = max((float(best[other]) for other in first if other != place), default=0.0)
            return Likeness(
                float(plain[own].max()), likeness[own], float(answers[place]), negative, max(0.0, following)
            )

        rows = [signals(question, self.held[place].taken, like(place)) for place in chosen]
        told = zip(self._decision.log_odds(rows), chosen, rows, strict=False)
        weighed = [
            _Weighed(self.held[place].entry, odds, self._phrase(place, likeness))
            for odds, place, row in told
            if not self._forbidden(question, key, place, row)
        ]
        return sorted(weighed, key=lambda one: (-one.odds, one.entry.id))

    def _sure(self, asked: str, weighed: _Weighed, place: int) -> float:
        """Return the probability that an entry answers; it is read where that may change the decision."""
        if not self._reader:
            return self._decision.probability(weighed.odds, None)
        if place >= READ or weighed.odds < UNLIKELY:
            return 0.0
        return self._decision.probability(
            weighed.odds, told_by(self._reader, asked, weighed.phrase, weighed.entry.answer)
        )

    def _best(self, likeness: NDArray[np.float32], day: date) -> NDArray[np.float32]:
        """Return each entry's best cosine; far below any for an entry of none, or not of this day."""
        best = np.full(len(self.held), _FAR, np.float32)
        best[self._asked] = np.maximum.reduceat(likeness, self._starts[self._asked])
        best[[place for place in self._dated if not self.held[place].entry.holds_on(day)]] = _FAR
        return best

    def _own(self, place: int) -> slice:
        """Return where an entry's wordings stand among all."""
        return slice(int(self._starts[place]), int(self._starts[place + 1]))

    def _phrase(self, place: int, likeness: NDArray[np.float32]) -> str:
        """Return an entry's wording that is nearest."""
        return self.held[place].positive[int(likeness[self._own(place)].argmax())]

    def _forbidden(self, asked: Said, key: str, place: int, row: dict[str, float]) -> bool:
        """Whether an entry must not answer.

        The question is one of its negatives or nearer to one, or names a figure that the entry does not.
        """
        held = self.held[place]
        if key in held.never or row["negative"] > 0:
            return True
        return bool(asked.numbers - held.taken.numbers - held.taken.answer.numbers)
