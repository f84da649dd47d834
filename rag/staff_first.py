"""Staff's published answers before the chain: what an entry answers is given as staff wrote it, else the chain answers.

An answering side like the chain it stands before. No chat model touches what staff wrote.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.records import Document
from rag.china import china_today
from rag.explain import Entry, Explanation
from rag.follow_up import stand_alone
from rag.greeting import is_greeting
from rag.phrase_vectors import PhraseVectors
from rag.reader import SpanReader
from rag.records import Answer, AnswerEvent, Citation, DeltaEvent, Event, Mode, PassagesEvent, Request
from rag.staff_answers import StaffAnswer, StaffAnswers
from rag.staff_entries import as_asked
from rag.staff_match import Matcher
from rag.staff_ready import Match, Vector
from rag.staff_reply import Reports, StaffDocument, reply
from rag.stepping import stepped

if TYPE_CHECKING:
    from rag.chain import Chain

logger = logging.getLogger(__name__)
VECTORS_FILE = "staff_vectors.npz"
_STAFF_ID = re.compile(r"staff-([1-9]\d{0,17})-([1-9]\d{0,17})")


class Answering(Protocol):
    """What is needed of the chain."""

    @property
    def index(self) -> Reports: ...  # noqa: D102 - as in the chain
    @property
    def writes(self) -> bool: ...  # noqa: D102
    @property
    def mode(self) -> Mode: ...  # noqa: D102
    def invoke(self, request: Request) -> Answer: ...  # noqa: D102
    def stream(self, request: Request) -> Generator[Event, None, None]: ...  # noqa: D102
    def nearest(self, question: str, limit: int) -> tuple[Citation, ...]: ...  # noqa: D102
    def explain(self, request: Request) -> Explanation: ...  # noqa: D102
    def refresh(self) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Library:
    """The reports, and staff's answers as documents beside them."""

    def __init__(self, reports: Reports, answers: StaffAnswers) -> None:
        self._reports = reports
        self._answers = answers

    def document(self, document_id: str) -> Document:
        """Return a report, or the answer that an entry gave at one revision. Raises LookupError when there is none."""
        found = _STAFF_ID.fullmatch(document_id)
        if not found:
            return self._reports.document(document_id)
        entry = self._entry(int(found[1]), int(found[2]))
        if entry is None:
            raise LookupError(document_id)
        return StaffDocument.of(entry)

    def documents(self) -> list[Document]:
        """Return every report; staff's answers are none."""
        return self._reports.documents()

    def _entry(self, entry_id: int, revision: int) -> StaffAnswer | None:
        current = (one for one in self._answers.current() if (one.id, one.revision) == (entry_id, revision))
        return next(current, None) or self._answers.past(entry_id, revision)


class StaffFirst:
    """Answers with what staff have published where it is asked for, else with the chain. Safe for several threads."""

    def __init__(
        self,
        chain: Answering,
        answers: StaffAnswers,
        matcher: Matcher,
        vector: Vector,
        today: Callable[[], date] = china_today,
    ) -> None:
        """`vector` gives the embedder's vector of a question; the chain needs the same one, and remembers it."""
        self.chain = chain
        self.index = Library(chain.index, answers)
        self._answers = answers
        self._matcher = matcher
        self._vector = vector
        self._today = today

    def refresh(self) -> None:
        """Make what is published ready, so that no question waits for it, and keep the vectors for the next start."""
        try:
            self._matcher.prepare(self._answers.current())
            self._matcher.keep()
        # the questions do without: the first one that is asked tries again
        except Exception:
            logger.exception("staff's answers cannot be made ready")

    def invoke(self, request: Request) -> Answer:
        """Answer one question."""
        return self._staff_answer(request) or self.chain.invoke(request)

    async def ainvoke(self, request: Request) -> Answer:
        """Answer one question without blocking the event loop."""
        return await asyncio.to_thread(self.invoke, request)

    def stream(self, request: Request) -> Generator[Event, None, None]:
        """Answer one question piece by piece, as the chain does; closing it ends the writing."""
        answer = self._staff_answer(request)
        if answer is None:
            yield from self.chain.stream(request)
            return
        yield PassagesEvent(answer.citations, ())
        yield from (DeltaEvent(line) for line in answer.answer.splitlines(keepends=True))
        yield AnswerEvent(answer)

    def astream(self, request: Request) -> AsyncIterator[Event]:
        """As `stream`, without blocking the event loop."""
        return stepped(self.stream(request))

    def nearest(self, question: str, limit: int) -> tuple[Citation, ...]:
        """Return the passages of the reports nearest to a text."""
        return self.chain.nearest(question, limit)

    def explain(self, request: Request) -> Explanation:
        """Answer one question, and say why so: which entries are near, and what the reports tell."""
        told, answer = self.chain.explain(request), self._staff_answer(request)
        question = answer.standalone_question if answer else told.answer.standalone_question or request.question
        near = self._matcher.considered(question, self._vector, self._answers.current(), self._today())
        given = answer.staff.entry_id if answer and answer.staff else None
        sure = {given: answer.confidence} if answer else {}
        entries = tuple(
            Entry(one.entry.id, one.entry.question, sure.get(one.entry.id, one.probability), one.entry.id == given)
            for one in near
        )
        return replace(told, answer=answer or told.answer, entries=entries)

    def staff_match(self, request: Request) -> tuple[Match, str] | None:
        """Return the entry that answers a question today and the reading of it that asks so, or None."""
        question = as_asked(request.question)
        entries = self._answers.current()
        if not entries or not question or is_greeting(question):
            return None
        for reading in stand_alone(question, request.history):
            if match := self._matcher.match(reading, self._vector, entries, self._today()):
                return match, reading
        return None

    @property
    def writes(self) -> bool:
        """Whether a chat model is set."""
        return self.chain.writes

    @property
    def mode(self) -> Mode:
        """How the chain's answers are given now."""
        return self.chain.mode

    def close(self) -> None:
        """Keep what was embedded, and close the chain."""
        try:
            self._matcher.close()
            self._matcher.keep()
        finally:
            self.chain.close()

    def _staff_answer(self, request: Request) -> Answer | None:
        """Return staff's answer, if there is one; whatever goes wrong costs the visitor no answer of the chain's."""
        begun = time.perf_counter()
        try:
            found = self.staff_match(request)
            if found is None:
                return None
            self.chain.refresh()
            answer = reply(found[0], request, found[1], self.chain.index)
        except Exception:
            logger.exception("staff's answers cannot be looked through")
            return None
        spent = (time.perf_counter() - begun) * 1000
        return answer and replace(answer, timings_ms={"staff": spent, "total": spent})


def staff_first(chain: "Chain", answers: StaffAnswers) -> StaffFirst:
    """Put staff's answers before an opened chain. Call its `refresh` where waiting matters to nobody.

    Raises ModelError where the reader of staff's answers cannot be made; the chain is closed then.
    """
    from rag.reader_model import STAFF_WEIGHTS, open_reader_model

    home = chain.settings.home
    try:
        reader = SpanReader(open_reader_model(home, STAFF_WEIGHTS))
    except Exception:
        chain.close()
        raise
    vectors = PhraseVectors(chain.index.embedder, home / VECTORS_FILE)
    vector: Callable[[str], NDArray[np.float32]] = chain.retriever.vector
    return StaffFirst(chain, answers, Matcher(vectors, reader), vector)
