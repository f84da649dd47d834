"""The nouns of answering. Frozen values; offsets are characters of a document's canonical text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

Language = Literal["zh", "zh-Hant", "en"]
Mode = Literal["quote", "written", "faq", "refused"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of the conversation: the question as asked, the answer as shown."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor sends: the question, and the conversation so far, oldest turn first."""

    question: str
    history: tuple[Turn, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A literal slice of a report: `document.text[start:end] == quote`; `passage` is the paragraph around it.

    `number` is 1-based, as in the mark `[1]`. `score` is the evidence score between 0 and 1.
    """

    number: int
    document_id: str
    document: str
    path: str
    date: str
    page: int | None
    headings: tuple[str, ...]
    quote: str
    start: int
    end: int
    passage: str
    passage_start: int
    score: float

    def as_json(self) -> dict[str, Any]:
        """Return the citation as the public contract spells it."""
        return {
            "number": self.number,
            "document": self.document,
            "document_id": self.document_id,
            "path": self.path,
            "date": self.date,
            "page": self.page,
            "headings": list(self.headings),
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "passage": self.passage,
            "passage_start": self.passage_start,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class StaffReply:
    """That an answer is the one staff have published: which entry's, and the day of its last change."""

    entry_id: int
    answered_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor gets. When `refused`, `citations` is empty and `nearby` shows what the reports do tell.

    `confidence` is the calibrated probability that the reports answer the question. `timings_ms` are wall-clock
    milliseconds of each step and their `total`. `staff` is set when, and only when, `mode` is "faq".
    """

    question: str
    standalone_question: str
    language: Language
    answer: str
    refused: bool
    confidence: float
    mode: Mode
    citations: tuple[Citation, ...] = ()
    nearby: tuple[Citation, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    id: str = ""
    staff: StaffReply | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the public contract spells it; `staff` is there for staff's own answers only."""
        if self.staff is None:
            return self._as_json()
        return self._as_json() | {"staff": {"entry": self.staff.entry_id, "date": self.staff.answered_on.isoformat()}}

    def _as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "language": self.language,
            "answer": self.answer,
            "refused": self.refused,
            "confidence": round(self.confidence, 4),
            "mode": self.mode,
            "citations": [citation.as_json() for citation in self.citations],
            "nearby": [citation.as_json() for citation in self.nearby],
            "timings_ms": {step: round(ms, 2) for step, ms in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class PassagesEvent:
    """First event of a stream: the evidence, shown before the answer's words (empty when refused)."""

    citations: tuple[Citation, ...]
    nearby: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An answer is not being given yet: `place` is its place in the chat model's queue, 0 when it is being written.

    Said again while it lasts.
    """

    place: int


@dataclass(frozen=True, slots=True)
class DeltaEvent:
    """A further piece of the answer's text; the pieces joined are the text of the final answer."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """Last event of a stream: the whole answer."""

    answer: Answer


Event = PassagesEvent | WaitingEvent | DeltaEvent | AnswerEvent


class Answerer(Protocol):
    """What the page and the API need of the chain."""

    def invoke(self, request: Request) -> Answer:
        """Answer one question."""
        ...

    def stream(self, request: Request) -> Iterator[Event]:
        """Answer one question, piece by piece: one PassagesEvent, WaitingEvents and DeltaEvents, one AnswerEvent."""
        ...
