import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import URL, event, func, select, text
from sqlalchemy.orm import Session

from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.kept import Left
from desk.recorder import BATCH, Recorder
from desk.tables import Conversation, Feedback, Lead, Turn
from rag.records import Citation, StaffReply
from tests.desk_homes import PostgresServer
from tests.desk_rows import NOON, entry
from tests.desk_writer import ANSWER, SAID, said
from tests.waiting import wait_until

AT_ONCE = 0.01
LONG = 30.0


class Switch:
    """Opens the database while it is on; raises `failure` else."""

    def __init__(self, url: URL, failure: Exception | None = None) -> None:
        self.url = url
        self.failure = failure
        self.opened: list[Database] = []
        self.tried_at: list[float] = []

    def __call__(self) -> Database:
        self.tried_at.append(time.monotonic())
        if self.failure:
            raise self.failure
        self.opened.append(Database(self.url, wait=0.1))
        return self.opened[-1]


class Forgetful(Database):
    """Commits, and says of the first times that it could not: so an answer gets lost on its way."""

    def __init__(self, url: URL, failing: list[Exception]) -> None:
        super().__init__(url)
        self.failing = failing

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            yield session
        if self.failing:
            raise self.failing.pop()


DOWN = DatabaseUnavailableError("数据库正忙，请稍后再试 / the database is busy, try again: /home/desk.sqlite3")


@pytest.fixture
def switch(database_url: URL) -> Switch:
    return Switch(database_url)


@pytest.fixture
def made() -> Iterator[list[Recorder]]:
    made: list[Recorder] = []
    yield made
    for recorder in made:
        recorder.close(0)


@pytest.fixture
def recorder(switch: Switch, made: list[Recorder]) -> Callable[..., Recorder]:
    """A recorder that tries again at once."""

    def make(**over: object) -> Recorder:
        made.append(Recorder(**{"database_opener": switch, "pause": AT_ONCE, "longest_pause": AT_ONCE, **over}))
        return made[-1]

    return make


def numbers(database: Database) -> list[str]:
    """The ids of the turns, in the order in which they are numbered."""
    with database.session() as session:
        return list(session.scalars(select(Turn.id).order_by(Turn.conversation_id, Turn.number)))


def ids(*span: int) -> list[str]:
    return [f"t{number}" for number in range(*span)]


def test_a_turn_is_read_as_it_was_said(recorder: Callable[..., Recorder], database: Database) -> None:
    quoted = Citation(
        1, "d1", "住房", "住房.md", "2023", None, ("住房",), "有920套", 3, 8, "公寓有920套", 1, 0.91234567
    )
    answer = replace(ANSWER, citations=(quoted,), nearby=(quoted,), standalone_question="人才公寓有几套？")
    made = recorder()
    made.record(replace(SAID, answer=answer))
    made.record(replace(SAID, turn_id="t2", language="en", asked_at=NOON + timedelta(hours=1)))
    assert made.close(LONG) == 0
    with database.session() as session:
        (conversation,) = session.scalars(select(Conversation)).all()
        assert (conversation.id, conversation.visitor, conversation.language) == ("c1", "5f0c", "zh")
        assert (conversation.channel, conversation.started_at) == ("web", NOON)
        assert conversation.last_at == NOON + timedelta(hours=1)
        first, second = conversation.turns
        assert (first.id, first.number, second.id, second.number) == ("t1", 1, "t2", 2)
        assert (first.question, first.standalone_question, first.answer) == (
            "公寓有几套？", "人才公寓有几套？", "有920套。",
        )  # fmt: skip
        assert (first.refused, first.confidence, first.mode) == (False, 0.9, "quote")
        assert first.citations == first.nearby == [quoted.as_json()]
        assert first.timings_ms == {"total": 12.5}
        assert first.asked_at == NOON


