import pytest
from sqlalchemy import select

from desk.audit import note
from desk.database import Database
from desk.tables import AuditEvent
from tests.desk_rows import NOON


def test_an_event_is_kept_with_its_change_or_not_at_all(database: Database) -> None:
    with database.writing() as session:
        note(session, "王芳", "document.add", "document 班车.md", {"bytes": 3}, NOON)
        note(session, "王芳", "document.remove", "document 班车.md")
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        note(session, "王芳", "document.add", "document 班车.md")
        raise ZeroDivisionError
    with database.session() as session:
        first, second = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert (first.at, first.by, first.action, first.subject, first.detail) == (
        NOON, "王芳", "document.add", "document 班车.md", {"bytes": 3},
    )  # fmt: skip
    assert second.at > NOON
