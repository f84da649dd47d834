"""What visitors leave to be kept: what they asked and were answered, what they thought of it, how to reach them.

Values only. What leads to a person is hidden in them before they wait anywhere, but for who asks to be called.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.masking import masked
from desk.tables import Channel, Verdict
from desk.types import new_id
from rag.records import Answer, Language

_NOWHERE_HELD = re.compile("[\0\ud800-\udfff]")  # PostgreSQL holds no NUL, and UTF-8 no halves of a character
REFERENCE_DIGITS = 6
"""So many hex digits of a lead's id are told to the visitor."""


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

    @property
    def label(self) -> str:
        """What the log calls it."""
        return f"turn {self.turn_id}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a visitor thought of an answer."""

    turn_id: str
    verdict: Verdict
    reasons: tuple[str, ...]
    comment: str
    given_at: datetime

    @property
    def label(self) -> str:
        """What the log calls it."""
        return f"the verdict on turn {self.turn_id}"


@dataclass(frozen=True, slots=True)
class Left:
    """Who asks to be called, what for, and the words agreed to: kept as they are, for they are given for that.

    `turn_id` is the last answer in the visitor's sight: its conversation goes along. `left_at` has a time zone.
    """

    name: str
    contact: str
    consent_text: str
    left_at: datetime
    company: str = ""
    area: str = ""
    industry: str = ""
    move_in: str = ""
    need: str = ""
    turn_id: str = ""
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if self.left_at.tzinfo is None:
            raise ValueError(f"A moment without a time zone cannot be kept: {self.left_at.isoformat()}")

    @property
    def label(self) -> str:
        """What the log calls it."""
        return f"lead {self.id}"

    @property
    def reference(self) -> str:
        """What the visitor is told, so that staff find it: the beginning of its id."""
        return self.id[:REFERENCE_DIGITS]


Kept = Said | Judged | Left
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
