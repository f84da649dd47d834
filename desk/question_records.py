"""The nouns of what waits for an answer: open questions and the turns that asked them. Frozen values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from desk.errors import DeskError
from desk.tables import Channel, QuestionState, Reason, Verdict
from rag.records import Mode

Order = Literal["asked", "newest"]


class QuestionError(DeskError):
    """What was asked of an open question cannot be done: it is gone, or somebody has been quicker; nothing changed."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question. `asked` counts its turns ever; `reasons` those that are still there, by why it is open.

    `merged_into` is the question that has taken over its turns.
    """

    id: int
    title: str
    state: QuestionState
    asked: int
    first_at: datetime
    last_at: datetime
    assignee: str | None
    entry_id: int | None
    merged_into: int | None
    note: str
    reasons: Mapping[Reason, int]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Some of the questions, and how many there are in all."""

    questions: tuple[Question, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AskedTurn:
    """A turn that asked an open question, and what was answered; `complaints` are the visitor's reasons.

    `citations` and `nearby` are as the public contract spells them.
    """

    turn_id: str
    conversation_id: str
    channel: Channel
    asked_at: datetime
    reason: Reason
    question: str
    standalone_question: str
    answer: str
    mode: Mode
    confidence: float
    citations: tuple[dict[str, Any], ...]
    nearby: tuple[dict[str, Any], ...]
    verdict: Verdict | None
    complaints: tuple[str, ...]
    comment: str
