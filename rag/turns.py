"""Whose turn it is: a queue before something that serves few at a time, first come, first served.

    with turns.enter() as turn:
        for place in turn.places():  # 3, 2, 1 while others are before one; nothing when it is one's turn at once
            yield Waiting(place)
        ...  # one's turn

It knows nothing of what is served.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal

from index.errors import ParkError

MOST_WAITING = 12
LONGEST_WAIT = 60.0
"""Seconds."""
REASONS = {
    "full": "排队的人太多 / too many are waiting already",
    "late": "等候太久 / the wait took too long",
    "left": "已离开队伍 / left the queue",
}


class NoTurnError(ParkError):
    """One goes without; `code` says why: the queue is full, the wait took too long, one has left it."""

    def __init__(self, code: Literal["full", "late", "left"]) -> None:
        super().__init__(REASONS[code])
        self.code = code


class Turns:
    """`slots` may be served at the same time, `most_waiting` may wait, each at most `longest_wait` seconds."""

    def __init__(self, slots: int, most_waiting: int = MOST_WAITING, longest_wait: float = LONGEST_WAIT) -> None:
        self.slots = slots
        self.most_waiting = most_waiting
        self.longest_wait = longest_wait
        self._changed = threading.Condition()
        self._served: set[Turn] = set()
        self._waiting: deque[Turn] = deque()

    @property
    def served(self) -> int:
        """How many have their turn now."""
        return len(self._served)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def enter(self) -> "Turn":
        """Stand in line, or have the turn at once. Raises NoTurnError when the queue is full."""
        turn = Turn(self)
        with self._changed:
            if len(self._served) < self.slots and not self._waiting:
                self._served.add(turn)
            elif len(self._waiting) < self.most_waiting:
                self._waiting.append(turn)
            else:
                raise NoTurnError("full")
        return turn

    @contextmanager
    def turn(self, told: Callable[[int], None] = lambda place: None) -> Iterator[None]:
        """Wait for a turn and have it; `told` hears one's place, 1 for the next, at first and whenever it changes.

        Raises NoTurnError, and whatever `told` raises: one has left the queue then.
        """
        with self.enter() as turn:
            for place in turn.places():
                told(place)
            yield

    def _leave(self, turn: "Turn") -> None:
        with self._changed:
            self._served.discard(turn)
            if turn in self._waiting:
                self._waiting.remove(turn)
            while self._waiting and len(self._served) < self.slots:
                self._served.add(self._waiting.popleft())
            self._changed.notify_all()

    def _place(self, turn: "Turn") -> int:
        if turn in self._served:
            return 0
        if turn in self._waiting:
            return self._waiting.index(turn) + 1
        raise NoTurnError("left")

    def _next_place(self, turn: "Turn", last: int, by: float) -> int:
        """Return the place as soon as it is not `last`, or `last` again when the time `by` has come."""
        with self._changed:
            while (place := self._place(turn)) == last:
                left = by - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return place


class Turn:
    """One visitor's place in the queue, and then the turn itself, until it is left."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._by = time.monotonic() + turns.longest_wait

    @property
    def place(self) -> int:
        """How many have to have their turn until it is one's own; 0 when it is. Raises NoTurnError after leaving."""
        return self._turns._place(self)

    def places(self, beat: float | None = None) -> Iterator[int]:
        """Yield one's place, 1 for the next, at first and whenever it changes, until it is one's turn.

        With `beat` the same place is said again after so many seconds: whoever listens can notice meanwhile that
        nobody waits any more, and close this. Raises NoTurnError when the wait took too long or one has left; one is
        out of the queue then, and after it was closed.
        """
        place, has_turn = -1, False
        try:
            while (place := self._wait(place, beat)) > 0:
                yield place
            has_turn = True
        finally:
            if not has_turn:
                self.leave()

    def leave(self) -> None:
        """Give up the turn or the place; from any thread, more than once."""
        self._turns._leave(self)

    def __enter__(self) -> "Turn":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _wait(self, last: int, beat: float | None) -> int:
        by = self._by if beat is None else min(self._by, time.monotonic() + beat)
        place = self._turns._next_place(self, last, by)
        if place > 0 and time.monotonic() >= self._by:
            raise NoTurnError("late")
        return place