def test_what_leads_to_a_person_is_hidden_before_it_waits(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    switch.failure = DOWN
    made = recorder()
    secret = "电话13800138000"
    answer = replace(ANSWER, question=secret, standalone_question=f"我的{secret}", answer=f"您的{secret}已记下")
    made.record(replace(SAID, question=secret, answer=answer))
    made.feedback("t1", "unhelpful", ["回电13800138000"], f"请打{secret}")
    assert "13800138000" not in repr(list(made._waiting))
    switch.failure = None
    assert made.close(LONG) == 0
    with database.session() as session:
        turn, feedback = session.scalars(select(Turn)).one(), session.scalars(select(Feedback)).one()
        assert (turn.question, turn.standalone_question) == ("电话〔电话〕", "我的电话〔电话〕")
        assert turn.answer == "您的电话〔电话〕已记下"
        assert (feedback.reasons, feedback.comment) == (["回电〔电话〕"], "请打电话〔电话〕")


def test_a_verdict_is_the_last_one_given_and_needs_its_turn(
    recorder: Callable[..., Recorder], database: Database
) -> None:
    moments = iter(NOON + timedelta(seconds=second) for second in range(100))
    made = recorder(clock=lambda: next(moments))
    made.record(SAID)
    made.feedback("t1", "helpful")
    made.feedback("t1", "unhelpful", ["outdated", "wrong"], "已搬走")
    made.feedback("unknown", "helpful")
    assert made.close(LONG) == 0
    assert made.state.dropped == 0
    with database.session() as session:
        feedback = session.scalars(select(Feedback)).one()
        assert (feedback.turn_id, feedback.verdict, feedback.reasons) == ("t1", "unhelpful", ["outdated", "wrong"])
        assert feedback.comment == "已搬走"
        assert feedback.given_at > NOON


def test_an_older_verdict_does_not_replace_a_newer_one(recorder: Callable[..., Recorder], database: Database) -> None:
    made = recorder(clock=lambda: NOON)
    made.record(SAID)
    made.feedback("t1", "unhelpful")
    assert wait_until(lambda: made.state.waiting == 0)
    with database.writing() as session:
        session.scalars(select(Feedback)).one().given_at = NOON + timedelta(seconds=1)
    made.feedback("t1", "helpful")
    assert made.close(LONG) == 0
    with database.session() as session:
        assert session.scalars(select(Feedback.verdict)).one() == "unhelpful"


def test_what_was_said_while_the_database_is_down_is_written_when_it_is_back(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    switch.failure = DOWN
    made = recorder()
    for number in range(120):
        made.record(said(number))
    assert wait_until(lambda: len(switch.tried_at) > 3)
    state = made.state
    assert (state.is_writable, state.waiting, state.dropped, state.last_error) == (False, 120, 0, str(DOWN))
    assert numbers(database) == []
    switch.failure = None
    assert wait_until(lambda: made.state.waiting == 0)
    assert made.state.is_writable
    assert made.state.since >= state.since
    assert numbers(database) == ids(120)


def test_beyond_the_bound_the_oldest_are_dropped_and_counted(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    switch.failure = DOWN
    made = recorder(capacity=10)
    for number in range(25):
        made.record(said(number))
    assert (made.state.waiting, made.state.dropped) == (10, 15)
    switch.failure = None
    assert made.close(LONG) == 0
    assert numbers(database) == ids(15, 25)


def test_the_bound_holds_while_values_are_being_written(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    made = recorder(capacity=10)
    assert wait_until(lambda: made.state.is_writable)
    with database.writing():
        for number in range(200):
            made.record(said(number))
            assert made.state.waiting <= 10 + BATCH
        assert wait_until(lambda: not made.state.is_writable)
        assert made.state.waiting <= 20
    assert made.close(LONG) == 0
    assert numbers(database) == ids(190, 200)
    assert made.state.dropped == 190


def test_a_lock_held_by_another_is_waited_for(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    made = recorder()
    assert wait_until(lambda: made.state.is_writable)
    with database.writing():
        started = time.monotonic()
        for number in range(60):
            made.record(said(number))
        assert time.monotonic() - started < 1
        assert wait_until(lambda: not made.state.is_writable)
        assert "busy" in made.state.last_error
    assert wait_until(lambda: made.state.waiting == 0)
    assert made.state.is_writable
    assert numbers(database) == ids(60)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_full_disk_is_waited_for(recorder: Callable[..., Recorder], switch: Switch, database: Database) -> None:
    is_full = True

    def opener() -> Database:
        opened = switch()
        event.listen(opened.engine, "connect", lambda connection, _: connection.execute(
            f"PRAGMA max_page_count = {1 if is_full else 1_000_000}"
        ))  # fmt: skip
        return opened

    made = recorder(database_opener=opener)
    made.record(said(0, question="长" * 100_000))
    assert wait_until(lambda: "make room" in made.state.last_error)
    assert (made.state.waiting, made.state.dropped) == (1, 0)
    is_full = False
    assert wait_until(lambda: made.state.waiting == 0)
    assert numbers(database) == ["t0"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_read_only_file_is_waited_for(recorder: Callable[..., Recorder], switch: Switch, database: Database) -> None:
    writable = switch.url
    switch.url = writable.set(database=f"file:{writable.database}", query={"mode": "ro", "uri": "true"})
    made = recorder()
    made.record(said(0))
    assert wait_until(lambda: "check its rights" in made.state.last_error)
    switch.url = writable
    assert wait_until(lambda: made.state.waiting == 0)
    assert numbers(database) == ["t0"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_moved_away_and_back_loses_nothing(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    path = Path(str(switch.url.database))
    switch.failure = DOWN
    made = recorder()
    made.record(said(0))
    database.close()
    away = path.rename(path.with_suffix(".away"))
    path.mkdir()
    switch.failure = None
    assert wait_until(lambda: "check its rights" in made.state.last_error)
    path.rmdir()
    away.rename(path)
    assert wait_until(lambda: made.state.waiting == 0)
    assert numbers(database) == ["t0"]


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_server_that_cuts_the_connection_is_asked_again(
    recorder: Callable[..., Recorder], request: pytest.FixtureRequest, switch: Switch, database: Database
) -> None:
    server: PostgresServer = request.getfixturevalue("postgres")
    made = recorder()
    for number in range(300):
        made.record(said(number))
        if number % 100 == 50:
            server.disconnect_all(switch.url)
    assert wait_until(lambda: made.state.waiting == 0, LONG)
    database.close()
    assert numbers(database) == ids(300)


def test_an_id_is_written_once_whatever_was_known_of_the_first_attempt(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    failing: list[Exception] = [DOWN, DOWN]
    made = recorder(database_opener=lambda: Forgetful(switch.url, failing))
    for number in (0, 1, 2, 1, 0):
        made.record(said(number))
    made.feedback("t1", "helpful")
    assert made.close(LONG) == 0
    assert failing == []
    assert made.state.dropped == 0
    assert numbers(database) == ids(3)


def test_a_value_that_no_database_takes_does_not_stop_the_others(
    recorder: Callable[..., Recorder], switch: Switch, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    switch.failure = DOWN
    made = recorder()
    made.record(said(0))
    made.record(replace(said(1, question="机密"), answer=replace(ANSWER, confidence=7.0)))
    made.record(replace(said(2, conversation="c2"), channel="fax"))  # type: ignore[arg-type]
    made.record(replace(said(3), answer=replace(ANSWER, timings_ms={"total": float("nan")})))
    made.record(said(4))
    switch.failure = None
    assert made.close(LONG) == 0
    assert numbers(database) == ["t0", "t4"]
    assert made.state.is_writable
    assert made.state.dropped == 3
    assert made.state.last_error in ("IntegrityError", "StatementError", "ValueError")
    assert "turn t1 cannot be written" in caplog.text
    assert "机密" not in caplog.text


def test_characters_that_no_database_holds_are_replaced(recorder: Callable[..., Recorder], database: Database) -> None:
    made = recorder()
    made.record(said(0, question="a\0b\ud800c"))
    assert made.close(LONG) == 0
    with database.session() as session:
        assert session.scalars(select(Turn.question)).one() == "a\ufffdb\ufffdc"


def test_an_opener_that_breaks_shows_no_secrets_and_is_tried_again(
    recorder: Callable[..., Recorder], switch: Switch, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    switch.failure = RuntimeError("postgresql://staff:hush@db")
    made = recorder()
    made.record(said(0))
    assert wait_until(lambda: made.state.last_error == "RuntimeError")
    switch.failure = None
    assert wait_until(lambda: made.state.waiting == 0)
    assert "hush" not in caplog.text
    assert numbers(database) == ["t0"]


def test_attempts_come_ever_more_seldom(switch: Switch, made: list[Recorder]) -> None:
    switch.failure = DOWN
    made.append(Recorder(switch, pause=0.02, longest_pause=0.16))
    assert wait_until(lambda: len(switch.tried_at) >= 7)
    gaps = [later - earlier for earlier, later in zip(switch.tried_at, switch.tried_at[1:], strict=False)]
    for gap, least in zip(gaps, (0.02, 0.04, 0.08, 0.16, 0.16, 0.16), strict=False):
        assert gap >= least - 0.005
    assert gaps[0] < 0.16


def test_closing_gives_up_in_time(switch: Switch, made: list[Recorder], caplog: pytest.LogCaptureFixture) -> None:
    switch.failure = DOWN
    recorder = Recorder(switch, pause=LONG, longest_pause=LONG)
    recorder.record(said(0))
    recorder.record(said(1))
    started = time.monotonic()
    assert recorder.close(0.3) == 2
    assert time.monotonic() - started < 2
    assert "2 turns, verdicts and leads were left unwritten" in caplog.text
    assert not recorder._thread.is_alive()
    recorder.record(said(2))
    recorder.feedback("t0", "helpful")
    assert recorder.state.dropped == 2
    assert recorder.close(0.1) == 2


def test_closing_what_was_never_used_is_quick_and_may_be_repeated(switch: Switch) -> None:
    recorder = Recorder(switch)
    for _ in range(2):
        assert recorder.close(LONG) == 0
    assert not recorder._thread.is_alive()


def test_from_many_threads_every_turn_is_written_once(recorder: Callable[..., Recorder], database: Database) -> None:
    made = recorder()
    threads = [
        threading.Thread(target=lambda own=own: [made.record(said(number)) for number in range(own, 200, 8)])
        for own in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.close(LONG) == 0
    assert sorted(numbers(database)) == sorted(ids(200))
    with database.session() as session:
        assert session.scalars(select(Turn.number).order_by(Turn.number)).all() == list(range(1, 201))
        assert session.scalars(select(Conversation.last_at)).one() == NOON + timedelta(seconds=199)


def test_a_thousand_turns_are_taken_at_once_and_written_soon(
    recorder: Callable[..., Recorder], database: Database
) -> None:
    made = recorder()
    started = time.perf_counter()
    for number in range(1000):
        made.record(said(number, conversation=f"c{number // 5:04}"))
    taken = time.perf_counter() - started
    assert made.close(LONG) == 0
    assert len(numbers(database)) == 1000
    assert taken < 5
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize("kill_after", [0, 100, 300])
def test_whoever_is_killed_while_writing_leaves_whole_turns(
    database: Database, database_url: URL, kill_after: int
) -> None:
    told = database_url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.desk_writer", told]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= kill_after:
                break
        process.kill()
    with database.session() as session:
        turns = session.scalars(select(Turn).order_by(Turn.asked_at)).all()
        assert [turn.id for turn in turns] == ids(len(turns))
        assert [turn.number for turn in turns] == [number % 3 + 1 for number in range(len(turns))]
        conversations = session.scalar(select(func.count()).select_from(Conversation))
        assert conversations == -(-len(turns) // 3)
        judged = session.scalar(select(func.count()).select_from(Feedback)) or 0
        assert len(turns) - 1 <= judged <= len(turns)
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    after = Recorder(partial(Database, database_url))
    after.record(replace(SAID, conversation_id="later", turn_id="after"))
    assert after.close(LONG) == 0
    assert "after" in numbers(database)


def test_a_moment_without_a_time_zone_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        replace(SAID, asked_at=datetime(2024, 5, 6))


def test_a_recorder_that_could_hold_nothing_is_refused(switch: Switch) -> None:
    with pytest.raises(ValueError, match="capacity has value 0: expected 1 or more"):
        Recorder(switch, capacity=0)


def test_the_entry_that_answered_is_kept_with_the_turn_while_there_is_one(database_url: URL) -> None:
    with closing(Database(database_url)) as database:
        with database.writing() as session:
            session.add(entry(id=7))
        recorder = Recorder(Switch(database_url))
        for turn_id, entry_id in (("known", 7), ("deleted", 8)):
            answer = replace(ANSWER, mode="faq", staff=StaffReply(entry_id, NOON.date()), timings_ms={"total": 12.5})
            recorder.record(replace(said(1), turn_id=turn_id, answer=answer))
        assert recorder.close(LONG) == 0
        with database.session() as session:
            kept = session.execute(select(Turn.id, Turn.faq_entry_id, Turn.total_ms)).all()
    assert sorted(kept) == [("deleted", None, 12.5), ("known", 7, 12.5)]


def left(number: int) -> Left:
    return Left(f"访客{number}", "138 0013 8000", "同意联系", NOON, turn_id=f"t{number}", id=f"lead{number}")


def test_a_lead_waits_for_the_database_unmasked_and_brings_what_was_said_before_it(
    recorder: Callable[..., Recorder], switch: Switch, database: Database
) -> None:
    switch.failure = DOWN
    made = recorder()
    made.record(said(0, question="电话13800138000"))
    made.record(said(1))
    assert made.leave(left(1))
    made.record(said(2))
    assert wait_until(lambda: len(switch.tried_at) > 2)
    switch.failure = None
    assert made.close(LONG) == 0
    with database.session() as session:
        lead = session.scalars(select(Lead)).one()
        assert (lead.contact, lead.conversation_id) == ("138 0013 8000", "c1")
        assert [turn["question"] for turn in lead.transcript] == ["电话〔电话〕", "公寓有几套？"]


def test_leads_are_dropped_last(recorder: Callable[..., Recorder], switch: Switch, database: Database) -> None:
    switch.failure = DOWN
    made = recorder(capacity=3)
    made.leave(left(0))
    for number in range(9):
        made.record(said(number))
    assert (made.state.waiting, made.state.dropped) == (3, 7)
    switch.failure = None
    assert made.close(LONG) == 0
    assert numbers(database) == ["t7", "t8"]
    with database.session() as session:
        assert session.scalars(select(Lead.id)).all() == ["lead0"]


def test_after_closing_no_lead_is_taken(switch: Switch) -> None:
    recorder = Recorder(switch)
    assert recorder.close(LONG) == 0
    assert not recorder.leave(left(0))
    assert recorder.state.dropped == 1
