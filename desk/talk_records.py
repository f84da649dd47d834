"""What is looked for among conversations, and what is found, as values. Knows no database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from desk.days import Days
from desk.tables import Channel, QuestionState, Verdict
from rag.records import Citation, Language, Mode, StaffReply

Judged = Literal["helpful", "unhelpful", "any"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which turns are looked for; what is not said is not asked for. `below` is a confidence, 0 to 1, included."""

    words: str = ""
    days: Days = field(default_factory=Days)
    modes: tuple[Mode, ...] = ()
    feedback: Judged | None = None
    channel: Channel | None = None
    language: Language | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The last turn of a page: what comes after it is older."""

    asked_at: datetime
    turn_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in the list. `question` is its newest that was looked for, asked at `asked_at`.

    `modes` are those of its turns, in their order; `confidence` is the lowest of them.
    """

    conversation_id: str
    question: str
    asked_at: datetime
    channel: Channel
    language: Language
    modes: tuple[Mode, ...]
    confidence: float
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class TalkPage:
    """Some conversations, newest first; `last` is where the next page goes on, None on the last."""

    lines: tuple[Line, ...]
    last: Place | None


@dataclass(frozen=True, slots=True)
class TalkTurn:
    """One question and its answer as it was shown, and what has become of it.

    `staff` says that staff's own answer was given, `entry` by which FAQ entry, with its question now; `opened` is the
    open question that the turn belongs to, with its title.
    """

    id: str
    number: int
    asked_at: datetime
    question: str
    standalone_question: str
    answer: str
    refused: bool
    mode: Mode
    confidence: float
    total_ms: float
    citations: tuple[Citation, ...]
    nearby: tuple[Citation, ...]
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    staff: StaffReply | None = None
    entry: tuple[int, str] | None = None
    opened: tuple[int, str, QuestionState] | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A whole conversation."""

    id: str
    started_at: datetime
    last_at: datetime
    channel: Channel
    language: Language
    turns: tuple[TalkTurn, ...]
