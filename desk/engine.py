"""SQLAlchemy's engine for the desk's database, set up so that SQLite and PostgreSQL behave alike.

Both wait no longer than they are told to, keep foreign keys, show no values in errors, and can let one writer in at a
time. Knows nothing of the tables.
"""

import math
import sqlite3
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url

from desk.errors import DeskError
from desk.types import write_json
from settings import Settings

FILE = "desk.sqlite3"
"""Name of the SQLite file in the home folder."""
DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
ALONE = "desk_alone"
"""Execution option of a transaction that nothing else may write beside."""
_WRITER_LOCK = 0x6465736B01  # PostgreSQL's advisory locks are numbers: "desk" and a byte of our own


def database_url(settings: Settings) -> URL:
    """Return where the desk's database is: as set, or a file in the home folder."""
    told = settings.database_url.get_secret_value()
    url = make_url(told) if told else URL.create("sqlite", database=str(settings.home / FILE))
    return with_driver(url)


def with_driver(url: URL) -> URL:
    """Return the URL with the driver that is installed for its kind of database; raises DeskError for other kinds."""
    kind = url.get_backend_name()
    if kind not in DRIVERS:
        raise DeskError(f"只支持 SQLite 和 PostgreSQL / only SQLite and PostgreSQL are supported, not {kind}")
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise DeskError("SQLite 数据库需要一个文件 / a SQLite database needs a file: sqlite:////path/to/desk.sqlite3")
    return url.set(drivername=DRIVERS[kind])


def open_engine(url: URL, wait: float) -> Engine:
    """Return an engine that waits at most `wait` seconds for a connection or a lock, each."""
    return _engine(url, wait, foreign_keys=True, pool_timeout=wait)


def open_migration_engine(url: URL, wait: float) -> Engine:
    """Return an engine for changing tables, each time by a connection of its own.

    SQLite changes most things of a table by writing it anew and dropping the old one, which would delete every row that
    hangs on it: foreign keys are not enforced here, and have to be checked before the end.
    """
    return _engine(url, wait, foreign_keys=False, poolclass=NullPool)


def _engine(url: URL, wait: float, foreign_keys: bool, **pool: Any) -> Engine:  # noqa: ANN401 - SQLAlchemy's own
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(
        url,
        connect_args={"timeout": wait} if is_sqlite else _server_arguments(url, wait),
        hide_parameters=True,  # values are what visitors wrote; errors end up in logs
        json_serializer=write_json,
        pool_pre_ping=not is_sqlite,  # a server may have been restarted
        **pool,
    )
    if is_sqlite:
        event.listen(engine, "connect", partial(_set_up_sqlite, foreign_keys))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _server_arguments(url: URL, wait: float) -> dict[str, Any]:
    options = f"{url.query.get('options', '')} -c timezone=UTC -c lock_timeout={math.ceil(wait * 1000)}"
    arguments: dict[str, Any] = {"options": options.strip()}
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = max(2, math.ceil(wait))
    return arguments


def _set_up_sqlite(foreign_keys: bool, connection: sqlite3.Connection, _: object) -> None:
    # Python's sqlite3 would begin by itself, too late and never before a change of tables: BEGIN is sent below.
    connection.isolation_level = None
    connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    connection.execute("PRAGMA journal_mode = WAL")  # readers and a writer do not wait for each other


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _alone(connection) else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if _alone(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


def _alone(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(ALONE))
