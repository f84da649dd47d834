"""Entries are published, changed, undone and found; each change whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.entries import Entries, Entry, EntryChangedError, EntryDraft, EntryError
from desk.tables import AuditEvent, FaqEntry, FaqPhrase, FaqRevision, FaqSource, OpenQuestion, RegressionCase
from rag.staff_answers import PassageSource, StaffSource
from tests import desk_rows
from tests.desk_rows import NOON

TOLD = StaffSource("王芳", date(2024, 5, 6))
PASSAGE = PassageSource("d1", "班车.md", "班车", "七点半发车", 3, 8)
BUS = EntryDraft(
    "班车几点发车？",
    "早上七点半。",
    similar=("班车时间", "几点有班车"),
    negative=("飞机几点？",),
    sources=(PASSAGE, TOLD),
    valid_from=date(2024, 5, 6),
    valid_to=date(2025, 5, 6),
    owner="王芳",
    review_by=date(2024, 12, 1),
)


class Clock:
    """A second later at each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def entries(database: Database) -> Entries:
    return Entries(database, Clock())


def draft(question: str = "食堂在哪里？", **over: object) -> EntryDraft:
    return EntryDraft(**{"question": question, "answer": "在一号楼。", "sources": (TOLD,), **over})


def test_what_is_published_is_read_back(entries: Entries) -> None:
    made = entries.publish(BUS, by="王芳")
    assert made == entries.entry(made.id)
    assert (made.draft, made.revision, made.updated_by) == (BUS, 1, "王芳")
    assert (made.needs_review, made.review_reason, made.is_stopped) == (False, "", False)
    assert made.created_at == made.updated_at == NOON + timedelta(seconds=1)
