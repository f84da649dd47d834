import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from rag.background import Background, Stream


@pytest.fixture
def background() -> Iterator[Background]:
    background = Background("test-loop")
    yield background
    background.close()


async def three(put: Callable[[int], None]) -> None:
    for number in (1, 2, 3):
        put(number)
        await asyncio.sleep(0)


class Sleeper:
    """Puts one item and sleeps; `ended` is set when it was called off."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    async def __call__(self, put: Callable[[int], None]) -> None:
        put(1)
        try:
            await asyncio.sleep(60)
        finally:
            self.ended.set()


def test_items_come_out_in_order_and_end(background: Background) -> None:
    stream = background.stream(three)
    assert list(stream) == [1, 2, 3]
    assert list(stream) == []


def test_what_the_work_raises_comes_after_its_items_once(background: Background) -> None:
    async def fails(put: Callable[[int], None]) -> None:
        put(1)
        raise LookupError("lost")

    stream = background.stream(fails)
    assert next(stream) == 1
    with pytest.raises(LookupError, match="lost"):
        next(stream)
    assert list(stream) == []


@pytest.mark.parametrize("end", [Stream.close, lambda stream: None])
def test_closing_or_letting_go_calls_the_work_off(background: Background, end: Callable[[Stream[int]], None]) -> None:
    sleeper = Sleeper()
    stream = background.stream(sleeper)
    assert next(stream) == 1
    end(stream)
    del stream
    gc.collect()
    assert sleeper.ended.wait(5)


def test_whoever_waits_sees_the_end_when_another_thread_closes(background: Background) -> None:
    stream = background.stream(Sleeper())
    assert next(stream) == 1
    threading.Timer(0.1, stream.close).start()
    assert list(stream) == []


def test_after_closing_not_even_what_is_there_comes_out(background: Background) -> None:
    stream = background.stream(three)
    next(stream)
    stream.close()
    stream.close()
    assert list(stream) == []


def test_work_that_was_never_begun_can_be_closed(background: Background) -> None:
    gate = threading.Event()

    async def block(put: Callable[[int], None]) -> None:
        gate.wait(5)

    blocking, waiting = background.stream(block), background.stream(three)
    waiting.close()
    gate.set()
    assert list(waiting) == []
    assert list(blocking) == []


def test_run_returns_or_raises(background: Background) -> None:
    async def seven() -> int:
        return 7

    async def fails() -> int:
        raise LookupError("lost")

    assert background.run(seven) == 7
    with pytest.raises(LookupError, match="lost"):
        background.run(fails)


def test_closing_ends_the_work_does_the_last_thing_and_stops_the_thread() -> None:
    background, sleeper, last = Background("short-lived"), Sleeper(), threading.Event()

    async def done() -> None:
        last.set()

    stream = background.stream(sleeper)
    next(stream)
    background.close(done)
    background.close(done)
    assert sleeper.ended.is_set()
    assert last.is_set()
    assert list(stream) == []
    assert "short-lived" not in {thread.name for thread in threading.enumerate()}
    assert background.closed
    with pytest.raises(RuntimeError, match="closed"):
        background.stream(sleeper)


def test_closing_does_not_wait_for_a_name_that_is_never_resolved() -> None:
    background, begun, gate = Background("short-lived"), threading.Event(), threading.Event()

    async def resolves(put: Callable[[int], None]) -> None:
        begun.set()
        await asyncio.to_thread(gate.wait, 30)

    stream = background.stream(resolves)
    assert begun.wait(5)
    started = time.monotonic()
    background.close()
    assert time.monotonic() - started < 5
    assert list(stream) == []
    gate.set()
