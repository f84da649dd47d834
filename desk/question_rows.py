"""Rows of open questions and their turns become values, and the order in which questions are listed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from desk.question_records import AskedTurn, Order, Question
from desk.tables import OpenQuestion, OpenQuestionTurn, Reason, Turn


def ordered(wanted: Select[Any], order: Order) -> Select[Any]:
    """Return a statement in an order that does not change while nothing is asked."""
    if order == "newest":
        return wanted.order_by(OpenQuestion.last_at.desc(), OpenQuestion.id.desc())
    return wanted.order_by(OpenQuestion.asked.desc(), OpenQuestion.last_at.desc(), OpenQuestion.id.desc())


def questions_of(session: Session, rows: Sequence[OpenQuestion]) -> tuple[Question, ...]:
    """Return rows as values, with why each is open."""
    reasons: dict[int, dict[Reason, int]] = defaultdict(dict)
    counted = (
        select(OpenQuestionTurn.open_question_id, OpenQuestionTurn.reason, func.count())
        .where(OpenQuestionTurn.open_question_id.in_([row.id for row in rows]))
        .group_by(OpenQuestionTurn.open_question_id, OpenQuestionTurn.reason)
    )
    for question_id, reason, count in session.execute(counted):
        reasons[question_id][reason] = count
    return tuple(
        Question(
            row.id,
            row.title,
            row.state,
            row.asked,
            row.first_at,
            row.last_at,
            row.assignee,
            row.faq_entry_id,
            row.merged_into,
            row.note,
            reasons[row.id],
        )
        for row in rows
    )


def asked_turn(turn: Turn, reason: Reason) -> AskedTurn:
    """Return a turn as it asked an open question."""
    feedback = turn.feedback
    return AskedTurn(
        turn.id,
        turn.conversation_id,
        turn.conversation.channel,
        turn.asked_at,
        reason,
        turn.question,
        turn.standalone_question,
        turn.answer,
        turn.mode,
        turn.confidence,
        tuple(turn.citations),
        tuple(turn.nearby),
        feedback.verdict if feedback else None,
        tuple(map(str, feedback.reasons)) if feedback else (),
        feedback.comment if feedback else "",
    )
