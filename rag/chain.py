"""The chain that joins the parts: question -> candidates -> evidence -> words -> verified answer (LangChain LCEL).

Opened once; a question opens nothing. The only part that knows all the others.
"""

import asyncio
import functools
import logging
import math
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from rag.apart import parts
from rag.asked import Asked
from rag.calibration import Calibration, calibration
from rag.compose import Composer, Draft
from rag.evidence import Finding, find
from rag.follow_up import stand_alone
from rag.greeting import is_greeting
from rag.lexicon import lexicon
from rag.reader import Reader, SpanReader
from rag.records import Answer, AnswerEvent, DeltaEvent, Event, Language, PassagesEvent, Request
from rag.retrieve import Candidate, HybridRetriever
from rag.spelling import Speller
from rag.terms import question_terms, weighted
from rag.verify import verified
from rag.writing import language, normalise
from settings import Settings

if TYPE_CHECKING:
    from index.store import Index

logger = logging.getLogger(__name__)

MOST_PARTS = 5
"""Single questions answered of one that joins many."""

LATER_READING = 0.1
"""How much surer a later reading of a follow-up must be to be preferred."""

NOTHING_SAID = Draft((), refused=True)


@dataclass
class State:
    """One question on its way through the chain. `clock` and `timings_ms` measure each step."""

    request: Request
    language: Language = "zh"
    readings: list[list[str]] = field(default_factory=list)
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    reading: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    draft: Draft = NOTHING_SAID
    timings_ms: dict[str, float] = field(default_factory=dict)
    clock: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Book the time since the last lap to `step`."""
        now = time.perf_counter()
        self.timings_ms[step] = self.timings_ms.get(step, 0.0) + (now - self.clock) * 1000
        self.clock = now


class Chain:
    """Answers questions over one opened index. Safe to call from several threads."""

    def __init__(
        self, index: "Index", settings: Settings, model: Calibration | None = None, reader: Reader | None = None
    ) -> None:
        """Without a `reader` the sentences' signals alone decide."""
        self.index = index
        self._reader = reader
        self.settings = settings
        self.retriever = HybridRetriever(index=index)
        self._calibration = model or calibration()
        self._learner = ThreadPoolExecutor(1, "learner")
        # an id is a hash of the text, so what is remembered cannot grow stale
        self._text_of = functools.lru_cache(maxsize=64)(lambda id_: index.document(id_).text)
        self._read_corpus()
        self.runnable: Runnable[Request, Answer] = (
            RunnableLambda(self._understand)
            | RunnableLambda(self._retrieve)
            | RunnableLambda(self._judge)
            | RunnableLambda(self._compose)
            | RunnableLambda(self._verify)
        )

    def invoke(self, request: Request) -> Answer:
        """Answer one question."""
        self._refresh()
        try:
            return self.runnable.invoke(request)
        except LookupError:  # a build took a report away between finding and quoting it; what it left is known now
            self._refresh()
            return self.runnable.invoke(request)

    async def ainvoke(self, request: Request) -> Answer:
        """Answer one question without blocking the event loop."""
        return await asyncio.to_thread(self.invoke, request)

    def stream(self, request: Request) -> Iterator[Event]:
        """Answer one question: the evidence first, then the words sentence by sentence, then the whole."""
        answer = self.invoke(request)
        yield PassagesEvent(answer.citations, answer.nearby)
        yield from (DeltaEvent(piece) for piece in answer.answer.splitlines(keepends=True))
        yield AnswerEvent(answer)

    async def astream(self, request: Request) -> AsyncIterator[Event]:
        """As `stream`, without blocking the event loop."""
        for event in await asyncio.to_thread(lambda: list(self.stream(request))):
            yield event

    def close(self) -> None:
        """Close the index, once nothing reads it any more."""
        self._learner.shutdown()
        self.index.close()

    def _refresh(self) -> None:
        """See what another process has committed since the last question; its words are learnt meanwhile."""
        if self.index.refresh():
            self._learner.submit(self._read_corpus).add_done_callback(_log_failure)

    def _read_corpus(self) -> None:
        """Learn the corpus's own words and what it is about. Takes seconds for a large one, so no question waits."""
        documents = self.index.documents()
        speller = Speller(normalise(f"{document.title}\n{document.text}").lower() for document in documents)
        titles = [document.title for document in documents]
        settings = self.settings
        composer = Composer(self._text_of, titles, settings.park_name, settings.contact, settings.contact_en)
        self._speller, self._composer = speller, composer

    def _understand(self, request: Request) -> State:
        state = State(request, language(request.question))
        self._read(state, _as_read(state))
        state.lap("question")
        return state

    def _read(self, state: State, question: str) -> None:
        state.readings = [parts(reading)[:MOST_PARTS] for reading in stand_alone(question, state.request.history)]

    def _retrieve(self, state: State) -> State:
        """Find candidates; where both legs are weak, a slip is looked for, and the question read anew without it."""
        self._propose(state)
        if any(self.retriever.weak(part, state.candidates[part]) for part in _all_parts(state)):
            question = _as_read(state)
            spelled = self._spelled(question, state.language)
            if spelled != question:
                if not re.search("[a-z]", spelled):  # it was pinyin all through, and no English
                    state.language = language(spelled)
                self._read(state, spelled)
                self._propose(state)
        state.lap("retrieve")
        return state

    def _propose(self, state: State) -> None:
        for part in _all_parts(state):
            state.candidates[part] = self.retriever.candidates(part, expansion(part))

    def _spelled(self, question: str, language_: Language) -> str:
        return self._speller.from_pinyin(question) if language_ == "en" else self._speller.correct(question)

    def _judge(self, state: State) -> State:
        """Take the reading that is answered best, an earlier one when it is about as good."""
        tried = [
            (reading, [self._find(part, state.candidates[part]) for part in reading]) for reading in state.readings
        ]
        order = range(len(tried))
        best = max(order, key=lambda place: confidence(tried[place][1]) - LATER_READING * (place > 0), default=None)
        state.reading, state.findings = ([], []) if best is None else tried[best]
        state.lap("evidence")
        return state

    def _find(self, part: str, candidates: Sequence[Candidate]) -> Finding:
        terms = weighted(question_terms(part), self._rarity)
        return find(Asked.of(part, terms, self.retriever.vector(part)), candidates, self._calibration, self._reader)

    def _rarity(self, word: str) -> float:
        """Return how telling `word` is in this corpus, between .1 (in every chunk) and 1 (in none)."""
        total = max(self.index.count, 1)
        return max(0.1, math.log((total + 1) / (self.index.document_frequency(word) + 0.5)) / math.log(2 * (total + 1)))

    def _compose(self, state: State) -> State:
        if is_greeting(normalise(state.request.question)):
            state.findings, state.draft = [], self._composer.greet(state.language)
        else:
            state.draft = self._composer.quote(state.findings, self.settings.answer_threshold, state.language)
        state.lap("compose")
        return state

    def _verify(self, state: State) -> Answer:
        draft = verified(state.draft, self._text_of)
        if not draft.refused and not draft.citations:
            draft = self._composer.refuse(state.findings, state.language)
        state.lap("verify")
        return self._answer(state, draft)

    def _answer(self, state: State, draft: Draft) -> Answer:
        return Answer(
            id=state.request.id,
            question=state.request.question,
            standalone_question="；".join(state.reading),
            language=state.language,
            answer=draft.text,
            refused=draft.refused,
            confidence=confidence(state.findings),
            mode="refused" if draft.refused else "quote",
            citations=() if draft.refused else draft.citations,
            nearby=draft.nearby,
            timings_ms={**state.timings_ms, "total": sum(state.timings_ms.values())},
        )


def _as_read(state: State) -> str:
    question = normalise(state.request.question)
    return question.lower() if state.language == "en" else question


def _all_parts(state: State) -> list[str]:
    """Return the single questions of every reading, each once."""
    return list(dict.fromkeys(part for reading in state.readings for part in reading))


def _log_failure(learning: "Future[None]") -> None:
    """Say why the words of a new build could not be learnt; the former ones go on serving."""
    if error := learning.exception():
        logger.warning("The corpus's words could not be learnt: %s", error)


def confidence(findings: Sequence[Finding]) -> float:
    """Return the probability of the part best answered: one answered part makes an answer."""
    return max((finding.probability for finding in findings), default=0.0)


def expansion(part: str) -> str:
    """Return the words a report may use for those of `part`, for the lexical leg."""
    if language(part) == "en":
        return lexicon().translate(part)
    return " ".join(other for term in question_terms(part) for other in term.alternatives[:4])


def open_chain(settings: Settings) -> Chain:
    """Open the index and everything that answers from it. Raises the index's errors."""
    from index.opening import open_index
    from rag.reader_model import open_reader_model

    reader = SpanReader(open_reader_model(settings.home))
    return Chain(open_index(settings), settings, reader=reader)
