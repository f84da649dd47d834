"""Entries come back from their rows and snapshots as they were put in."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.entry_rows import answer_in, answer_of, draft_in, draft_of, gone_in, snapshot_of, write_draft
from desk.tables import FaqEntry, FaqRevision
from tests.desk_rows import NOON, revision
from tests.test_entries import BUS, draft


@pytest.mark.parametrize("kept", [BUS, draft(is_on=False)], ids=["full", "bare"])
def test_a_draft_is_read_as_it_was_written(database: Database, kept: object) -> None:
    with database.writing() as session:
        row = FaqEntry(created_at=NOON, updated_at=NOON)
        write_draft(session, row, kept)
        session.add(row)
        session.flush()
        snapshot = snapshot_of(row, of=3, gone=[("a.md", "词")], updated_by="王芳")
        session.add(revision(entry_id=row.id, snapshot=snapshot, at=datetime(2030, 1, 1, tzinfo=UTC)))
    with database.session() as session:
        row, past = session.scalars(select(FaqEntry)).one(), session.scalars(select(FaqRevision)).one()
        assert draft_of(row) == draft_in(past.snapshot) == kept
        assert answer_of(row) == answer_in(past)
        assert gone_in(past.snapshot) == (("a.md", "词"),)
        assert (past.snapshot["of"], past.snapshot["updated_by"]) == (3, "王芳")


def test_a_snapshot_of_another_time_may_lack_things() -> None:
    old = {"question": "班车？", "answer": "七点半。"}
    assert draft_in(old).question == "班车？"
    assert draft_in(old).sources == ()
    assert gone_in(old) == ()
    assert answer_in(revision(snapshot=old)).answered_on == NOON.date()
