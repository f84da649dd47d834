"""The chain that joins the parts: question -> candidates -> evidence -> words -> verified answer (LangChain LCEL).

Opened once; a question opens nothing. The only part that knows all the others.
"""

import asyncio
import functools
import logging
import math
import re
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from rag.apart import parts
from rag.asked import Asked
from rag.calibration import Calibration, calibration
from rag.compose import Composer
from rag.evidence import Finding, find
from rag.explain import Explanation, explained
from rag.follow_up import leans, stand_alone
from rag.generate import Piece, Writer
from rag.greeting import is_greeting
from rag.lexicon import lexicon
from rag.overview import asks_for_overview, overview, overview_report
from rag.passages import nearest_passages
from rag.reader import Reader, SpanReader
from rag.records import Answer, AnswerEvent, Citation, DeltaEvent, Event, Language, Mode, PassagesEvent, Request
from rag.retrieve import Candidate, HybridRetriever
from rag.rewrite import Rewriter
from rag.spelling import Speller
from rag.state import State, all_parts, as_read, confidence, essential
from rag.stepping import stepped
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


class Chain:
    """Answers questions over one opened index. Safe to call from several threads."""

    def __init__(
        self,
        index: "Index",
        settings: Settings,
        model: Calibration | None = None,
        reader: Reader | None = None,
        writer: Writer | None = None,
        rewriter: Rewriter | None = None,
    ) -> None:
        """Without a `reader` the sentences' signals alone decide; without a `writer` answers are quotes.

        A `rewriter` is asked for another reading of a follow-up that no reading by rules has answered.
        """
        self.index = index
        self.reader = reader
        self._writer = writer
        self._rewriter = rewriter
        self.settings = settings
        self._park = normalise(settings.park_name)
        self.retriever = HybridRetriever(index=index)
        self._calibration = model or calibration()
        self._learner = ThreadPoolExecutor(1, "learner")
        # an id is a hash of the text, so what is remembered cannot grow stale
        self._text_of = functools.lru_cache(maxsize=64)(lambda id_: index.document(id_).text)
        self._read_corpus()
        self._quoting: Runnable[Request, State] = (
            RunnableLambda(self._understand)
            | RunnableLambda(self._retrieve)
            | RunnableLambda(self._judge)
            | RunnableLambda(self._compose)
            | RunnableLambda(self._verify)
        )
        self.runnable: Runnable[Request, Answer] = self._quoting | RunnableLambda(self._finish)

    def invoke(self, request: Request) -> Answer:
        """Answer one question."""
        return self._finish(self._quoted(request))

    async def ainvoke(self, request: Request) -> Answer:
        """Answer one question without blocking the event loop."""
        return await asyncio.to_thread(self.invoke, request)

    def stream(self, request: Request) -> Generator[Event, None, None]:
        """Answer one question: the evidence first, then the words sentence by sentence, then the whole.

        Closing the iterator ends the writing, on the chat model's server too.
        """
        state = self._quoted(request)
        quoted = self._answer(state)
        yield PassagesEvent(quoted.citations, quoted.nearby)
        yield from self._said(state, quoted)

    def astream(self, request: Request) -> AsyncIterator[Event]:
        """As `stream`, without blocking the event loop."""
        return stepped(self.stream(request))

    def nearest(self, question: str, limit: int) -> tuple[Citation, ...]:
        """Return the passages nearest to a text, best first, whether they answer it or not; none for an empty one."""
        self.refresh()
        try:
            return self._nearest(question, limit)
        except LookupError:  # as in `_quoted`
            self.refresh()
            return self._nearest(question, limit)

    def _nearest(self, question: str, limit: int) -> tuple[Citation, ...]:
        text = normalise(question[: self.settings.question_chars])
        found = [self._find(part, self._candidates(part)) for part in parts(text)[:MOST_PARTS]] if text else []
        return nearest_passages([finding.ranked for finding in found], limit, self._text_of)

    def _quoted(self, request: Request) -> State:
        self.refresh()
        try:
            return self._quoting.invoke(request)
        except LookupError:  # a build took a report away between finding and quoting it; what it left is known now
            self.refresh()
            return self._quoting.invoke(request)

    def _finish(self, state: State) -> Answer:
        """Return the answer in the chat model's words where one is set, else in quotes."""
        quoted = self._answer(state)
        *_, last = self._said(state, quoted)
        assert isinstance(last, AnswerEvent)  # noqa: S101
        return last.answer

    def _said(self, state: State, quoted: Answer) -> Iterator[Event]:
        """Yield the words of the answer, then the whole."""
        if self._writer is None or quoted.refused:
            yield from (DeltaEvent(piece) for piece in quoted.answer.splitlines(keepends=True))
            yield AnswerEvent(quoted)
            return
        said: list[Piece] = []
        needed = essential(state, self.settings.answer_threshold)
        for event in self._writer.write(quoted.standalone_question, state.draft, needed, state.language):
            if isinstance(event, Piece):
                said.append(event)
                yield DeltaEvent(event.text)
            else:
                yield event
        state.lap("write")
        cited = {citation.number for piece in said for citation in piece.citations}
        yield AnswerEvent(
            replace(
                quoted,
                answer="".join(piece.text for piece in said),
                mode="written" if any(piece.written for piece in said) else "quote",
                citations=tuple(citation for citation in state.draft.offered if citation.number in cited),
                timings_ms={**state.timings_ms, "total": sum(state.timings_ms.values())},
            )
        )

    def explain(self, request: Request) -> Explanation:
        """Answer one question, and say why so."""
        state = self._quoted(request)
        further = [expansion(finding.asked.text) for finding in state.findings]
        return explained(
            state, self._finish(state), self.retriever, self._calibration, self.settings.answer_threshold, further
        )

    @property
    def writes(self) -> bool:
        """Whether a chat model is set."""
        return self._writer is not None

    @property
    def mode(self) -> Mode:
        """How answers are given now: in a chat model's words, or in quotes alone."""
        return "quote" if self._writer is None or self._writer.paused else "written"

    def close(self) -> None:
        """End the writing, and close the index, once nothing reads it any more."""
        if self._writer:
            self._writer.close()
        self._learner.shutdown()
        self.index.close()

    def refresh(self) -> None:
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
        self._speller, self._composer, self._overview = speller, composer, overview_report(documents)

    def _understand(self, request: Request) -> State:
        state = State(request, language(request.question))
        self._read(state, as_read(state))
        state.lap("question")
        return state

    def _read(self, state: State, question: str) -> None:
        state.readings = [parts(reading)[:MOST_PARTS] for reading in stand_alone(question, state.request.history)]

    def _retrieve(self, state: State) -> State:
        """Find candidates; where both legs are weak, a slip is looked for, and the question read anew without it."""
        self._propose(state)
        if any(self.retriever.weak(part, state.candidates[part]) for part in all_parts(state)):
            question = as_read(state)
            spelled = self._spelled(question, state.language)
            if spelled != question:
                if not re.search("[a-z]", spelled):  # it was pinyin all through, and no English
                    state.language = language(spelled)
                self._read(state, spelled)
                self._propose(state)
        state.lap("retrieve")
        return state

    def _propose(self, state: State) -> None:
        for part in all_parts(state):
            if part not in state.candidates:
                state.candidates[part] = self._candidates(part)

    def _candidates(self, part: str) -> list[Candidate]:
        return self.retriever.candidates(part, expansion(part))

    def _spelled(self, question: str, language_: Language) -> str:
        return self._speller.from_pinyin(question) if language_ == "en" else self._speller.correct(question)

    def _judge(self, state: State) -> State:
        """Take the reading that is answered best, an earlier one when it is about as good."""
        tried = [(reading, self._findings(state, reading)) for reading in state.readings]
        order = range(len(tried))
        best = max(order, key=lambda place: confidence(tried[place][1]) - LATER_READING * (place > 0), default=None)
        state.reading, state.findings = ([], []) if best is None else tried[best]
        state.lap("evidence")
        if self._rewriter and self._is_unread(state):
            self._judge_anew(state, self._rewriter.rewrite(as_read(state), state.request.history))
        return state

    def _is_unread(self, state: State) -> bool:
        """Whether it leans on what was said before, and no reading of it by rules is answered."""
        leaning = bool(state.request.history) and leans(as_read(state))
        return leaning and confidence(state.findings) < self.settings.answer_threshold

    def _judge_anew(self, state: State, said: str | None) -> None:
        """Take the question as a chat model has said it anew, if it is answered better so."""
        if said:
            reading = parts(said)[:MOST_PARTS]
            state.readings.append(reading)
            self._propose(state)
            findings = self._findings(state, reading)
            if confidence(findings) > confidence(state.findings):
                state.reading, state.findings = reading, findings
        state.lap("rewrite")

    def _findings(self, state: State, reading: Sequence[str]) -> list[Finding]:
        return [self._find(part, state.candidates[part]) for part in reading]

    def _find(self, part: str, candidates: Sequence[Candidate]) -> Finding:
        terms = weighted(question_terms(part), self._rarity)
        asked = Asked.of(part, terms, self.retriever.vector(part))
        if (report := self._overview) and asks_for_overview(part, self._park):
            return overview(asked, report, self.retriever.candidates(report.title), self._calibration)
        return find(asked, candidates, self._calibration, self.reader)

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

    def _verify(self, state: State) -> State:
        state.draft = verified(state.draft, self._text_of)
        if not state.draft.refused and not state.draft.citations:
            state.draft = self._composer.refuse(state.findings, state.language)
        state.lap("verify")
        return state

    def _answer(self, state: State) -> Answer:
        draft = state.draft
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


def _log_failure(learning: "Future[None]") -> None:
    """Say why the words of a new build could not be learnt; the former ones go on serving."""
    if error := learning.exception():
        logger.warning("The corpus's words could not be learnt: %s", error)


def expansion(part: str) -> str:
    """Return the words a report may use for those of `part`, for the lexical leg."""
    if language(part) == "en":
        return lexicon().translate(part)
    return " ".join(other for term in question_terms(part) for other in term.alternatives[:4])


def open_chain(settings: Settings) -> Chain:
    """Open the index and everything that answers from it.

    Raises the index's errors, and where a chat model is named that cannot be used, ChatModelError or SettingsError.
    """
    from index.opening import open_index
    from rag.open_writer import open_writer
    from rag.reader_model import open_reader_model

    reader = SpanReader(open_reader_model(settings.home))
    index = open_index(settings)
    try:
        writer, rewriter = open_writer(settings, index)
    except Exception:
        index.close()
        raise
    return Chain(index, settings, reader=reader, writer=writer, rewriter=rewriter)
