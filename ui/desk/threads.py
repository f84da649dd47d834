"""Threads of the desk's own: a database that hangs, or a flood of wrong passwords, must not take those of the chat."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

READING = ThreadPoolExecutor(8, thread_name_prefix="desk")
"""For what asks the database."""
HASHING = ThreadPoolExecutor(2, thread_name_prefix="desk-password")
"""For passwords, each of which takes a core and tens of megabytes for a tenth of a second."""


async def within(threads: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    """Run in one of the threads."""
    return await asyncio.get_running_loop().run_in_executor(threads, work)
