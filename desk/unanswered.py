"""The turns that staff should see: refused, answered with little confidence, or not found helpful. Reads only.

Knows tables; knows nothing of how questions are put together.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from desk.tables import Feedback, OpenQuestionTurn, QuestionVector, Reason, Turn
from rag.writing import normalise

_MARKS = "?!。,;、~ "
_OPENING = re.compile(
    r"(?:(?:[你您]好[啊呀]?|哈[喽啰]|请教(?:一?下)?|请问(?:一?下)?|(?:我们?)?想(?:请?问|咨询|了解|打听)(?:一?下)?|麻烦(?:请?问)(?:一?下)?"
    r"|(?:咨询|打听)一下|hi|hello|excuse me)[,!。:~\s]*+)*+",
    re.I,
)
_PAGE = 2_000  # rows looked at in one read, so that none is long


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A turn that no open question has yet. `asked` is its stand-alone question, `text` that as it is compared."""

    turn_id: str
    text: str
    asked: str
    asked_at: datetime
    reason: Reason


@functools.lru_cache(maxsize=16_384)
def comparable(question: str) -> str:
    """Return a question as it is compared: normalised, without greeting and courtesy before it and marks after it."""
    said = normalise(question).rstrip(_MARKS)
    return _OPENING.sub("", said, count=1) or said


def as_asked(question: str, standalone_question: str) -> str:
    """Return a turn's question as it stands alone, on one line; as the visitor wrote it where it does so."""
    own, alone = " ".join(question.split()), " ".join(standalone_question.split())
    return own if comparable(own) == comparable(alone) else alone or own


def unanswered(
    session: Session, unsure: float, after: tuple[datetime, str] | None, size: int = _PAGE
) -> tuple[list[Unanswered], tuple[datetime, str] | None]:
    """Return the next of the turns that staff should see, the oldest first, and after which to go on; None: no more.

    `unsure` is the confidence below which an answer is shown to staff.
    """
    rows = session.execute(_selected(unsure, after).limit(size)).all()
    last = (rows[-1].asked_at, rows[-1].id) if len(rows) == size else None
    return [_read(row) for row in rows], last


def of_feedback(session: Session, unsure: float, since: datetime) -> list[Unanswered]:
    """Return the turns that were found unhelpful since a moment, however old the turns are."""
    found = _selected(unsure, None).where(Feedback.verdict == "unhelpful", Feedback.given_at >= since)
    return [_read(row) for row in session.execute(found).all()]


def _selected(unsure: float, after: tuple[datetime, str] | None) -> Select[*tuple[Any, ...]]:
    unhelpful = and_(Feedback.verdict == "unhelpful", Feedback.turn_id.is_not(None))
    wanted = or_(unhelpful, and_(Turn.mode != "faq", or_(Turn.refused, Turn.confidence < unsure)))
    known = exists().where(OpenQuestionTurn.turn_id == Turn.id)
    selected = (
        select(Turn.id, Turn.question, Turn.standalone_question, Turn.asked_at, Turn.refused, Feedback.verdict)
        .outerjoin(Feedback, Feedback.turn_id == Turn.id)
        .where(wanted, ~known)
        .order_by(Turn.asked_at, Turn.id)
    )
    moment, turn_id = after or (None, "")
    later = [Turn.asked_at >= moment, or_(Turn.asked_at > moment, Turn.id > turn_id)] if moment else []
    return selected.where(*later)


def _read(row: Row[Any]) -> Unanswered:
    asked = as_asked(row.question, row.standalone_question)
    reason: Reason = "unhelpful" if row.verdict == "unhelpful" else "refused" if row.refused else "unsure"
    return Unanswered(row.id, comparable(asked), asked, row.asked_at, reason)


def kept_vectors(session: Session, turn_ids: Sequence[str], model: str) -> dict[str, bytes]:
    """Return the vectors that are kept of turns, as this model saw them."""
    rows = select(QuestionVector.turn_id, QuestionVector.vector).where(
        QuestionVector.turn_id.in_(turn_ids), QuestionVector.model == model
    )
    return {row.turn_id: row.vector for row in session.execute(rows)}
