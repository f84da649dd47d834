"""Regression cases: questions whose answers staff have seen and found right, to be asked again after any change.

Publishing an entry adds one by itself. Knows nothing of how answers are made; `python -m bench.desk` asks them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import note
from desk.case_rows import put_case
from desk.database import Database
from desk.errors import DeskError
from desk.masking import masked
from desk.tables import CaseOrigin, FaqEntry, RegressionCase
from desk.types import utc_now
from rag.records import Answer, Mode, Turn


class CaseError(DeskError):
    """There is no such case, or nothing that can be asked again; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question after a conversation, and the answer that is expected; `citations` as the public contract has them."""

    id: int
    question: str
    history: tuple[Turn, ...]
    mode: Mode
    answer: str
    citations: tuple[dict[str, Any], ...]
    entry_id: int | None
    origin: CaseOrigin
    added_by: str
    added_at: datetime


class Cases:
    """The cases in a database; may be used from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def add(self, question: str, history: Sequence[Turn], answer: Answer, *, by: str) -> Case:
        """Expect an answer that was tried; a case with the same question and history gives way. Raises CaseError.

        What leads to a person is hidden in what was asked, as it is in conversations.
        """
        if not question.strip():
            raise CaseError("问题不能为空 / the question is empty")
        told = [[masked(turn.question), masked(turn.answer)] for turn in history]
        row = RegressionCase(question=masked(question.strip()), history=told, origin="trial")
        row.added_by, row.added_at = by, self._clock()
        with self._database.writing() as session:
            _expect(session, row, answer)
            put_case(session, row)
            session.flush()
            self._note(session, by, "case.add", row)
            return _case(row)

    def all(self) -> list[Case]:
        """Return every case, the oldest first."""
        with self._database.session() as session:
            return [_case(row) for row in session.scalars(select(RegressionCase).order_by(RegressionCase.id))]

    def accept(self, case_id: int, answer: Answer, *, by: str) -> Case:
        """Expect another answer from now on. Raises CaseError."""
        with self._database.writing() as session:
            row = _known(session, case_id)
            _expect(session, row, answer)
            self._note(session, by, "case.accept", row)
            return _case(row)

    def delete(self, case_id: int, *, by: str) -> None:
        """Ask a case no more. Raises CaseError."""
        with self._database.writing() as session:
            row = _known(session, case_id)
            session.delete(row)
            self._note(session, by, "case.delete", row)

    def _note(self, session: Session, by: str, action: str, row: RegressionCase) -> None:
        detail = {"mode": row.mode, "faq": row.faq_entry_id}
        note(session, by, action, f"case {row.id}", detail, self._clock())


def _expect(session: Session, row: RegressionCase, answer: Answer) -> None:
    row.mode, row.answer = answer.mode, answer.answer
    row.citations = [citation.as_json() for citation in answer.citations]
    entry_id = answer.staff.entry_id if answer.staff else None
    row.faq_entry_id = entry_id if entry_id and session.get(FaqEntry, entry_id) else None  # deleted since, perhaps


def _known(session: Session, case_id: int) -> RegressionCase:
    row = session.get(RegressionCase, case_id)
    if row is None:
        raise CaseError(f"没有这条回归问题，可能已被删除 / there is no such case: {case_id}")
    return row


def _case(row: RegressionCase) -> Case:
    return Case(
        id=row.id,
        question=row.question,
        history=tuple(Turn(asked, answered) for asked, answered in row.history),
        mode=row.mode,
        answer=row.answer,
        citations=tuple(row.citations or ()),
        entry_id=row.faq_entry_id,
        origin=row.origin,
        added_by=row.added_by,
        added_at=row.added_at,
    )
