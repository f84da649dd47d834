"""What visitors leave to be kept: what they asked and were answered, and what they thought of it. Values only.

What leads to a person is hidden in them before they wait anywhere.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.masking import masked
from desk.tables import Channel, Verdict
from desk.types import new_id
from rag.records import Answer, Language

_NOWHERE_HELD = re.compile("[\0\ud800-\udfff]")  # PostgreSQL holds no NUL, and UTF-8 no halves of a character


@dataclass(frozen=True, slots=True)
class Said:
    """A question and the answer that was shown. `turn_id` is what feedback names it by: 32 hex digits at most.

    `asked_at` has a time zone; raises ValueError without one.
    """

    conversation_id: str
    visitor: str
    channel: Channel
    language: Language
    question: str
    answer: Answer
    asked_at: datetime
    turn_id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if self.asked_at.tzinfo is None:
            raise ValueError(f"A moment without a time zone cannot be kept: {self.asked_at.isoformat()}")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a visitor thought of an answer."""

    turn_id: str
    verdict: Verdict
    reasons: tuple[str, ...]
    comment: str
    given_at: datetime


Kept = Said | Judged
"""Whatever waits to be written."""


def hidden(said: Said) -> Said:
    """Return an exchange as it is kept: without what leads to a person in any of its words."""
    answer = replace(
        said.answer,
        question=hide(said.answer.question),
        standalone_question=hide(said.answer.standalone_question),
        answer=hide(said.answer.answer),
    )
    return replace(said, question=hide(said.question), answer=answer)


def hide(text: str) -> str:
    """Return visitors' words as they are kept: without what leads to a person, nor what a database cannot hold."""
    return _NOWHERE_HELD.sub("\ufffd", masked(text))
