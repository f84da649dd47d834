from datetime import UTC, date, datetime

import pytest

from desk.database import Database
from desk.days import DayError, Days, china_day, day_words, first_moment, read_day, read_days
from desk.tables import Conversation
from tests.desk_rows import conversation


@pytest.mark.parametrize("written", ["2024-05-06", " 2024-5-6 ", "2024/05/06", "2024年5月6日", "2024.5.6"])
def test_a_day_may_be_written_as_people_do(written: str) -> None:
    assert read_days(written, "") == Days(date(2024, 5, 6), None)
    assert read_days("", written) == Days(None, date(2024, 5, 6))


@pytest.mark.parametrize("written", ["昨天", "2024-13-01", "2024-02-30", "5-6", "0000-01-01", "9" * 30, "1-2-3-4"])
def test_what_is_no_day_is_said(written: str) -> None:
    with pytest.raises(DayError, match="“开始日期”"):
        read_days(written, "")


def test_the_last_day_does_not_come_before_the_first() -> None:
    with pytest.raises(DayError, match="早于"):
        read_days("2024-05-06", "2024-05-05")
    assert read_days("2024-05-06", "2024-05-06").since == date(2024, 5, 6)


def test_a_day_is_chinas() -> None:
    assert first_moment(date(2024, 5, 6)) == datetime(2024, 5, 5, 16, tzinfo=UTC)
    assert china_day(datetime(2024, 5, 5, 15, 59, tzinfo=UTC)) == date(2024, 5, 5)
    assert china_day(datetime(2024, 5, 5, 16, tzinfo=UTC)) == date(2024, 5, 6)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (Days(), 3),
        (Days(date(2024, 5, 6), date(2024, 5, 6)), 1),
        (Days(date(2024, 5, 6)), 2),
        (Days(None, date(2024, 5, 6)), 2),
        (Days(date.min, date.max), 3),
        (Days(date(2024, 5, 8)), 0),
    ],
)
def test_moments_are_on_their_days(database: Database, days: Days, found: int) -> None:
    with database.writing() as session:
        for moment in ("2024-05-05T15:59:59", "2024-05-05T16:00:00", "2024-05-06T16:00:00"):
            session.add(conversation(last_at=datetime.fromisoformat(f"{moment}+00:00")))
    with database.session() as session:
        assert session.query(Conversation).where(*days.within(Conversation.last_at)).count() == found


@pytest.mark.parametrize("typed", ["2024-05-06", " 2024/5/6 ", "2024.05.06", "2024年5月6日", "２０２４-05-06"])
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert read_day("生效日", typed) == date(2024, 5, 6)


def test_nothing_is_no_day() -> None:
    assert read_day("生效日", None) is read_day("生效日", " ") is None
    assert (day_words(None), day_words(date(2024, 5, 6))) == ("", "2024-05-06")


@pytest.mark.parametrize("typed", ["2024-02-30", "明天", "06/05/2024", "2024-05", "0000-01-01", "2024-05-06 " * 9])
def test_anything_else_is_refused_by_the_name_of_its_field(typed: str) -> None:
    with pytest.raises(DayError, match="“生效日”"):
        read_day("生效日", typed)
