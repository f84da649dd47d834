"""SQLite's files as a whole: copied, checked, made single, and kept by the disk. Knows nothing of what is in them."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desk.errors import DatabaseUnavailableError, DeskError
from desk.failures import BUSY

WAIT = 5.0
"""Longest wait for another process, seconds."""


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that begins and commits nothing by itself."""
    return sqlite3.connect(path, timeout=WAIT, isolation_level=None)


def copy_database(connection: sqlite3.Connection, to: Path) -> None:
    """Copy a database in one step: as of one moment, whoever else is writing. Not within a transaction."""
    until = time.monotonic() + WAIT

    def give_up(status: int, _: int, __: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise DatabaseUnavailableError(f"{BUSY}: {to}")

    to.touch(mode=0o600)
    with closing(connect(to)) as target:
        connection.backup(target, progress=give_up)
        target.execute("PRAGMA journal_mode = DELETE")


def check_whole(path: Path) -> None:
    """Raise DeskError when something in a database is not as SQLite wrote it, or points nowhere."""
    with closing(connect(path)) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
        broken = {str(row[0]) for row in connection.execute("PRAGMA foreign_key_check")}
    if said != ["ok"] or broken:
        raise DeskError(f"数据库文件已损坏 / the file is damaged: {'; '.join([*said, *sorted(broken)])}: {path}")


def make_single(path: Path) -> None:
    """Leave nothing of a database outside its one file."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def explained(meaning: str, path: Path) -> Iterator[None]:
    """Raise DatabaseUnavailableError with its meaning for what the disk or SQLite refuse to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnavailableError(f"{meaning}: {path} ({error})") from error


def sync(path: Path) -> None:
    """Have the disk keep a file, or what a folder lists, before the next step."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
