"""How often a visitor may ask, judge or leave word. In memory only, forgotten after the window; knows no HTTP."""

import hashlib
import hmac
import math
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW = 60.0
MAX_VISITORS = 10_000
# Many visitors may share one address (an office, a proxy); a fresh cookie for every question must still not pay.
ADDRESS_FACTOR = 10


class Limiter:
    """A sliding window: at most `limit` admissions per key in `window` seconds. Safe to share between threads."""

    def __init__(self, limit: int, window: float = WINDOW, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, key: str) -> int:
        """Count one question and return 0, or return the whole seconds to wait, counting nothing."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            times = self._times.setdefault(key, deque())
            while times and times[0] <= now - self._window:
                times.popleft()
            if len(times) >= self._limit:
                return max(1, math.ceil(times[0] + self._window - now))
            times.append(now)
            self._times.move_to_end(key)
            return 0

    def _forget(self, now: float) -> None:
        """Drop the visitors not heard of for a window; the longest silent ones too when there are too many."""
        while self._times:
            key, times = next(iter(self._times.items()))
            if len(self._times) <= MAX_VISITORS and times and times[-1] > now - self._window:
                return
            del self._times[key]

    def __len__(self) -> int:
        """Return how many visitors are remembered."""
        return len(self._times)


class Visitors:
    """Who asks: a signed random cookie where the browser brings one back, else the client's address."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secrets.token_bytes(32)
        self._questions = Allowance(self, per_minute, clock=clock)

    def issue(self) -> str:
        """Return a new cookie value: a random name and our signature of it."""
        name = secrets.token_hex(8)
        return f"{name}.{self._sign(name)}"

    def known(self, cookie: str) -> bool:
        """Tell whether this process issued the cookie."""
        name, _, signature = cookie.partition(".")
        return hmac.compare_digest(signature.encode(), self._sign(name).encode())

    def name(self, cookie: str) -> str:
        """Return the random name in a cookie of ours, "" where there is none."""
        return cookie.partition(".")[0] if self.known(cookie) else ""

    def key(self, cookie: str, address: str) -> str:
        """Return what tells this visitor from others."""
        return f"cookie {cookie}" if self.known(cookie) else f"address {address}"

    def admit(self, cookie: str, address: str) -> int:
        """Count one question of this visitor and return 0, or the whole seconds to wait."""
        return self._questions.admit(cookie, address)

    def _sign(self, name: str) -> str:
        return hmac.new(self._secret, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


class Allowance:
    """How often each visitor may do one thing, and all those of one address together."""

    def __init__(
        self, visitors: Visitors, limit: int, window: float = WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._visitors = visitors
        self._each = Limiter(limit, window, clock)
        self._addresses = Limiter(limit * ADDRESS_FACTOR, window, clock)

    def admit(self, cookie: str, address: str) -> int:
        """Count one deed of this visitor and return 0, or the whole seconds to wait."""
        return self._each.admit(self._visitors.key(cookie, address)) or self._addresses.admit(address)
