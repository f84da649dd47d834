"""A process is killed in the midst of changing entries, and nothing is half done; of two at once, one is told so."""

import multiprocessing
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from desk.database import Database
from desk.entries import Entries, EntryChangedError, EntryError
from desk.tables import Base
from tests import entry_killer
from tests.desk_homes import sqlite_url
from tests.desk_rows import NOON, open_question
from tests.test_entries import BUS, draft

State = dict[str, list[tuple[object, ...]]]


def rows(database: Database) -> State:
    """Return all that the database holds."""
    with database.session() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted((tuple(row) for row in session.execute(select(table))), key=str) for table in tables}


def test_killed_anywhere_each_change_is_whole_or_not_there(made_file: Path, tmp_path: Path) -> None:
    start = Path(shutil.copy(made_file, tmp_path / "start.sqlite3"))
    with closing(Database(sqlite_url(start))) as database, database.writing() as session:
        session.add(open_question())
    whole = Path(shutil.copy(start, tmp_path / "whole.sqlite3"))
    with closing(Database(sqlite_url(whole))) as database:
        states, ends = [rows(database)], []
        points = entry_killer.count_points(database)
        for step in entry_killer.steps(Entries(database, lambda: NOON)):
            before = points()
            step()
            ends.append(points() - before)
            states.append(rows(database))
    assert len({str(state) for state in states}) == len(states)

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.entry_killer"])
    seen = []
    publishing, total = ends[0], sum(ends)
    for point in (*range(1, publishing + 1), *range(publishing + 1, total + 1, 4)):
        path = Path(shutil.copy(start, tmp_path / f"{point}.sqlite3"))
        process = context.Process(target=entry_killer.run, args=(str(path), point), daemon=True)
        process.start()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        with closing(Database(sqlite_url(path))) as database:
            found = rows(database)
        assert found in states, f"half done at {point} of {total}"
        seen.append(states.index(found))
    assert seen == sorted(seen)
    assert set(seen) >= {0, 1, 2, 3}
    assert seen[:publishing] == [0] * publishing


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do things in threads at the same time; return what came of each, or its error."""
    barrier = threading.Barrier(len(works))
    came: list[object] = [None] * len(works)

    def do(number: int) -> None:
        barrier.wait()
        try:
            came[number] = works[number]()
        except EntryError as error:
            came[number] = error

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_of_two_who_change_an_entry_at_once_one_wins_and_the_other_is_told(database: Database) -> None:
    entries = Entries(database)
    entries.publish(BUS, by="韩梅")

    def change(by: str, revision: int) -> Callable[[], object]:
        changed = replace(BUS, answer=f"{by}{revision}")
        return lambda: entries.change(1, changed, by=by, revision=revision)

    for revision in (1, 2, 3):
        came = at_once(change("王芳", revision), change("李雷", revision))
        (error,) = [one for one in came if isinstance(one, EntryChangedError)]
        (won,) = [one for one in came if one is not error]
        assert entries.entry(1) == won
        assert f"“{won.updated_by}”刚刚保存过" in str(error)
    assert [change.number for change in entries.history(1)] == [4, 3, 2, 1]


def test_of_two_who_answer_one_question_at_once_one_publishes(database: Database) -> None:
    entries = Entries(database)
    with database.writing() as session:
        session.add(open_question())
    came = at_once(
        lambda: entries.publish(BUS, by="王芳", answers=1),
        lambda: entries.publish(draft(), by="李雷", answers=1),
    )
    (error,) = [one for one in came if isinstance(one, EntryError)]
    (won,) = [one for one in came if one is not error]
    assert f"已由“{won.updated_by}”回答" in str(error)
    assert entries.find().entries == (won,)
