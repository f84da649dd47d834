"""The watch checks when the reports or the entries have changed, once they have come to rest, and only then."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import URL

from desk.database import Database
from desk.entries import Entries
from desk.errors import DatabaseUnavailableError
from desk.source_watch import SourceWatch
from index.records import Document
from tests.desk_rows import NOON
from tests.test_sources import BUS, DRAFT, HOME
from tests.waiting import wait_until

SOON = 0.01


class Library:
    """Reports that may be changed; counts how often they are read."""

    def __init__(self) -> None:
        self.reports: list[Document] = [BUS, HOME]
        self.generation = 1
        self.read = 0

    def change(self, *reports: Document) -> None:
        self.reports = list(reports)
        self.generation += 1

    def documents(self) -> list[Document]:
        self.read += 1
        return self.reports


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def entries(database: Database) -> Entries:
    made = Entries(database, lambda: NOON)
    made.publish(DRAFT, by="王芳")
    return made


@pytest.fixture
def watch(database_url: URL, library: Library, entries: Entries) -> Iterator[Callable[..., SourceWatch]]:
    made: list[SourceWatch] = []

    def make(**over: object) -> SourceWatch:
        told = {"database_opener": lambda: Database(database_url), "generation": lambda: library.generation}
        made.append(SourceWatch(**{**told, "reports": library.documents, "every": SOON, **over}))
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert not one._thread.is_alive()


def test_a_changed_report_is_noticed(watch: Callable[..., SourceWatch], library: Library, entries: Entries) -> None:
    calls: list[int] = []
    watch(changed=lambda: calls.append(1))
    assert wait_until(lambda: library.read == 1)
    library.change(HOME)
    assert wait_until(lambda: bool(calls))
    assert entries.entry(1).is_stopped
    library.change(BUS, HOME)
    assert wait_until(lambda: len(calls) == 2)
    assert not entries.entry(1).is_stopped


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_entry_that_cites_an_old_edition_is_noticed(
    watch: Callable[..., SourceWatch], library: Library, entries: Entries
) -> None:
    watch()
    assert wait_until(lambda: library.read == 1)
    gone = replace(DRAFT.sources[1], quote="七点整发车")
    entries.publish(replace(DRAFT, question="末班车？", sources=(gone,)), by="王芳")
    assert wait_until(lambda: entries.entry(2).is_stopped)
    assert not entries.entry(1).needs_review


@pytest.mark.parametrize("kind", ["sqlite"])
def test_nothing_is_read_while_nothing_changes_nor_while_an_index_is_made(
    watch: Callable[..., SourceWatch], library: Library, entries: Entries
) -> None:
    looks = 0

    def generation() -> int:
        nonlocal looks
        looks += 1
        return library.generation + (looks if looks < 20 else 0)

    watch(generation=generation)
    assert wait_until(lambda: looks > 15)
    assert library.read == 0
    assert wait_until(lambda: library.read == 1)
    seen = looks
    assert wait_until(lambda: looks > seen + 5)
    assert library.read == 1
    library.change()
    assert wait_until(lambda: library.read > 3)
    assert not entries.entry(1).is_stopped


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_database_that_is_down_is_waited_for(
    watch: Callable[..., SourceWatch],
    library: Library,
    entries: Entries,
    database_url: URL,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    failures = [DatabaseUnavailableError("数据库正忙 / busy"), RuntimeError("secret")]

    def opener() -> Database:
        if failures:
            raise failures.pop(0)
        return Database(database_url)

    library.change(HOME)
    watch(database_opener=opener)
    assert wait_until(lambda: entries.entry(1).is_stopped)
    assert [record.levelname for record in caplog.records if "tried again" in record.message] == ["WARNING", "INFO"]
    assert "secret" not in caplog.text
