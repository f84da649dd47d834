"""Looks every few seconds whether the reports or the entries have changed, and holds the ones against the others."""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import closing

from sqlalchemy import func, select

from desk.database import Database
from desk.errors import DeskError
from desk.sources import Report, SourceChange, check_sources
from desk.tables import FaqRevision

EVERY = 3.0
"""Seconds between two looks."""

logger = logging.getLogger(__name__)


class SourceWatch:
    """Checks in a thread of its own, until it is closed.

    A changed index is looked at once it has come to rest for one look: whoever builds it anew takes reports out before
    they are back.
    """

    def __init__(
        self,
        database_opener: Callable[[], Database],
        generation: Callable[[], int],
        reports: Callable[[], Iterable[Report]],
        changed: Callable[[], None] = lambda: None,
        every: float = EVERY,
    ) -> None:
        """Start the thread. It closes what the opener has opened.

        `generation` counts up with every change of the reports. `changed` is called after entries were changed.
        """
        self._opener = database_opener
        self._generation = generation
        self._reports = reports
        self._changed = changed
        self._every = every
        self._seen: int | None = None
        self._checked: tuple[int, int] | None = None
        self._is_failing = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="source watch", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """End after the look at hand, waiting so many seconds for it at most."""
        self._closing.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                with closing(self._opener()) as database:
                    self._watch(database)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again, and must not end the watch
                self._failed(error)
                self._closing.wait(self._every)

    def _watch(self, database: Database) -> None:
        while not self._closing.is_set():
            self._look(database)
            self._is_failing = False
            self._closing.wait(self._every)

    def _look(self, database: Database) -> None:
        generation = self._generation()
        is_at_rest, self._seen = generation == self._seen, generation
        state = (generation, _newest(database))
        if not is_at_rest or state == self._checked:
            return
        reports = list(self._reports())
        if not reports:  # an index that is being made anew, not a park without reports
            return
        found = check_sources(database, reports)
        self._checked = (generation, state[1])
        if found:
            _log(found)
            self._changed()

    def _failed(self, error: Exception) -> None:
        said = str(error) if isinstance(error, DeskError) else type(error).__name__
        level = logging.INFO if self._is_failing else logging.WARNING
        logger.log(level, "the sources of entries could not be checked, tried again: %s", said)
        self._is_failing = True


def _newest(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.max(FaqRevision.id))) or 0


def _log(found: list[SourceChange]) -> None:
    stopped = sum(change.is_stopped for change in found)
    logger.info("reports have changed: %d entries are to be reviewed, %d of them are stopped", len(found), stopped)
