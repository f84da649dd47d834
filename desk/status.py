"""How much is in the desk's database, and what waits there for staff."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.orm import InstrumentedAttribute

from desk.database import Database
from desk.tables import Account, Conversation, FaqEntry, Feedback, Lead, OpenQuestion, Turn


def status(database: Database) -> dict[str, Any]:
    """Return figures by name, none of which tells of a person; `last_asked_at` is UTC, None before the first."""
    figures: dict[str, Any] = {"database": database.place, "kind": database.engine.dialect.name}
    with database.session() as session:
        figures["schema"] = session.scalar(text("SELECT version_num FROM alembic_version"))
        for name, query in _COUNTS.items():
            figures[name] = session.scalar(query)
        last = session.scalar(select(func.max(Turn.asked_at)))
    return {**figures, "last_asked_at": last and last.isoformat()}


def _count(
    column: InstrumentedAttribute[Any], *where: ColumnElement[bool] | InstrumentedAttribute[bool]
) -> Select[int]:
    return select(func.count(column)).where(*where)


_COUNTS = {
    "conversations": _count(Conversation.id),
    "turns": _count(Turn.id),
    "turns_refused": _count(Turn.id, Turn.refused),
    "turns_unhelpful": _count(Feedback.turn_id, Feedback.verdict == "unhelpful"),
    "open_questions": _count(OpenQuestion.id, OpenQuestion.state == "open"),
    "leads_new": _count(Lead.id, Lead.state == "new"),
    "faq_entries_on": _count(FaqEntry.id, FaqEntry.is_on),
    "faq_entries_to_review": _count(FaqEntry.id, FaqEntry.needs_review),
    "accounts_active": _count(Account.id, Account.is_active),
    "admins_active": _count(Account.id, Account.is_active, Account.role == "admin"),
}
