"""Which of staff's published entries, if any, a stand-alone question asks for.

Knows entries, vectors and the model that decides; knows nothing of the chain or of how an answer is given.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.apart import parts
from rag.asked import ASKING, asked_kind
from rag.lexicon import lexicon
from rag.phrase_vectors import PhraseVectors
from rag.reader import Reader
from rag.reader_input import Line
from rag.sameness import Said, bare, said
from rag.spelling import Speller
from rag.staff_answers import StaffAnswer
from rag.staff_model import StaffModel, staff_model
from rag.staff_signals import Likeness, Taken, signals
from rag.terms import is_english
from rag.writing import language, normalise

logger = logging.getLogger(__name__)
LOOKED_AT = 6
"""Entries compared closely: the nearest ones by their vectors."""
LEAST = 0.5
"""Probability from which an entry answers."""
_LONGEST = 500
"""Characters of a phrase that are embedded and compared."""
_FAR, _NEVER = -1.0, -1e9
UNLIKELY = -3.0
"""Log-odds below which the reader is not asked: it would not change what is decided."""

MOST_PARTS = 5
"""Single questions looked at of one that joins many."""

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


def told_by(reader: Reader, asked: str, standard: str, answer: str) -> float:
    """Return a reader's log-odds that an entry's answer tells what is asked."""
    if is_english(asked):
        asked = f"{lexicon().translate(asked)} {ASKING[asked_kind(asked).name]}"
    return reader.read(asked, [Line(normalise(answer), as_asked(standard))]).told


class Matcher:
    """Finds the entry that answers a question among the ones it was last told of. Safe to call from several threads."""

    def __init__(self, vectors: PhraseVectors, reader: Reader | None = None, model: StaffModel | None = None) -> None:
        """A `reader` reads what the likeliest entry answers; without one the questions alone decide."""
        self._vectors = vectors
        self._reader = reader
        self._model = model or staff_model()
        self._lock = threading.Lock()
        self._held: dict[StaffAnswer, _Held] = {}
        self._entries: tuple[StaffAnswer, ...] = ()
        self._ready = _Ready((), vectors, self._model, reader)
        self._learner = ThreadPoolExecutor(1, "staff-words")
        self._speller: Speller | None = None

    def prepare(self, entries: tuple[StaffAnswer, ...]) -> "_Ready":
        """Take in what is published now; costs next to nothing where nothing has changed."""
        if entries is self._entries:
            return self._ready
        with self._lock:
            if entries != self._entries:
                self._held = {entry: self._held.get(entry) or _Held.of(entry) for entry in entries}
                self._ready = _Ready(tuple(self._held.values()), self._vectors, self._model, self._reader)
                self._learner.submit(self.learn).add_done_callback(_log_failure)
            self._entries = entries
            return self._ready

    def learn(self) -> None:
        """Learn the entries' words, to put slips right; takes up to seconds, and no question waits for it."""
        held = self._ready.held
        self._speller = Speller("\n".join((*one.positive, one.taken.answer.text)).lower() for one in held)

    def keep(self) -> None:
        """Have the vectors of the present entries kept for the next start."""
        held = self._ready.held
        self._vectors.keep(text for one in held for text in (*one.positive, *one.negative))

    def match(self, question: str, vector: Vector, entries: tuple[StaffAnswer, ...], day: date) -> Match | None:
        """Return the entry of `entries` that answers `question` on `day`, or None.

        `vector` gives the embedder's vector of a question as `as_asked` spells it.
        """
        ready, asked = self.prepare(entries), as_asked(question)
        found = ready.match(asked, vector, day)
        if found is None and self._speller and not asked.isascii():
            spelled = self._speller.correct(asked)
            return ready.match(spelled, vector, day) if spelled != asked else None
        return found

    def considered(self, question: str, vector: Vector, entries: tuple[StaffAnswer, ...], day: date) -> list[Match]:
        """Return the entries nearest to a question, the likeliest first, also those too unlikely to answer it."""
        return self.prepare(entries).considered(as_asked(question), vector, day)

    def close(self) -> None:
        """End the learning."""
        self._learner.shutdown()


def _log_failure(learning: "Future[None]") -> None:
    """Say why the entries' words could not be learnt: slips are not put right meanwhile."""
    if error := learning.exception():
        logger.warning("The words of staff's answers could not be learnt: %s", error)


