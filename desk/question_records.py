"""Open questions as staff read them. Frozen values; knows no tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from desk.errors import DeskError
from desk.tables import QuestionState, Reason, Verdict
from rag.records import Mode

Wanted = Literal["open", "mine", "answered", "dismissed"]
Order = Literal["asked", "newest"]


class OpenQuestionError(DeskError):
    """What was asked of an open question cannot be done; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question: what is asked, how often, since when, and what has become of it.

    `reasons` counts why its turns are here, of those that are still kept.
    """

    id: int
    title: str
    state: QuestionState
    asked: int
    first_at: datetime
    last_at: datetime
    assignee: str | None
    note: str
    faq_entry_id: int | None
    merged_into: int | None
    reasons: Mapping[Reason, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Some of the open questions that were looked for, and how many there are in all."""

    questions: tuple[Question, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """One turn of an open question: how it was asked, what the visitor got, what the visitor thought of it."""

    turn_id: str
    conversation_id: str
    asked_at: datetime
    question: str
    standalone_question: str
    answer: str
    mode: Mode
    confidence: float
    reason: Reason
    verdict: Verdict | None
    feedback: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Some of an open question's turns, the last asked first, and how many are kept."""

    turns: tuple[AskedOnce, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AlikeEntry:
    """A published entry that asks about what an open question asks: its number, its question, how alike (0 to 1)."""

    id: int
    question: str
    alike: float
