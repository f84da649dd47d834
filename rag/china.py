"""What day and time it is in China, where the park is: the one zone that staff and visitors read days in."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def china_today() -> date:
    """Return the day it is in China."""
    return datetime.now(UTC).astimezone(CHINA).date()
