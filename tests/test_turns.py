import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from rag.turns import NoTurnError, Turn, Turns
from tests.waiting import wait_until


class Waiter(threading.Thread):
    """Waits for its turn, writes down the places it hears, and keeps the turn until `done` is set."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(daemon=True)
        self.turns = turns
        self.places: list[int] = []
        self.served = threading.Event()
        self.done = threading.Event()
        self.failure: NoTurnError | None = None
        before = turns.served + turns.waiting
        self.start()
        assert wait_until(lambda: turns.served + turns.waiting > before)

    def run(self) -> None:
        try:
            with self.turns.turn(self.places.append):
                self.served.set()
                self.done.wait(5)
        except NoTurnError as error:
            self.failure = error

    def finish(self) -> None:
        self.done.set()
        self.join(5)


@pytest.fixture
def turns() -> Turns:
    return Turns(slots=1, most_waiting=3, longest_wait=30)


def test_whoever_comes_first_is_served_at_once_and_hears_nothing(turns: Turns) -> None:
    heard: list[int] = []
    with turns.turn(heard.append):
        assert (turns.served, turns.waiting) == (1, 0)
    assert heard == []
    assert turns.served == 0


def test_first_come_first_served_and_each_hears_every_place_it_moves_to(turns: Turns) -> None:
    waiters = [Waiter(turns) for _ in range(4)]
    for number, waiter in enumerate(waiters):
        assert waiter.served.wait(5)
        assert [other.served.is_set() for other in waiters[number + 1 :]] == [False] * (3 - number)
        # everybody has heard of the last move before the next is made
        assert wait_until(lambda number=number: all(  # type: ignore[misc]
            other.places[-1:] == [place] for place, other in enumerate(waiters[number + 1 :], 1)
        ))  # fmt: skip
        waiter.finish()
    assert [waiter.places for waiter in waiters] == [[], [1], [2, 1], [3, 2, 1]]


def test_as_many_are_served_as_there_are_slots() -> None:
    turns = Turns(slots=2)
    waiters = [Waiter(turns) for _ in range(4)]
    assert (turns.served, turns.waiting) == (2, 2)
    waiters[1].finish()
    assert waiters[2].served.wait(5)
    assert not waiters[3].served.is_set()
    for waiter in waiters:
        waiter.finish()
    assert (turns.served, turns.waiting) == (0, 0)


def test_a_full_queue_turns_away(turns: Turns) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(turns.enter())
        with pytest.raises(NoTurnError, match="太多") as caught:
            turns.enter()
        assert caught.value.code == "full"
    assert (turns.served, turns.waiting) == (0, 0)


def test_whoever_waits_too_long_goes_without_and_is_out_of_the_queue() -> None:
    turns = Turns(slots=1, longest_wait=0.05)
    with turns.enter():
        with pytest.raises(NoTurnError, match="太久") as caught, turns.turn():
            pass
        assert caught.value.code == "late"
        assert turns.waiting == 0


def test_whoever_leaves_lets_the_next_move_up(turns: Turns) -> None:
    with turns.enter(), turns.enter() as second, turns.enter() as third:
        assert (second.place, third.place) == (1, 2)
        second.leave()
        second.leave()
        assert third.place == 1
        with pytest.raises(NoTurnError):
            _ = second.place


def test_leaving_from_another_thread_wakes_whoever_waits(turns: Turns) -> None:
    with turns.enter(), turns.enter() as second:
        threading.Timer(0.05, second.leave).start()
        places = second.places()
        assert next(places) == 1
        with pytest.raises(NoTurnError, match="离开") as caught:
            next(places)
        assert caught.value.code == "left"
        assert turns.waiting == 0


def generator(turns: Turns) -> Iterator[int]:
    """What a stream of events does: tells its places, then its work."""
    with turns.enter() as turn:
        yield from turn.places(beat=0.01)
        yield 0


def test_a_generator_that_is_closed_while_it_waits_leaves_the_queue(turns: Turns) -> None:
    with turns.enter():
        waiting = generator(turns)
        assert [next(waiting), next(waiting)] == [1, 1]
        assert turns.waiting == 1
        waiting.close()  # type: ignore[attr-defined]
        assert turns.waiting == 0


def test_a_generator_that_is_closed_in_its_turn_gives_it_up(turns: Turns) -> None:
    working = generator(turns)
    assert next(working) == 0
    assert turns.served == 1
    working.close()  # type: ignore[attr-defined]
    assert turns.served == 0


def test_places_alone_leave_the_queue_when_they_are_closed(turns: Turns) -> None:
    with turns.enter():
        places = turns.enter().places()
        next(places)
        places.close()  # type: ignore[attr-defined]
        assert turns.waiting == 0


def test_with_a_beat_the_place_is_said_again(turns: Turns) -> None:
    with turns.enter(), turns.enter() as second:
        places, started = second.places(beat=0.02), time.monotonic()
        assert [next(places) for _ in range(3)] == [1, 1, 1]
        assert time.monotonic() - started >= 0.04


def test_whoever_fails_in_hearing_its_place_is_out_of_the_queue(turns: Turns) -> None:
    def disconnected(place: int) -> None:
        raise ConnectionError

    with turns.enter():
        with pytest.raises(ConnectionError), turns.turn(disconnected):
            pass
        assert turns.waiting == 0


def test_whoever_fails_in_its_turn_gives_it_up(turns: Turns) -> None:
    with pytest.raises(LookupError), turns.turn():
        raise LookupError
    assert turns.served == 0


def test_nobody_is_lost_and_nobody_overtakes_in_a_crowd() -> None:
    turns, most, crowd = Turns(slots=3, most_waiting=100), 0, 40
    served: list[Turn] = []
    lock = threading.Lock()

    def visit(number: int) -> None:
        nonlocal most
        with turns.enter() as turn:
            for _ in turn.places():
                if number % 5 == 0:
                    return
            with lock:
                most = max(most, turns.served)
                served.append(turn)
            time.sleep(0.002)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most <= 3
    assert crowd - crowd // 5 <= len(served) <= crowd
    assert (turns.served, turns.waiting) == (0, 0)
