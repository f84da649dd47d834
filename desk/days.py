"""Days as staff know them, China's, and moments as the database does, UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from desk.errors import DeskError
from desk.export import CHINA


class DayError(DeskError):
    """What was written is no day, or the last day comes before the first."""


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
    """Return the days that staff have written, `2024-5-6` or `2024/05/06` or `2024年5月6日`; empty: no bound.

    Raises DayError.
    """
    days = Days(_read(since), _read(until))
    if days.since and days.until and days.until < days.since:
        raise DayError("结束日期不能早于开始日期。 The last day must not come before the first.")
    return days


def _read(written: str) -> date | None:
    plain = written.strip().rstrip("日")
    if not plain:
        return None
    for mark in "年月/.":
        plain = plain.replace(mark, "-")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise DayError(f"日期写成 2024-05-06 这样：{written[:20]} / a day is written like 2024-05-06") from error
