"""The desk's database: one SQLite file in the home folder, or a PostgreSQL server; opened at the tables of today.

    database = open_database(settings)
    with database.writing() as session:
        session.add(Conversation(...))

Knows nothing of what is in the tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.orm import Session, sessionmaker

from desk.engine import ALONE, database_url, open_engine, with_driver
from desk.failures import explained, place
from desk.migrate import migrate
from settings import Settings

WAIT = 5.0
"""Longest wait for a connection or a lock, seconds."""


class Database:
    """An open database whose tables exist; may be used from any thread, a session from one at a time."""

    def __init__(self, url: URL, wait: float = WAIT) -> None:
        """Prepare for the database at `url`; nothing is asked of it before the first session."""
        self._url = with_driver(url)
        self.engine = open_engine(self._url, wait)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._writers = sessionmaker(self.engine.execution_options(**{ALONE: True}), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a file on this machine, not a server."""
        return self.engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where the database is, fit to be shown: neither user nor password."""
        return place(self._url)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Read, all of it as of one moment on SQLite; what was changed is committed, or undone when an error leaves.

        What reads in order to write goes through `writing`: SQLite refuses it here as soon as another has written
        meanwhile. Raises DatabaseUnavailableError.
        """
        with explained(self._url), self._sessions.begin() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write: committed at the end, or undone when an error leaves. One at a time in all processes.

        So what was read here is still so when it is committed; keep it short, the others wait, `wait` seconds at most.
        Raises DatabaseUnavailableError.
        """
        with explained(self._url), self._writers.begin() as session:
            session.connection()  # a session begins at its first statement, and whoever is here relies on being alone
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_database(settings: Settings, wait: float = WAIT) -> Database:
    """Open the database that the settings name, creating it or bringing its tables up to date first.

    Raises DatabaseUnavailableError when it is down, locked or its disk is full, DatabaseTooNewError when a newer
    version of this software has changed its tables.
    """
    url = database_url(settings)
    migrate(url)
    return Database(url, wait)
