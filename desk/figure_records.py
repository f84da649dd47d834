"""The figures of some days as values, and the one formula among them. Knows no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from desk.tables import Channel
from rag.records import Language, Mode

MODES: tuple[Mode, ...] = get_args(Mode)
TopicKind = Literal["section", "faq"]
Histogram = Mapping[int, int]
"""How many answers took so many whole milliseconds."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: turns by mode, and milliseconds that half and 95 % of the answers stayed under (None: no answers)."""

    day: date
    by_mode: Mapping[Mode, int]
    p50_ms: int | None = None
    p95_ms: int | None = None

    @property
    def asked(self) -> int:
        """Questions of the day."""
        return sum(self.by_mode.values())


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a span."""

    by_mode: Mapping[Mode, int]
    conversations: int
    helpful: int
    unhelpful: int
    p50_ms: int | None
    p95_ms: int | None

    @property
    def asked(self) -> int:
        """All questions."""
        return sum(self.by_mode.values())

    def share(self, mode: Mode) -> float | None:
        """Return the share, 0 to 1, of the questions that were answered so; None without questions."""
        return self.by_mode.get(mode, 0) / self.asked if self.asked else None

    @property
    def helpful_share(self) -> float | None:
        """The share of the verdicts that were good; None without verdicts."""
        given = self.helpful + self.unhelpful
        return self.helpful / given if given else None


@dataclass(frozen=True, slots=True)
class Topic:
    """What was asked about: a section of a report, or the question of a FAQ entry, and how often."""

    title: str
    kind: TopicKind
    asked: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An open question: how often it was asked in these days."""

    id: int
    title: str
    asked: int


@dataclass(frozen=True, slots=True)
class Told:
    """The figures of the days from `since` to `until`, both included; `before` is the span of equal length before."""

    since: date
    until: date
    totals: Totals
    before: Totals
    daily: tuple[Day, ...]
    topics: tuple[Topic, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    channels: tuple[tuple[Channel, int], ...] = ()
    languages: tuple[tuple[Language, int], ...] = ()


def percentile(times: Histogram, share: float) -> int | None:
    """Return the shortest time that at least `share`, 0 to 1, of the answers did not exceed; None without answers."""
    wanted, passed = share * sum(times.values()), 0
    for ms in sorted(times):
        passed += times[ms]
        if passed >= wanted:
            return ms
    return None