class _Ready:
    """Entries with their vectors, for one state of what is published."""

    def __init__(
        self, held: tuple[_Held, ...], vectors: PhraseVectors, model: StaffModel, reader: Reader | None
    ) -> None:
        self.held = held
        self._reader = reader
        self._decision = model.decision(vectors.fingerprint)
        self._model = model
        self._fingerprint = vectors.fingerprint
        self._plain = vectors.of([text for one in held for text in one.positive])
        self._near = model.projected(self._plain, self._fingerprint)
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

    def match(self, asked: str, vector: Vector, day: date) -> Match | None:
        """Return the entry that answers, or None."""
        key = bare(asked)
        if not key or not len(self._plain):
            return None
        for place in self._exact.get(key, ()):
            if self.held[place].entry.holds_on(day):
                return Match(self.held[place].entry, 1.0)
        found = [self._by_meaning(part, bare(part), vector(part), day) for part in parts(asked)[:MOST_PARTS]]
        answering = [one for one in found if one]
        if not answering or len(answering) < len(found) or len({one.entry for one in answering}) > 1:
            return None  # what joins several questions is a single entry's only where each of them is
        return min(answering, key=lambda one: one.probability)

    def considered(self, asked: str, vector: Vector, day: date) -> list[Match]:
        """Return the entries that may answer, the likeliest first, with how surely each does."""
        if not bare(asked) or not len(self._plain):
            return []
        weighed = self._weighed(asked, bare(asked), vector(asked), day)
        found = [Match(entry, self._sure(asked, entry, odds)) for odds, entry in weighed]
        return sorted(found, key=lambda one: -one.probability)

    def _by_meaning(self, asked: str, key: str, vector: NDArray[np.float32], day: date) -> Match | None:
        odds, entry = next(iter(self._weighed(asked, key, vector, day)), (_NEVER, None))
        if entry is None:
            return None
        sure = self._sure(asked, entry, odds)
        return Match(entry, sure) if sure >= LEAST else None

    def _weighed(self, asked: str, key: str, vector: NDArray[np.float32], day: date) -> list[tuple[float, StaffAnswer]]:
        """Return the nearest entries that are allowed to answer, with their log-odds before reading, best first."""
        near = self._model.projected(vector[None], self._fingerprint)[0]
        likeness = self._near @ near
        best = self._best(likeness, day)
        chosen = [int(place) for place in np.argsort(-best)[: LOOKED_AT + 1] if best[place] > _FAR]
        question, plain = said(asked), self._plain @ vector
        rows = [
            self._signals(question, place, near, likeness, plain, self._next(place, chosen, best))
            for place in chosen[:LOOKED_AT]
        ]
        told = zip(self._decision.log_odds(rows), chosen, rows, strict=False)
        allowed = [(odds, place) for odds, place, row in told if not self._forbidden(question, key, place, row)]
        return [(odds, self.held[place].entry) for odds, place in sorted(allowed, reverse=True)]

    def _sure(self, asked: str, entry: StaffAnswer, odds: float) -> float:
        """Return the probability that an entry answers; its answer is read where that may change the decision."""
        if odds < UNLIKELY:
            return 0.0
        told = told_by(self._reader, asked, entry.question, entry.answer) if self._reader else None
        return self._decision.probability(odds, told)

    def _best(self, likeness: NDArray[np.float32], day: date) -> NDArray[np.float32]:
        """Return each entry's best cosine; far below any for an entry of none, or not of this day."""
        best = np.full(len(self.held), _FAR, np.float32)
        best[self._asked] = np.maximum.reduceat(likeness, self._starts[self._asked])
        best[[place for place in self._dated if not self.held[place].entry.holds_on(day)]] = _FAR
        return best

    @staticmethod
    def _next(place: int, chosen: Sequence[int], best: NDArray[np.float32]) -> float:
        """Return the best cosine among the other entries."""
        return max((float(best[other]) for other in chosen if other != place), default=0.0)

    def _signals(
        self,
        asked: Said,
        place: int,
        near: NDArray[np.float32],
        likeness: NDArray[np.float32],
        plain: NDArray[np.float32],
        following: float,
    ) -> dict[str, float]:
        own = slice(self._starts[place], self._starts[place + 1])
        never = self._never[place]
        negative = None if never is None else float((never @ near).max())
        like = Likeness(float(plain[own].max()), likeness[own], negative, max(0.0, following))
        return signals(asked, self.held[place].taken, like)

    def _forbidden(self, asked: Said, key: str, place: int, row: dict[str, float]) -> bool:
        """Whether an entry must not answer.

        The question is one of its negatives or nearer to one, or names a figure that the entry does not.
        """
        held = self.held[place]
        if key in held.never or row["negative"] > 0:
            return True
        return bool(asked.numbers - held.taken.numbers - held.taken.answer.numbers)
