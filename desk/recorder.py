"""What was asked and answered is kept, without the chat ever waiting for the database or failing with it.

    recorder = Recorder(lambda: open_database(settings))
    recorder.record(Said(...))  # at once, whatever the database does
    recorder.close(timeout=5)

Values wait in memory and are written in their order by a thread. While the database is down they go on waiting, up to a
bound; beyond it the oldest are dropped, and counted. Knows nothing of how answers are made or shown.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from desk.database import Database
from desk.errors import DeskError
from desk.kept import Judged, Kept, Left, Said, hidden, hide
from desk.kept_rows import write
from desk.tables import Verdict
from desk.types import utc_now

CAPACITY = 2_000
"""So many values wait at most, besides those that are being written; a turn takes some ten thousand bytes."""
BATCH = 50
"""So many values are written in one transaction at most."""
PAUSE = 0.5
"""After a first failure, seconds; each further one waits twice as long as the last…"""
LONGEST_PAUSE = 30.0
"""…but never longer than this."""
_JOINING = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecorderState:
    """Fit to be shown to staff: whether what is said can be written, and how many values wait or were dropped.

    `since` is when `is_writable` last changed. `last_error` is what went wrong last, also when it is over; it holds
    neither a password nor a visitor's words.
    """

    is_writable: bool
    since: datetime
    waiting: int = 0
    dropped: int = 0
    last_error: str = ""


class Recorder:
    """Takes values from any thread, and writes each of them once."""

    def __init__(
        self,
        database_opener: Callable[[], Database],
        capacity: int = CAPACITY,
        pause: float = PAUSE,
        longest_pause: float = LONGEST_PAUSE,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Start the thread. It calls the opener, anew after every failure, and closes what that has opened."""
        if capacity < 1:
            raise ValueError(f"capacity has value {capacity}: expected 1 or more")
        self._opener = database_opener
        self._capacity = capacity
        self._pause = pause
        self._longest_pause = longest_pause
        self._clock = clock
        self._database: Database | None = None
        self._changed = threading.Condition()
        self._waiting: deque[Kept] = deque()
        self._in_hand: list[Kept] = []
        self._dropped = 0
        self._is_writable = False
        self._since = clock()
        self._last_error = ""
        self._closed_by: float | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def state(self) -> RecorderState:
        """How it stands now."""
        with self._changed:
            waiting = len(self._waiting) + len(self._in_hand)
            return RecorderState(self._is_writable, self._since, waiting, self._dropped, self._last_error)

    def record(self, said: Said) -> None:
        """Keep a question and its answer, what leads to a person hidden; one whose id is known, not again."""
        self._put(hidden(said))

    def feedback(self, turn_id: str, verdict: Verdict, reasons: Iterable[str] = (), comment: str = "") -> None:
        """Keep what a visitor thinks of a turn now, instead of before; of a turn that is not known, nothing is kept."""
        self._put(Judged(turn_id, verdict, tuple(map(hide, reasons)), hide(comment), self._clock()))

    def leave(self, left: Left) -> bool:
        """Keep who asks to be called, as it is, once; return whether it was taken: nothing is, after closing."""
        return self._put(left)

    def close(self, timeout: float) -> int:
        """Write what waits, for so many seconds at most, and end; return how many values were left unwritten."""
        with self._changed:
            if self._closed_by is None:
                self._closed_by = time.monotonic() + timeout
            self._changed.notify_all()
        self._thread.join(timeout + _JOINING)
        state = self.state
        if state.waiting:
            logger.warning("%d turns, verdicts and leads were left unwritten: %s", state.waiting, state.last_error)
        return state.waiting

    def _put(self, value: Kept) -> bool:
        with self._changed:
            if self._closed_by is not None:
                self._dropped += 1
                return False
            self._waiting.append(value)
            self._drop_the_oldest()
            self._changed.notify_all()
            return True

    def _drop_the_oldest(self) -> None:
        """Keep to the bound; who asked to be called was promised a call, and is dropped last."""
        while len(self._waiting) > self._capacity:
            place = next((at for at, value in enumerate(self._waiting) if not isinstance(value, Left)), 0)
            del self._waiting[place]
            self._dropped += 1

    def _run(self) -> None:
        pause = self._pause
        while self._goes_on():
            try:
                self._write_next()
                pause = self._pause
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told to staff, and tried again
                self._failed(error)
                self._rest(pause)
                pause = min(2 * pause, self._longest_pause)
        self._leave_database()

    def _goes_on(self) -> bool:
        with self._changed:
            return self._closed_by is None or (bool(self._waiting) and time.monotonic() < self._closed_by)

    def _rest(self, pause: float) -> None:
        """Wait before the next attempt; whoever closes does not wait for long ones."""
        with self._changed:
            if self._closed_by is None:
                self._changed.wait_for(lambda: self._closed_by is not None, pause)
            else:
                left = self._closed_by - time.monotonic()
                self._changed.wait_for(lambda: False, max(0.0, min(left, self._pause)))

    def _write_next(self) -> None:
        """Write the next values together, or each alone where one of them cannot be written."""
        if self._database is None:
            self._database = self._opener()
            self._succeeded()
        batch = self._take()
        try:
            write(self._database, batch)
        except DeskError:
            raise
        except Exception:  # noqa: BLE001 - a value that no database takes must not stop the others
            for value in batch:
                self._write_alone(self._database, value)
        self._succeeded()

    def _write_alone(self, database: Database, value: Kept) -> None:
        try:
            write(database, [value])
        except DeskError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            logger.error("%s cannot be written: %s", value.label, _explain(error))
            with self._changed:
                self._in_hand = [other for other in self._in_hand if other is not value]
                self._dropped += 1
                self._last_error = _explain(error)

    def _take(self) -> list[Kept]:
        """Wait for values, and take some in hand; none when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed_by is not None)
            self._in_hand = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            return list(self._in_hand)

    def _succeeded(self) -> None:
        with self._changed:
            self._in_hand = []
            is_news = not self._is_writable
            if is_news:
                self._is_writable, self._since = True, self._clock()
        if is_news:
            logger.info("what is said can be recorded")

    def _failed(self, error: Exception) -> None:
        """Put back what is in hand: whether it was written is not known, and ids tell at the next attempt."""
        with self._changed:
            self._waiting.extendleft(reversed(self._in_hand))
            self._in_hand = []
            self._drop_the_oldest()
            self._last_error = _explain(error)
            is_news = self._is_writable
            if is_news:
                self._is_writable, self._since = False, self._clock()
        logger.log(logging.WARNING if is_news else logging.INFO, "nothing can be recorded: %s", _explain(error))
        self._leave_database()

    def _leave_database(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with suppress(Exception):  # it is broken already
                database.close()


def _explain(error: Exception) -> str:
    """Return what staff may read: only our own errors are known to hold neither passwords nor what visitors wrote."""
    return str(error) if isinstance(error, DeskError) else type(error).__name__
