"""Days as staff write and know them, China's, and moments as the database does, UTC."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from desk.errors import DeskError
from rag.china import CHINA

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class DayError(DeskError):
    """What was typed is no day, or the last day comes before the first."""


@dataclass(frozen=True, slots=True)
class Days:
    """From the day `since` to the day `until`, both included; None: no bound."""

    since: date | None = None
    until: date | None = None

    def within(self, moment: InstrumentedAttribute[datetime]) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that a column's moment is on one of these days."""
        if self.since:
            yield moment >= first_moment(self.since)
        if self.until and self.until < date.max:
            yield moment < first_moment(self.until + timedelta(days=1))


def first_moment(day: date) -> datetime:
    """Return when a day begins in China."""
    if day == date.min:  # in UTC it would begin before the year 1
        day += timedelta(days=1)
    return datetime.combine(day, time(), CHINA)


def china_day(moment: datetime) -> date:
    """Return the day that it is in China at a moment."""
    return moment.astimezone(CHINA).date()


def read_days(since: str, until: str) -> Days:
    """Return the days that staff have written, empty ones being no bound; raise DayError."""
    days = Days(read_day("开始日期", since), read_day("结束日期", until))
    if days.since and days.until and days.until < days.since:
        raise DayError("结束日期不能早于开始日期。 The last day must not come before the first.")
    return days


def read_day(label: str, typed: str | None) -> date | None:
    """Return the day that was typed, None for nothing; raise DayError, which names the field, for anything else."""
    words = (typed or "").strip()
    if not words:
        return None
    if not (match := _DAY.fullmatch(words)):
        raise DayError(f"“{label}”应写成 2024-05-06 这样的日期，现在是：{words[:40]}")
    try:
        return date(*map(int, match.groups()))
    except ValueError as error:
        raise DayError(f"“{label}”没有这一天：{words}") from error


def day_words(day: date | None) -> str:
    """Return a day as the form shows it."""
    return day.isoformat() if day else ""
