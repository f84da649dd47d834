"""Questions that were not answered well are put into groups of one meaning, by a thread that nobody waits for.

    grouper = Grouper(lambda: open_database(settings), meanings, skip=is_greeting, unsure=0.6)
    grouper.wake()   # soon, not at its next turn
    grouper.close()

Several processes may do it at once: what another has changed meanwhile is seen before anything is written.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from desk.database import Database
from desk.grouping import clearest, grouped, nearest_group
from desk.known_groups import Joining, KnownGroup, State, join, known_groups, state
from desk.meant import Meanings, Member, Memory
from desk.types import utc_now
from desk.unanswered import Unanswered, of_feedback, unanswered

EVERY = 10.0
"""Seconds between two looks for new questions."""
BATCH = 1_000
"""Turns put into groups in one transaction."""
_TRIES = 5
_LATE = timedelta(hours=1)
"""How much later than it was asked a turn may be written and still be noticed before the next look at all."""
_ALL_AGAIN = 3_600.0  # seconds until every turn is looked at anew

logger = logging.getLogger(__name__)


class Grouping:
    """Puts the turns of one database into groups; remembers what questions mean, for the next time."""

    def __init__(
        self, database: Database, meanings: Meanings, skip: Callable[[str], bool], unsure: float,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        """`skip` says which questions (normalised) are none; below the confidence `unsure` an answer is shown."""
        self._database = database
        self._skip = skip
        self._unsure = unsure
        self._clock = clock
        self._memory = Memory(database, meanings)
        self._seen: datetime | None = None
        self._all_again = 0.0

    def run(self, stop: threading.Event | None = None) -> int:
        """Put what is new into groups; return how many turns those were. Raises DatabaseUnavailableError."""
        now, put = self._clock(), 0
        if time.monotonic() >= self._all_again:
            self._seen, self._all_again = None, time.monotonic() + _ALL_AGAIN
        for batch in self._batches():
            if stop is not None and stop.is_set():
                return put
            put += self._group(batch)
        self._seen = now - _LATE
        return put

    def _batches(self) -> Iterator[list[Unanswered]]:
        """Yield what is new, the oldest first; and what is old and was found unhelpful of late."""
        waiting = self._found_unhelpful()
        after = (self._seen, "") if self._seen else None
        while True:
            with self._database.session() as session:
                page, after = unanswered(session, self._unsure, after)
            waiting += [turn for turn in page if turn.text and not self._skip(turn.text)]
            while len(waiting) >= BATCH or (waiting and after is None):
                yield waiting[:BATCH]
                waiting = waiting[BATCH:]
            if after is None:
                return

    def _found_unhelpful(self) -> list[Unanswered]:
        if self._seen is None:
            return []  # all are looked at
        with self._database.session() as session:
            found = of_feedback(session, self._unsure, self._seen)
        return [turn for turn in found if turn.text and turn.asked_at < self._seen and not self._skip(turn.text)]

    def _group(self, batch: Sequence[Unanswered]) -> int:
        self._memory.learn({turn.turn_id: turn.asked for turn in batch})
        for _ in range(_TRIES):
            with self._database.session() as session:
                before, groups = state(session), known_groups(session)
            self._memory.learn_groups(groups)
            put = self._write(before, self._joinings(batch, groups))
            if put is not None:
                return put
        return 0  # others are at it all the time; what is left is found again

    def _write(self, before: State, joinings: Sequence[Joining]) -> int | None:
        """Write it all, or nothing (None) when the groups are no longer as they were."""
        with self._database.writing() as session:
            return join(session, joinings) if state(session) == before else None

    def _joinings(self, batch: Sequence[Unanswered], groups: Sequence[KnownGroup]) -> list[Joining]:
        turns: dict[str, list[Unanswered]] = defaultdict(list)
        for turn in batch:
            turns[turn.text].append(turn)
        asked = [(self._memory.of_turn(min(one.turn_id for one in turns[text])), turns[text]) for text in sorted(turns)]
        known = [self._memory.of_group(group) for group in groups]
        places = nearest_group([one.meant for one, _ in asked], [[one.meant for one in some] for some in known])
        new = [row for row, place in zip(asked, places, strict=True) if place is None]
        joined: dict[int, list[_Asked]] = defaultdict(list)
        for row, place in zip(asked, places, strict=True):
            if place is not None:
                joined[place].append(row)
        found = grouped([member.meant for member, _ in new])
        return [
            *(_joining(groups[place].id, rows, known[place]) for place, rows in sorted(joined.items())),
            *(_joining(None, [new[one] for one in some], []) for some in found),
        ]


_Asked = tuple[Member, list[Unanswered]]  # a question, and the turns that ask it in the same words


def _joining(group_id: int | None, rows: Sequence[_Asked], known: Sequence[Member]) -> Joining:
    members = [*known, *(member for member, _ in rows)]
    counts = [*[1] * len(known), *(len(turns) for _, turns in rows)]
    title = members[clearest([member.meant for member in members], counts)].asked
    return Joining(group_id, tuple(turn for _, turns in rows for turn in turns), title)


class Grouper:
    """Looks for new questions at once and then every few seconds, in a thread of its own, until it is closed."""

    def __init__(
        self, database_opener: Callable[[], Database], meanings: Meanings, skip: Callable[[str], bool], unsure: float,
        every: float = EVERY, clock: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        """Start the thread. It closes what the opener has opened."""
        self._opener = database_opener
        self._grouping: tuple[Database, Grouping] | None = None
        self._parts = (meanings, skip, unsure, clock)
        self._every = every
        self._closing = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grouper", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look now."""
        self._awake.set()

    def close(self, timeout: float = 5.0) -> None:
        """End after the batch at hand, waiting so many seconds for it at most."""
        self._closing.set()
        self._awake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._awake.clear()
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again, and must not end the thread
                logger.warning("questions could not be grouped, tried again later: %s", type(error).__name__)
            self._awake.wait(self._every)
        if self._grouping:
            self._grouping[0].close()

    def _look(self) -> None:
        if self._grouping is None:
            database = self._opener()
            self._grouping = database, Grouping(database, *self._parts)
        put = self._grouping[1].run(self._closing)
        if put:
            logger.info("%d questions were put into groups", put)
