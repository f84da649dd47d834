"""What staff have published, at hand for every question: read once, and again when anybody has changed it.

    published = Published(lambda: open_database(settings))
    published.current()  # at once, from memory
    published.refresh()  # after a change in this process; those of other processes arrive within seconds

While the database is down, what was known last stays in force.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.database import Database
from desk.entry_finding import with_parts
from desk.entry_history import find_revision
from desk.entry_rows import answer_in, answer_of
from desk.errors import DeskError
from desk.tables import FaqEntry, FaqRevision
from rag.staff_answers import StaffAnswer

EVERY = 2.0
"""Seconds between two looks for changes of other processes."""
KEPT = 1_000
"""So many answers that are no longer current are kept in memory, for whoever still has them on the screen."""
_PIECE = 500

logger = logging.getLogger(__name__)

_Version = tuple[int, int]


class Published:
    """The published entries of a database; may be asked from any thread, and never waits for the database for it."""

    def __init__(
        self,
        database_opener: Callable[[], Database],
        changed: Callable[[], None] = lambda: None,
        every: float = EVERY,
    ) -> None:
        """Start the thread that looks. It calls the opener, anew after every failure, and closes what that has opened.

        `changed` is called, in whichever thread noticed, after `current()` has changed.
        """
        self._opener = database_opener
        self._changed = changed
        self._every = every
        self._reading = threading.Lock()
        self._database: Database | None = None
        self._version: _Version | None = None
        self._current: tuple[StaffAnswer, ...] = ()
        self._known: OrderedDict[tuple[int, int], StaffAnswer] = OrderedDict()
        self._is_down = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="published", daemon=True)
        self._thread.start()

    def current(self) -> tuple[StaffAnswer, ...]:
        """Return every entry that is on and not stopped, whatever its days; the same tuple while none has changed."""
        return self._current

    def past(self, entry_id: int, revision: int) -> StaffAnswer | None:
        """Return an entry as it stood at one revision, current or not; None when there never was one.

        Raises DeskError for one that is not in memory while the database is down.
        """
        found = self._in_memory(entry_id, revision)
        if found is None and max(entry_id, revision) < 2**31 and min(entry_id, revision) > 0:
            with self._reading:
                database = self._opened()
            with database.session() as session:
                row = find_revision(session, entry_id, revision)
                return answer_in(row) if row else None
        return found

    def refresh(self) -> None:
        """Read now what has changed; when the database is down, leave all as it is, and say so once in the log."""
        if self._look():
            self._tell()

    def close(self, timeout: float = 5.0) -> None:
        """End, waiting so many seconds at most for what is being read."""
        self._closing.set()
        self._thread.join(timeout)
        with self._reading:
            self._leave_database()

    def _run(self) -> None:
        while not self._closing.is_set():
            self.refresh()
            self._closing.wait(self._every)

    def _look(self) -> bool:
        """Read what there is when it is another version; return whether it differs from what was known."""
        with self._reading:
            if self._closing.is_set():
                return False
            try:
                is_news = self._read()
            except Exception as error:  # noqa: BLE001 - whatever it is, the chat goes on with what it knows
                self._failed(error)
                return False
            if self._is_down:
                self._is_down = False
                logger.info("the published answers can be read again")
            return is_news

    def _read(self) -> bool:
        with self._opened().session() as session:
            version = _version(session)
            if version == self._version:
                return False
            known = () if self._version is None else self._current
            answers = _answers(session, known)
        self._version = version
        if answers == self._current:
            return False
        former, self._current = self._current, answers
        self._keep(former)
        return True

    def _opened(self) -> Database:
        if self._database is None:
            self._database = self._opener()
        return self._database

    def _failed(self, error: Exception) -> None:
        said = str(error) if isinstance(error, DeskError) else type(error).__name__
        logger.log(
            logging.INFO if self._is_down else logging.WARNING,
            "the published answers cannot be read, those known last stay in force: %s",
            said,
        )
        self._is_down = True
        self._leave_database()

    def _leave_database(self) -> None:
        database, self._database = self._database, None
        self._version = None  # it may be another database when it is back
        if database is not None:
            with suppress(Exception):  # it is broken already
                database.close()

    def _tell(self) -> None:
        try:
            self._changed()
        except Exception:
            logger.exception("whoever uses the published answers could not take their change")

    def _in_memory(self, entry_id: int, revision: int) -> StaffAnswer | None:
        for answer in self._current:
            if (answer.id, answer.revision) == (entry_id, revision):
                return answer
        return self._known.get((entry_id, revision))

    def _keep(self, answers: tuple[StaffAnswer, ...]) -> None:
        for answer in answers[-KEPT:]:
            self._known[answer.id, answer.revision] = answer
        while len(self._known) > KEPT:
            self._known.popitem(last=False)


def _version(session: Session) -> _Version:
    """Return what differs after every change: the newest revision, and how many entries there are."""
    newest = session.scalar(select(func.max(FaqRevision.id))) or 0
    return newest, session.scalar(select(func.count()).select_from(FaqEntry)) or 0


def _answers(session: Session, known: tuple[StaffAnswer, ...]) -> tuple[StaffAnswer, ...]:
    """Return what is given now, by number; of what is `known` at the same revision nothing is read again."""
    given = (FaqEntry.is_on.is_(True), FaqEntry.is_stopped.is_(False))
    heads = session.execute(select(FaqEntry.id, FaqEntry.revision).where(*given).order_by(FaqEntry.id)).all()
    by_head = {(answer.id, answer.revision): answer for answer in known}
    wanted = [entry_id for entry_id, revision in heads if (entry_id, revision) not in by_head]
    answers = [by_head[head] for entry_id, revision in heads if (head := (entry_id, revision)) in by_head]
    for start in range(0, len(wanted), _PIECE):
        some = select(FaqEntry).where(FaqEntry.id.in_(wanted[start : start + _PIECE]), *given)
        answers += map(answer_of, session.scalars(with_parts(some)))
    return tuple(sorted(answers, key=lambda answer: answer.id))
