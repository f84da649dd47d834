"""A process that changes entries and kills itself at one of its statements or commits; imported by a fork server."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import event

from desk.database import Database
from desk.entries import Entries, EntryDraft
from desk.entry_rules import checked
from tests.desk_homes import sqlite_url
from tests.desk_rows import NOON
from tests.test_entries import BUS

checked(BUS)  # what takes long to load is loaded before the fork


def steps(entries: Entries) -> Iterator[Callable[[], object]]:
    """One change of each kind, in an order in which they can be made; the database holds the open question 1."""
    changed: EntryDraft = replace(BUS, answer="八点。", similar=("班车时间",), sources=BUS.sources[:1])
    yield lambda: entries.publish(BUS, by="王芳", answers=1, origin_question="早班车？")
    yield lambda: entries.change(1, changed, by="王芳", revision=1)
    yield lambda: entries.undo(1, by="王芳")
    yield lambda: entries.delete(1, by="王芳")
    yield lambda: entries.restore(1, by="王芳")


def run(path: str, point: int) -> None:
    """Make all the changes, and die at the statement or commit of that number, counted from 1; 0: at none."""
    with closing(Database(sqlite_url(Path(path)))) as database:
        count_points(database, point)
        for step in steps(Entries(database, lambda: NOON)):
            step()


def count_points(database: Database, deadly: int = 0) -> Callable[[], int]:
    """Count the statements and commits of a database, dying at one of them; return what says how many there were."""
    seen = 0

    def pass_point(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", pass_point)
    event.listen(database.engine, "commit", pass_point)
    return lambda: seen
