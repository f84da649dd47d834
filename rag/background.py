"""Asynchronous work read by ordinary threads: an event loop in a thread of its own, and streams that come out of it.

What waits inside a loop can be called off at any moment, before the connection stands as well as between two words;
a thread that waits for a socket cannot.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
Work = Callable[[Callable[[T], None]], Coroutine[Any, Any, None]]
"""What gives the items of a stream: it is handed the function that takes them."""
_END = object()
CLOSING = 5.0
"""How long closing waits for what is under way to stop, seconds."""


class Stream(Generic[T]):
    """The items of one piece of work as they come; raises what the work raised.

    `close` may be called from any thread, at any time, more than once: it calls the work off, and whoever waits for
    the next item sees the end. Letting go of the stream does the same.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Work[T]) -> None:
        items: SimpleQueue[Any] = SimpleQueue()
        self._items = items
        self._over = False
        self._future = asyncio.run_coroutine_threadsafe(work(items.put), loop)
        self._future.add_done_callback(lambda _: items.put(_END))

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        item: Any = _END if self._over else self._items.get()
        if item is not _END and not self._over:
            return cast("T", item)
        failure = None if self._over or self._future.cancelled() else self._future.exception()
        self._over = True
        if failure:
            raise failure
        raise StopIteration

    def close(self) -> None:
        """Call the work off; returns at once."""
        self._over = True
        self._future.cancel()

    def __del__(self) -> None:
        if hasattr(self, "_future"):
            self.close()


class Background:
    """An event loop in a daemon thread, until `close`."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether nothing can be started here any more."""
        return self._closed

    def stream(self, work: Work[T]) -> Stream[T]:
        """Start the work and return its items as they come. Raises RuntimeError after `close`."""
        with self._lock:
            if self._closed:
                raise RuntimeError("this loop is closed")
            return Stream(self._loop, work)

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work in the loop and return what it returns, or raise what it raises; RuntimeError after `close`."""

        async def once(put: Callable[[T], None]) -> None:
            put(await work())

        (result,) = self.stream(once)
        return result

    def close(self, last: Callable[[], Awaitable[object]] | None = None) -> None:
        """Call off all work, do `last`, and end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._finish(last), self._loop).result(CLOSING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSING)
        self._loop.close()

    async def _finish(self, last: Callable[[], Awaitable[object]] | None) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if last:
            await last()
        await self._loop.shutdown_asyncgens()
