import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from desk.database import Database
from desk.tables import AuditEvent, Conversation
from desk.types import new_id, storable, utc_now, write_json
from tests.desk_rows import NOON, account, audit_event


def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    in_chongqing = NOON.astimezone(timezone(timedelta(hours=8)))
    event = audit_event(at=in_chongqing)
    with database.writing() as session:
        session.add(event)
    with database.session() as session:
        at = session.scalars(select(AuditEvent.at)).one()
        assert (at, at.tzinfo) == (NOON, UTC)
        assert session.scalars(select(AuditEvent.id).where(AuditEvent.at == in_chongqing)).one() == event.id


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone") as caught, database.writing() as session:
        session.add(audit_event(at=datetime(2024, 5, 6, 12)))
    assert isinstance(caught.value.orig, ValueError)


def test_no_moment_stays_none(database: Database) -> None:
    row = account()
    with database.writing() as session:
        session.add(row)
    with database.session() as session:
        session.add(row)
        session.refresh(row)
        assert row.failed_at is None


def test_json_is_kept_in_letters_that_can_be_read(database: Database) -> None:
    with database.writing() as session:
        session.add(audit_event(detail={"原因": ["过期", 1.5, None, True]}))
    with database.session() as session:
        assert session.scalars(select(AuditEvent.detail)).one() == {"原因": ["过期", 1.5, None, True]}
        assert "过期" in session.scalars(text("SELECT CAST(detail AS TEXT) FROM audit")).one()


def test_what_json_has_no_word_for_is_refused(database: Database) -> None:
    with pytest.raises((StatementError, ValueError), match="JSON"), database.writing() as session:
        session.add(audit_event(detail={"confidence": float("nan")}))


def test_what_a_database_refuses_in_a_text_is_left_out(database: Database) -> None:
    event = audit_event(subject="a\0b\ud800c", detail={"k\0": ["x\0\0y", "\\u0000", "\\\0", "\udc00"]})
    with database.writing() as session:
        session.add(event)
    with database.session() as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.subject == "ab\0?c")).one()
        assert (found.subject, found.detail) == ("ab?c", {"k": ["xy", "\\u0000", "\\", "?"]})
        assert session.get(Conversation, "no\0body") is None


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_written_json_reads_as_what_was_written_without_what_is_refused(value: object) -> None:
    def cleaned(value: object) -> object:
        if isinstance(value, dict):
            return {storable(key): cleaned(inner) for key, inner in value.items()}
        return [cleaned(inner) for inner in value] if isinstance(value, list) else storable(str(value))

    assert json.loads(write_json(value)) == cleaned(value)


def test_now_has_a_zone() -> None:
    assert utc_now().tzinfo is UTC


def test_ids_are_hex_and_differ() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)
