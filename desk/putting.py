"""A turn that staff want answered although nothing said so: it becomes an open question of its own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import note
from desk.database import Database
from desk.question_records import OpenQuestionError
from desk.tables import OpenQuestion, OpenQuestionTurn, Reason, Turn
from desk.unanswered import as_asked


def put(database: Database, turn_id: str, *, by: str) -> int:
    """Make a turn an open question, and return that one's id. Raises OpenQuestionError where it is in one already."""
    with database.writing() as session:
        turn = session.get(Turn, turn_id)
        if turn is None:
            raise OpenQuestionError("没有找到这一问，它可能已过保存期限。 There is no such turn any more.")
        known = session.scalar(select(OpenQuestionTurn.open_question_id).where(OpenQuestionTurn.turn_id == turn_id))
        if known is not None:
            raise OpenQuestionError(f"这一问已在待答问题 {known} 里。 It is part of an open question already.")
        return _opened(session, turn, by)


def _opened(session: Session, turn: Turn, by: str) -> int:
    title = as_asked(turn.question, turn.standalone_question)
    question = OpenQuestion(title=title, asked=1, first_at=turn.asked_at, last_at=turn.asked_at)
    session.add(question)
    session.flush()
    session.add(OpenQuestionTurn(open_question_id=question.id, turn_id=turn.id, reason=_reason(turn)))
    note(session, by, "question.put", f"question {question.id}", {"turn": turn.id})
    return question.id


def _reason(turn: Turn) -> Reason:
    """Return what is the matter with its answer; where nothing else is, staff are not sure of it."""
    if turn.refused:
        return "refused"
    return "unhelpful" if turn.feedback and turn.feedback.verdict == "unhelpful" else "unsure"
