from datetime import date

import pytest

from desk.days import DayError, day_words, read_day


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
