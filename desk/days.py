"""Days as staff write them into forms and tables."""

import re
from datetime import date

from desk.errors import DeskError

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class DayError(DeskError):
    """What was typed is no day."""


def read_day(label: str, typed: str | None) -> date | None:
    """Return the day that was typed, None for nothing; raise DayError, which names the field, for anything else."""
    words = (typed or "").strip()
    if not words:
        return None
    if not (match := _DAY.fullmatch(words)):
        raise DayError(f"“{label}”应写成 2025-06-30 这样的日期，现在是：{words[:40]}")
    try:
        return date(*map(int, match.groups()))
    except ValueError as error:
        raise DayError(f"“{label}”没有这一天：{words}") from error


def day_words(day: date | None) -> str:
    """Return a day as the form shows it."""
    return day.isoformat() if day else ""
