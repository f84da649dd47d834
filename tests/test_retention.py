import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import URL, func, select

from desk import retention
from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.recorder import Recorder
from desk.retention import Sweeper, sweep
from desk.tables import (
    Base,
    Conversation,
    Feedback,
    Lead,
    OpenQuestion,
    OpenQuestionTurn,
    QuestionVector,
    RegressionCase,
    Turn,
)
from tests import desk_rows as rows
from tests.desk_rows import NOON
from tests.desk_writer import said
from tests.waiting import wait_until

DAY = timedelta(days=1)
NOW = NOON + 90 * DAY


@pytest.fixture
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)


@pytest.fixture
def sweeper(database_url: URL) -> Iterator[Callable[..., Sweeper]]:
    """A sweeper of 30 days whose today is NOW, or what a test says."""
    made: list[Sweeper] = []

    def make(**over: object) -> Sweeper:
        opener = partial(Database, database_url, wait=0.1)
        made.append(Sweeper(**{"database_opener": opener, "days": 30, "clock": lambda: NOW, **over}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def conversation(last_at: datetime, turns: int = 1) -> Conversation:
    asked = [rows.turn(number=number, feedback=rows.feedback()) for number in range(1, turns + 1)]
    return rows.conversation(started_at=last_at - DAY, last_at=last_at, turns=asked)


def keep(database: Database, *added: Base) -> None:
    with database.writing() as session:
        session.add_all(added)


def count(database: Database, table: type[Base] = Conversation) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_older_goes_with_all_that_hangs_on_it(database: Database) -> None:
    old, young = conversation(NOW - 31 * DAY, turns=3), conversation(NOW - 29 * DAY, turns=2)
    question = rows.open_question(asked=2)
    keep(database, old, young, question)
    keep(database, *(
        rows.open_question_turn(open_question_id=question.id, turn_id=one.turns[0].id) for one in (old, young)
    ))  # fmt: skip
    keep(database, *(rows.vector(turn_id=turn.id) for one in (old, young) for turn in one.turns), rows.case())
    assert sweep(database, 30, NOW) == 1
    with database.session() as session:
        assert session.scalars(select(Conversation.id)).all() == [young.id]
        assert set(session.scalars(select(Turn.conversation_id))) == {young.id}
        assert session.scalars(select(OpenQuestionTurn.turn_id)).all() == [young.turns[0].id]
        assert session.get_one(OpenQuestion, question.id).asked == 2
    assert [count(database, table) for table in (Turn, Feedback, QuestionVector, RegressionCase)] == [2, 2, 2, 1]
    assert sweep(database, 30, NOW) == 0


def test_to_the_moment(database: Database) -> None:
    least = timedelta(microseconds=1)
    keep(database, *(conversation(NOW - 30 * DAY + step) for step in (-least, 0 * least, least)))
    assert sweep(database, 30, NOW) == 1


def test_who_asked_to_be_called_stays_without_the_conversation(database: Database) -> None:
    old = conversation(NOW - 31 * DAY)
    keep(database, old)
    lead = rows.lead(conversation_id=old.id, transcript=[{"question": "公寓有几套？"}])
    keep(database, lead)
    assert sweep(database, 30, NOW) == 1
    with database.session() as session:
        stays = session.get_one(Lead, lead.id)
        assert (stays.conversation_id, stays.transcript) == (None, [{"question": "公寓有几套？"}])


def test_with_0_days_everything_stays(database: Database) -> None:
    keep(database, conversation(NOW - 10_000 * DAY))
    assert sweep(database, 0, NOW) == 0
    assert count(database) == 1


def test_days_that_are_none_are_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="days has value -1: expected 0 or more"):
        sweep(database, -1, NOW)


@pytest.mark.parametrize("old", [0, 1, 2, 3, 4, 6, 7])
def test_any_number_goes_in_batches(database: Database, smaller: None, old: int) -> None:
    keep(database, *(conversation(NOW - (31 + number) * DAY) for number in range(old)), conversation(NOW))
    assert sweep(database, 30, NOW) == old
    assert count(database) == 1


def test_whoever_says_stop_waits_for_one_batch_and_the_next_sweep_does_the_rest(
    database: Database, smaller: None
) -> None:
    keep(database, *(conversation(NOW - 31 * DAY) for _ in range(8)))
    stop = threading.Event()
    stop.set()
    assert sweep(database, 30, NOW, stop) == 3
    assert sweep(database, 30, NOW) == 5


def test_others_write_while_much_is_deleted(database: Database, database_url: URL) -> None:
    keep(database, *(conversation(NOW - 31 * DAY, turns=3) for _ in range(1_000)))
    waits = []
    done = threading.Event()

    def write() -> None:
        with closing(Database(database_url)) as own:
            while not done.is_set():
                started = time.perf_counter()
                keep(own, rows.audit_event())
                waits.append(time.perf_counter() - started)
                time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert sweep(database, 30, NOW) == 1_000
    finally:
        done.set()
        writer.join()
    assert len(waits) > 1
    assert max(waits) < 3


def test_a_conversation_that_goes_on_after_it_was_deleted_begins_anew(database: Database, database_url: URL) -> None:
    recorder = Recorder(partial(Database, database_url))
    recorder.record(said(0))
    assert wait_until(lambda: recorder.state.waiting == 0)
    assert sweep(database, 30, NOW) == 1
    recorder.feedback("t0", "helpful")
    recorder.record(said(1))
    assert recorder.close(30) == 0
    with database.session() as session:
        assert session.scalars(select(Turn.id)).all() == ["t1"]
        assert session.scalars(select(Turn.number)).all() == [1]
    assert count(database, Feedback) == 0


def test_it_is_done_at_the_start_and_again_later(database: Database, sweeper: Callable[..., Sweeper]) -> None:
    keep(database, conversation(NOW - 31 * DAY), conversation(NOW))
    sweeper(every=0.02)
    assert wait_until(lambda: count(database) == 1)
    keep(database, conversation(NOW - 31 * DAY), conversation(NOW))
    assert wait_until(lambda: count(database) == 2)


def test_after_the_first_it_rests_for_a_day(database: Database, sweeper: Callable[..., Sweeper]) -> None:
    keep(database, conversation(NOW - 31 * DAY))
    made = sweeper()
    assert wait_until(lambda: count(database) == 0)
    keep(database, conversation(NOW - 31 * DAY))
    time.sleep(0.05)
    assert count(database) == 1
    made.close()
    assert not made._thread.is_alive()


def test_a_sweep_that_failed_is_tried_again_soon(
    database: Database, database_url: URL, sweeper: Callable[..., Sweeper], caplog: pytest.LogCaptureFixture
) -> None:
    keep(database, conversation(NOW - 31 * DAY))
    failures = [DatabaseUnavailableError("down"), RuntimeError("postgresql://staff:hush@db")]

    def opener() -> Database:
        if failures:
            raise failures.pop()
        return Database(database_url)

    sweeper(database_opener=opener, soon=0.01)
    assert wait_until(lambda: count(database) == 0)
    assert "could not be deleted, tried again later: DatabaseUnavailableError" in caplog.text
    assert "hush" not in caplog.text


def test_who_keeps_everything_has_no_thread(database: Database, sweeper: Callable[..., Sweeper]) -> None:
    keep(database, conversation(NOW - 31 * DAY))
    made = sweeper(days=0, every=0.01)
    assert not made._thread.is_alive()
    made.close()
    assert count(database) == 1


def test_closing_does_not_wait_for_the_day_to_end(sweeper: Callable[..., Sweeper]) -> None:
    made = sweeper()
    started = time.monotonic()
    for _ in range(2):
        made.close()
    assert time.monotonic() - started < 2
    assert not made._thread.is_alive()
