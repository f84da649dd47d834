"""Regression cases as rows: put in place of one that asks the same, and kept in step with what staff change."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from desk.tables import RegressionCase


def put_case(session: Session, case: RegressionCase) -> None:
    """Add a case; one with the same question and history goes."""
    case.history = case.history or []
    same = select(RegressionCase.id, RegressionCase.history).where(RegressionCase.question == case.question)
    former = [id_ for id_, history in session.execute(same) if history == case.history]
    if former:
        session.execute(delete(RegressionCase).where(RegressionCase.id.in_(former)))
    session.add(case)


def expect_answer(session: Session, entry_id: int, answer: str) -> None:
    """Expect an entry's new answer, whatever it cites, wherever the entry was expected: staff meant to change it."""
    expected = update(RegressionCase).where(RegressionCase.faq_entry_id == entry_id, RegressionCase.mode == "faq")
    session.execute(expected.values(answer=answer, citations=[]))
