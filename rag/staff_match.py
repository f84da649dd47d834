"""Which of staff's published entries, if any, a stand-alone question asks for.

Keeps up with what is published; knows nothing of the chain or of how an answer is given.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date

from rag.phrase_vectors import PhraseVectors
from rag.reader import Reader
from rag.spelling import Speller
from rag.staff_answers import StaffAnswer
from rag.staff_entries import Held, as_asked
from rag.staff_model import StaffModel, staff_model
from rag.staff_ready import Match, Ready, Vector

PATIENCE = 5.0
"""How long a question waits for what has just been published, seconds; thousands of entries at once take longer."""

logger = logging.getLogger(__name__)


class Matcher:
    """Finds the entry that answers a question among the ones it was last told of. Safe to call from several threads."""

    def __init__(self, vectors: PhraseVectors, reader: Reader | None = None, model: StaffModel | None = None) -> None:
        """A `reader` reads what the likeliest entries answer; without one the questions alone decide."""
        self._vectors = vectors
        self._reader = reader
        self._model = model or staff_model()
        self._lock = threading.Lock()
        self._held: dict[StaffAnswer, Held] = {}
        self._ready = Ready((), (), vectors, self._model, reader)
        self._taken: tuple[StaffAnswer, ...] = ()
        self._taking: Future[None] | None = None
        self._taker = ThreadPoolExecutor(1, "staff-entries")
        self._learner = ThreadPoolExecutor(1, "staff-words")
        self._speller: Speller | None = None
        self._closed = False

    def prepare(self, entries: tuple[StaffAnswer, ...], patience: float | None = None) -> Ready:
        """Take in what is published now; costs next to nothing where nothing has changed.

        Waits so many seconds at most, then what stood before is returned and the rest goes on beside it.
        """
        if entries is self._ready.entries:
            return self._ready
        with self._lock:
            if entries == self._ready.entries:
                return self._ready
            failed = self._taking is not None and self._taking.done() and self._taking.exception()
            if self._taking is None or failed or entries != self._taken:
                self._taken, self._taking = entries, self._taker.submit(self._take, entries)
            taking = self._taking
        with suppress(TimeoutError):
            taking.result(patience)
        return self._ready

    def _take(self, entries: tuple[StaffAnswer, ...]) -> None:
        held = {}
        for entry in entries:
            if self._closed:
                return
            held[entry] = self._held.get(entry) or Held.of(entry)
            self._vectors.of(held[entry].texts)  # one by one, so that closing waits for no more than one entry
        self._held = held
        self._ready = Ready(entries, tuple(held.values()), self._vectors, self._model, self._reader)
        self._learner.submit(self.learn).add_done_callback(_log_failure)

    def learn(self) -> None:
        """Learn the entries' words, to put slips right; takes up to seconds, and no question waits for it."""
        held = self._ready.held
        self._speller = Speller("\n".join((*one.positive, one.taken.answer.text)).lower() for one in held)

    def keep(self) -> None:
        """Have the vectors of the present entries kept for the next start."""
        self._vectors.keep(text for one in self._ready.held for text in one.texts)

    def match(self, question: str, vector: Vector, entries: tuple[StaffAnswer, ...], day: date) -> Match | None:
        """Return the entry of `entries` that answers `question` on `day`, or None.

        `vector` gives the embedder's vector of a question as `as_asked` spells it.
        """
        ready, asked = self.prepare(entries, PATIENCE), as_asked(question)
        found = ready.match(asked, vector, day)
        if found is None and self._speller and not asked.isascii():
            spelled = self._speller.correct(asked)
            found = ready.match(spelled, vector, day) if spelled != asked else None
        return found if found and ready.is_still(found.entry, entries) else None

    def considered(self, question: str, vector: Vector, entries: tuple[StaffAnswer, ...], day: date) -> list[Match]:
        """Return the entries nearest to a question, the likeliest first, also those too unlikely to answer it."""
        ready = self.prepare(entries, PATIENCE)
        near = ready.considered(as_asked(question), vector, day)
        return [one for one in near if ready.is_still(one.entry, entries)]

    def close(self) -> None:
        """End the taking in and the learning."""
        self._closed = True
        self._taker.shutdown()
        self._learner.shutdown()


def _log_failure(learning: "Future[None]") -> None:
    """Say why the entries' words could not be learnt: slips are not put right meanwhile."""
    if error := learning.exception():
        logger.warning("The words of staff's answers could not be learnt: %s", error)
