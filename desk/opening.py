"""The desk's database, its accounts and its sign-ins, opened when they are first needed and then kept.

While opening fails, it is not tried by every request: each would wait for the database as long as the first.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from argon2 import PasswordHasher

from desk.accounts import Accounts
from desk.database import Database, open_database
from desk.errors import DeskError
from desk.sign_ins import SignIns
from desk.types import utc_now
from settings import Settings

PAUSE = 3.0
"""After a failure the next attempt comes no sooner, seconds."""


@dataclass(frozen=True)
class Opened:
    """What there is once the database is open."""

    database: Database
    accounts: Accounts
    sign_ins: SignIns


class Opening:
    """Opens once, for any thread; a failed attempt is repeated at the next call, after a pause."""

    def __init__(
        self,
        settings: Settings,
        hasher: PasswordHasher | None = None,
        clock: Callable[[], datetime] = utc_now,
        pause: float = PAUSE,
    ) -> None:
        self._settings = settings
        self._hasher = hasher
        self._clock = clock
        self._pause = pause
        self._lock = Lock()
        self._opened: Opened | None = None
        self._failure: tuple[DeskError, float] | None = None

    def opened(self) -> Opened:
        """Return it, the same each time; raises DeskError while the database cannot be opened."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def database(self) -> Database:
        """Return the open database; raises DeskError."""
        return self.opened().database

    def close(self) -> None:
        """Give back every connection; whoever comes after this opens it again."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened:
            opened.database.close()

    def _open(self) -> Opened:
        if self._failure and time.monotonic() < self._failure[1]:
            error = self._failure[0]
            raise type(error)(*error.args)
        try:
            database = open_database(self._settings)
        except DeskError as error:
            self._failure = error, time.monotonic() + self._pause
            raise
        self._failure = None
        return Opened(database, Accounts(database, self._hasher, self._clock), SignIns(database, self._clock))
