"""Putting a backup in the place of the SQLite database, which is kept aside.

Done entirely or not at all, also when it is killed.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, delete

from desk.audit import note
from desk.backup import database_file
from desk.database import Database
from desk.errors import DatabaseUnavailableError, DeskError
from desk.failures import BUSY
from desk.migrate import migrate
from desk.sqlite_files import WAIT, check_whole, connect, copy_database, explained, make_single, sync
from desk.tables import SignIn
from desk.types import utc_now

OURS = {"alembic_version", "account", "conversation", "turn"}
"""Tables by which a database is known to be the desk's, of whatever version."""
_PARTS = ("-wal", "-journal")  # files beside SQLite's, without which it is not whole
_PREFIX = ".desk-restore-"


def restore(url: URL, backup: Path, force: bool = False, *, by: str) -> Path | None:
    """Put a backup in the database's place, brought up to date; return where the former one now lies, if there was one.

    Raises DeskError when the file is none of the desk's, is damaged or of a newer version, when a service has the
    database open, as far as can be told, or when there is a database and not `force`. Then nothing has changed.
    """
    path = database_file(url, "pg_restore", backup)
    if not backup.is_file():
        raise DeskError(f"没有这个文件 / there is no such file: {backup}")
    with _alone(path), explained("恢复失败，数据库未改动 / restoring failed, the database is unchanged", path):
        if path.exists() and backup.samefile(path):
            raise DeskError(f"这就是正在使用的数据库 / this is the database itself: {path}")
        if path.exists() and not force:
            raise DeskError(
                f"已有数据库；如要替换，请加 --force，原数据库会另存 / there is a database already; with --force it is "
                f"put aside and replaced: {path}"
            )
        with _prepared(url, backup, path.parent, by) as ready:
            return _exchange(path, ready)


def _exchange(path: Path, ready: Path) -> Path | None:
    """Put `ready` in the place of the database, in one step, after which a copy of the former one lies beside it."""
    if not path.exists():
        for part in _PARTS:
            Path(f"{path}{part}").unlink(missing_ok=True)  # of a database that is gone: it would be read into this one
        _replace(ready, path)
        return None
    aside = _aside(path, utc_now())
    if not _begins_like_one(path):
        _exchange_damaged(path, ready, aside)
        return aside
    try:
        with closing(_taken(path)) as former:
            copy_database(former, ready.with_name("former"))
            sync(ready.with_name("former"))
            ready.with_name("former").replace(aside)
            _replace(ready, path)
    except sqlite3.DatabaseError as error:
        if _code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        _exchange_damaged(path, ready, aside)
    return aside


def _exchange_damaged(path: Path, ready: Path, aside: Path) -> None:
    """Do the same with a file that SQLite cannot read: that is what backups are for. Its bytes are kept as they are."""
    _copy_files(path, aside)
    for part in ("-wal", "-shm", "-journal"):
        Path(f"{path}{part}").unlink(missing_ok=True)
    _replace(ready, path)


def _begins_like_one(path: Path) -> bool:
    """Whether SQLite would take the file for a database; of anything else it would throw the WAL away."""
    with path.open("rb") as file:
        return file.read(16) in (b"", b"SQLite format 3\0")


def _replace(ready: Path, path: Path) -> None:
    ready.replace(path)
    sync(path.parent)


def _aside(path: Path, now: datetime) -> Path:
    stem = f"{path}.before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    taken = (Path(stem if not number else f"{stem}-{number}") for number in range(1000))
    return next(one for one in taken if not one.exists())


@contextmanager
def _prepared(url: URL, backup: Path, folder: Path, by: str) -> Iterator[Path]:
    """Give a copy of the backup in a folder of its own, whole, ours and of today's tables, as a single file."""
    for left in folder.glob(f"{_PREFIX}*"):  # by one that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as name:
        copy = Path(name) / "desk.sqlite3"
        _copy_files(backup, copy)
        try:
            check_whole(copy)
            _check_ours(copy)
            migrate(url.set(database=str(copy)))
            _note(url.set(database=str(copy)), backup, by)
            make_single(copy)
        except (DeskError, sqlite3.Error) as error:
            said = str(error).replace(str(copy), str(backup))
            kind = type(error) if isinstance(error, DeskError) else DeskError
            raise kind(
                f"不能恢复这个文件，数据库未改动 / this file cannot be restored, nothing was changed: {said}"
            ) from error
        sync(copy)
        yield copy


def _note(url: URL, backup: Path, by: str) -> None:
    with closing(Database(url)) as database, database.writing() as session:
        session.execute(delete(SignIn))  # whoever has signed out since is not signed in again
        note(session, by, "database.restore", detail={"file": backup.name})


def _copy_files(source: Path, to: Path) -> None:
    """Copy a database's files, nothing of which is opened: whoever only reads a copy of a WAL would change it."""
    for part in ("", *_PARTS):
        if Path(f"{source}{part}").exists():
            Path(f"{to}{part}").touch(mode=0o600)
            shutil.copyfile(f"{source}{part}", f"{to}{part}")


def _check_ours(path: Path) -> None:
    with closing(connect(path)) as connection:
        tables = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        known = tables >= OURS and connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0]
    if not known:
        raise DeskError(f"不是本系统的数据库 / it is not a database of the staff desk: {path}")


def _taken(path: Path) -> sqlite3.Connection:
    """Return the only connection that a database has, beside which none can read or write, its file being single.

    Each connection in WAL mode holds a lock for as long as it is open, used or not, by which others are told.
    """
    connection = connect(path)
    try:
        connection.execute("PRAGMA busy_timeout = 500")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # whatever is locked from now on stays so
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        if _code(error) != sqlite3.SQLITE_BUSY:
            raise
        raise DatabaseUnavailableError(
            f"有程序正在使用数据库，请先停止服务 / a program has the database open, stop the service first: {path}"
        ) from error
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest of the bits say why


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep every process that opens the database waiting, which first looks whether to migrate it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=WAIT):
            yield
    except Timeout as error:
        raise DatabaseUnavailableError(f"{BUSY}: {path}") from error
