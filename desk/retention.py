"""Conversations are deleted after so many days, with their turns and verdicts; nobody has to remember to.

Who asked to be called is kept, without the conversation. Knows nothing of who reads what is there until then.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from desk.database import Database
from desk.tables import Conversation
from desk.types import utc_now

BATCH = 100
"""So many conversations are deleted in one transaction: others wait for it some tens of milliseconds."""
BREATH = 0.02
"""Between two transactions, seconds: who waits to write has its turn."""
DAY = 86_400.0
SOON = 600.0
"""When a sweep that failed is tried again, seconds."""

logger = logging.getLogger(__name__)


def sweep(database: Database, days: int, now: datetime, stop: threading.Event | None = None) -> int:
    """Delete the conversations whose last turn is older than so many days; return how many they were.

    With 0 days nothing is ever deleted. `stop`, when it is set, ends this after the transaction at hand. Raises
    DatabaseUnavailableError; what was deleted before stays deleted.
    """
    if days < 0:
        raise ValueError(f"days has value {days}: expected 0 or more")
    if days == 0:
        return 0
    before = now - timedelta(days=days)
    stop = stop or threading.Event()
    deleted = last = _delete_batch(database, before)
    while last == BATCH and not stop.wait(BREATH):
        last = _delete_batch(database, before)
        deleted += last
    return deleted


def _delete_batch(database: Database, before: datetime) -> int:
    oldest = select(Conversation.id).where(Conversation.last_at < before).order_by(Conversation.last_at).limit(BATCH)
    with database.writing() as session:
        ids = session.scalars(oldest).all()
        if ids:
            session.execute(delete(Conversation).where(Conversation.id.in_(ids)))  # turns and verdicts go with them
        return len(ids)


class Sweeper:
    """Sweeps at once and then once a day, in a thread of its own, until it is closed."""

    def __init__(
        self,
        database_opener: Callable[[], Database],
        days: int,
        every: float = DAY,
        soon: float = SOON,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Start the thread, unless everything is kept for ever. It closes what the opener has opened."""
        self._opener = database_opener
        self._days = days
        self._every = every
        self._soon = soon
        self._clock = clock
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        if days:
            self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """End after the transaction at hand, waiting so many seconds for it at most."""
        self._closing.set()
        if self._days:
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            try:
                self._sweep()
                pause = self._every
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again, and must not end the sweeping
                logger.warning("old conversations could not be deleted, tried again later: %s", type(error).__name__)
                pause = self._soon
            if self._closing.wait(pause):
                return

    def _sweep(self) -> None:
        database = self._opener()
        try:
            deleted = sweep(database, self._days, self._clock(), self._closing)
        finally:
            database.close()
        if deleted:
            logger.info("%d conversations older than %d days were deleted", deleted, self._days)
