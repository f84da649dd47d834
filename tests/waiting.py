"""Waiting for what another thread does, without sleeping longer than it takes."""

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it comes to hold within so many seconds."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
