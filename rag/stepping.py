"""Events made in threads, handed to an event loop that they never block."""

import asyncio
from collections.abc import AsyncIterator, Generator

from rag.records import Event


async def stepped(events: Generator[Event, None, None]) -> AsyncIterator[Event]:
    """Yield what `events` yields, each step taken in a thread; `events` is closed in the end, however that comes."""
    step: asyncio.Future[Event | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(asyncio.to_thread(next, events, None))
            if (event := await asyncio.shield(step)) is None:
                return
            yield event
    finally:
        if step is None or step.done():
            events.close()
        else:  # a thread is in the midst of it, and only what stands still can be closed
            step.add_done_callback(lambda _: events.close())
