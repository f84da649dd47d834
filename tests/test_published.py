"""What is published is at hand, follows every change, and stays in force while the database is down."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import URL

from desk.database import Database
from desk.entries import Entries
from desk.errors import DatabaseUnavailableError
from desk.published import Published
from desk.tables import FaqEntry
from rag.china import CHINA
from rag.staff_answers import StaffAnswer, StaffAnswers, StaffSource
from tests.desk_rows import NOON
from tests.test_entries import BUS, draft
from tests.waiting import wait_until

SOON = 0.02
NEVER = 3_600.0
DOWN = DatabaseUnavailableError("数据库正忙 / the database is busy")


class Switch:
    """Opens the database while it is on; raises `failure` else."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.failure: Exception | None = None
        self.opened = 0

    def __call__(self) -> Database:
        if self.failure:
            raise self.failure
        self.opened += 1
        return Database(self.url)


@pytest.fixture
def entries(database: Database) -> Entries:
    return Entries(database, lambda: NOON)


@pytest.fixture
def switch(database_url: URL) -> Switch:
    return Switch(database_url)


@pytest.fixture
def made(switch: Switch) -> Iterator[Callable[..., Published]]:
    made: list[Published] = []

    def make(**over: object) -> Published:
        made.append(Published(**{"database_opener": switch, "every": NEVER, **over}))
        made[-1].refresh()
        return made[-1]

    yield make
    for one in made:
        one.close()


def ids(published: Published) -> list[tuple[int, int]]:
    return [(answer.id, answer.revision) for answer in published.current()]


def test_an_entry_is_given_as_it_was_published(entries: Entries, made: Callable[..., Published]) -> None:
    entries.publish(BUS, by="王芳")
    published: StaffAnswers = made()
    (answer,) = published.current()
    assert answer == StaffAnswer(
        id=1,
        revision=1,
        question=BUS.question,
        answer=BUS.answer,
        answered_on=date(2024, 5, 6),
        similar=BUS.similar,
        negative=BUS.negative,
        sources=BUS.sources,
        valid_from=BUS.valid_from,
        valid_to=BUS.valid_to,
    )
    assert published.past(1, 1) is answer
    assert published.current() is published.current()


def test_the_day_of_an_answer_is_china_s(database: Database, made: Callable[..., Published]) -> None:
    late = datetime(2024, 5, 7, 0, 30, tzinfo=CHINA)
    Entries(database, lambda: late).publish(BUS, by="王芳")
    published = made()
    assert published.current()[0].answered_on == date(2024, 5, 7)
    assert published.past(1, 1) == published.current()[0]


def test_only_what_is_on_and_not_stopped_is_given_whatever_its_days(
    entries: Entries, made: Callable[..., Published]
) -> None:
    entries.publish(draft("甲？", valid_to=date(2000, 1, 1)), by="王芳")
    entries.publish(draft("乙？", is_on=False), by="王芳")
    entries.publish(draft("丙？"), by="王芳")
    with entries._database.writing() as session:
        session.get_one(FaqEntry, 3).is_stopped = True
    assert ids(made()) == [(1, 1)]


def test_every_change_arrives_when_it_is_read_again(entries: Entries, made: Callable[..., Published]) -> None:
    calls: list[int] = []
    published = made(changed=lambda: calls.append(1))
    assert published.current() == ()
    seen = []
    for change in (
        lambda: entries.publish(BUS, by="王芳"),
        lambda: entries.publish(draft(), by="王芳"),
        lambda: entries.change(1, replace(BUS, answer="八点。"), by="王芳", revision=1),
        lambda: entries.switch(1, False, by="王芳"),
        lambda: entries.undo(1, by="王芳"),
        lambda: entries.delete(2, by="王芳"),
        lambda: entries.restore(2, by="王芳"),
    ):
        change()
        published.refresh()
        seen.append(ids(published))
        published.refresh()
    assert seen == [
        [(1, 1)], [(1, 1), (2, 1)], [(1, 2), (2, 1)], [(2, 1)], [(1, 4), (2, 1)], [(1, 4)], [(1, 4), (2, 3)],
    ]  # fmt: skip
    assert len(calls) == len(seen)
    assert published.current()[0].answer == "八点。"


