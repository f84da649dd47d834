"""Which of staff's published entries, if any, a stand-alone question asks for.

Keeps up with what is published; knows nothing of the chain or of how an answer is given.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date

from rag.phrase_vectors import PhraseVectors
from rag.reader import Reader
from rag.spelling import Speller
from rag.staff_answers import StaffAnswer
from rag.staff_entries import Held, as_asked
from rag.staff_model import StaffModel, staff_model
from rag.staff_ready import Match, Ready, Vector

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
        self._entries: tuple[StaffAnswer, ...] = ()
        self._ready = Ready((), vectors, self._model, reader)
        self._learner = ThreadPoolExecutor(1, "staff-words")
        self._speller: Speller | None = None

    def prepare(self, entries: tuple[StaffAnswer, ...]) -> Ready:
        """Take in what is published now; costs next to nothing where nothing has changed."""
        if entries is self._entries:
            return self._ready
        with self._lock:
            if entries != self._entries:
                self._held = {entry: self._held.get(entry) or Held.of(entry) for entry in entries}
                self._ready = Ready(tuple(self._held.values()), self._vectors, self._model, self._reader)
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
