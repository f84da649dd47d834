"""Bringing a database's tables to what this version of the software needs: all steps or none, by one process at a time.

The steps are in desk/migrations. Knows nothing of what is in the tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, exc

from desk.engine import ALONE, open_migration_engine
from desk.errors import DatabaseTooNewError, DatabaseUnavailableError, DeskError
from desk.failures import BUSY, REFUSED, explained, first_line, place

STEPS = Path(__file__).parent / "migrations"
WAIT = 60.0
"""Longest wait for another process that migrates, seconds."""


def migrate(url: URL, steps: Path = STEPS, wait: float = WAIT) -> None:
    """Create the tables, or bring them up to date; does nothing where they are.

    Raises DatabaseTooNewError when a newer version was here, DatabaseUnavailableError when the database is down or
    another process migrates for longer than `wait` seconds, DeskError when a step fails. Nothing has changed then.
    """
    with _changing(url, wait) as connection:
        config = configuration(connection, steps)
        scripts = ScriptDirectory.from_config(config)
        done = set(MigrationContext.configure(connection).get_current_heads())
        if done - {script.revision for script in scripts.walk_revisions()}:
            raise DatabaseTooNewError(
                "数据库已被更新版本的软件使用，未做任何改动；请升级本软件，或恢复升级前的备份 "
                "/ a newer version of this software has used the database; nothing was changed. Update this software, "
                f"or restore the backup from before: {place(url)}"
            )
        if done != set(scripts.get_heads()):
            command.upgrade(config, "head")
            _check_foreign_keys(connection)


def configuration(connection: Connection, steps: Path = STEPS) -> Config:
    """Return what Alembic's commands need to run the steps on this connection, in its transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _changing(url: URL, wait: float) -> Iterator[Connection]:
    """Give a connection in a transaction beside which nothing else changes, neither tables nor rows."""
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = open_migration_engine(url, wait).execution_options(**{ALONE: True})
    lock = _file_lock(Path(url.database or ""), wait) if is_sqlite else nullcontext()
    try:
        with lock, explained(url), engine.begin() as connection:
            yield connection
    except exc.DBAPIError as error:
        raise DeskError(
            "升级数据库的表失败，未做任何改动 / changing the database's tables failed, nothing was changed: "
            f"{place(url)} ({first_line(error, url)})"
        ) from error


@contextmanager
def _file_lock(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock beside a SQLite file; its folder and the file are made, which only its owner may read.

    SQLite's own lock comes too late: a new file is changed to write-ahead logging first, and that waits for nobody.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=wait):
            path.touch(mode=0o600)  # names and telephone numbers will be in it
            yield
    except Timeout as error:
        raise DatabaseUnavailableError(f"{BUSY}: {path}") from error
    except OSError as error:
        raise DatabaseUnavailableError(f"{REFUSED}: {path} ({error})") from error


def _check_foreign_keys(connection: Connection) -> None:
    """Raise DeskError when a row points nowhere; only SQLite has not looked by itself."""
    if connection.dialect.name != "sqlite":
        return
    broken = {str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    if broken:
        raise DeskError(
            "升级数据库的表失败，未做任何改动 / changing the database's tables failed, nothing was changed: "
            f"foreign keys of {', '.join(sorted(broken))}"
        )