def test_what_does_not_change_what_is_given_is_told_to_nobody(entries: Entries, made: Callable[..., Published]) -> None:
    entries.publish(BUS, by="王芳")
    calls: list[int] = []
    published = made(changed=lambda: calls.append(1))
    calls.clear()
    before = published.current()
    entries.publish(draft(is_on=False), by="王芳")
    published.refresh()
    assert published.current() is before
    assert calls == []


def test_changes_of_other_processes_arrive_by_themselves(entries: Entries, made: Callable[..., Published]) -> None:
    told = threading.Event()
    published = made(every=SOON, changed=told.set)
    entries.publish(BUS, by="王芳")
    assert told.wait(10)
    assert ids(published) == [(1, 1)]


def test_an_answer_is_known_as_it_stood_then(entries: Entries, made: Callable[..., Published], switch: Switch) -> None:
    entries.publish(BUS, by="王芳")
    published = made()
    later = Entries(entries._database, lambda: NOON + timedelta(days=30))
    told = StaffSource("李雷", date(2024, 6, 5))
    later.change(1, replace(BUS, answer="八点。", sources=(told,)), by="李雷", revision=1)
    later.delete(1, by="李雷")
    published.refresh()
    first, second = published.past(1, 1), published.past(1, 2)
    assert first and second
    assert (first.answer, first.answered_on, first.sources) == (BUS.answer, date(2024, 5, 6), BUS.sources)
    assert (second.answer, second.answered_on, second.sources) == ("八点。", date(2024, 6, 5), (told,))
    assert (second.id, second.revision, second.document_id) == (1, 2, "staff-1-2")
    for unknown in ((1, 9), (2, 1), (0, 0), (-1, 1), (10**30, 1), (1, 2**40)):
        assert published.past(*unknown) is None
    assert made().past(1, 1) == first


def test_while_the_database_is_down_what_was_known_stays(
    entries: Entries, made: Callable[..., Published], switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    entries.publish(BUS, by="王芳")
    published = made()
    before = published.current()
    switch.failure = DOWN
    published._leave_database()
    for _ in range(3):
        published.refresh()
    assert published.current() is before
    assert published.past(1, 1) is before[0]
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in warnings] == [
        f"the published answers cannot be read, those known last stay in force: {DOWN}"
    ]
    with pytest.raises(DatabaseUnavailableError):
        published.past(1, 7)
    switch.failure = None
    entries.switch(1, False, by="王芳")
    published.refresh()
    assert published.current() == ()
    assert published.past(1, 1) is before[0]
    assert "can be read again" in caplog.text


def test_a_database_that_is_down_from_the_start_is_waited_for(
    entries: Entries, made: Callable[..., Published], switch: Switch
) -> None:
    switch.failure = DOWN
    published = made(every=SOON)
    assert published.current() == ()
    entries.publish(BUS, by="王芳")
    switch.failure = None
    assert wait_until(lambda: ids(published) == [(1, 1)])


def test_whoever_cannot_take_a_change_does_not_stop_the_next(
    entries: Entries, made: Callable[..., Published], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("kaputt")

    published = made(changed=fail)
    for number in (1, 2):
        entries.publish(draft(f"问{number}？"), by="王芳")
        published.refresh()
        assert len(published.current()) == number
    assert "could not take their change" in caplog.text


def test_after_closing_nothing_is_read(entries: Entries, made: Callable[..., Published], switch: Switch) -> None:
    published = made()
    published.close()
    entries.publish(BUS, by="王芳")
    published.refresh()
    assert published.current() == ()
    assert switch.opened == 1
    assert not published._thread.is_alive()
