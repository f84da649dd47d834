"""How long whoever gave wrong passwords has to wait before the next try. Knows no accounts and no passwords."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from desk.account_rules import name_key

FREE_TRIES = 5
"""Wrong passwords in a row before the next one has to wait."""
LONGEST_WAIT = 900.0
"""Seconds; the wait begins with one and doubles with each wrong password."""
_STRANGERS = 10_000
_NAME_LOOKED_AT = 400  # characters; whoever sends more is no one


@dataclass(frozen=True)
class Tries:
    """Wrong passwords in a row, and when the last of them was given."""

    failures: int = 0
    failed_at: datetime | None = None

    def wait(self, now: datetime) -> float:
        """Return how many seconds are left until the next try."""
        if self.failures < FREE_TRIES or self.failed_at is None:
            return 0.0
        wait = min(2.0 ** min(self.failures - FREE_TRIES, 32), LONGEST_WAIT)
        return min(wait, max(0.0, wait - (now - self.failed_at).total_seconds()))  # a clock may have been set back


class Strangers:
    """Tries with names that nobody has, the latest of them: who is not slowed down would be known not to exist."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, Tries] = OrderedDict()
        self._lock = Lock()

    def tries(self, name: str) -> Tries:
        """Return those with a name."""
        with self._lock:
            return self._tries.get(_key(name), Tries())

    def count(self, name: str, now: datetime) -> None:
        """Remember one more."""
        with self._lock:
            before = self._tries.pop(_key(name), Tries())
            self._tries[_key(name)] = Tries(before.failures + 1, now)
            if len(self._tries) > _STRANGERS:
                self._tries.popitem(last=False)


def _key(name: str) -> str:
    return name_key(name[:_NAME_LOOKED_AT])
