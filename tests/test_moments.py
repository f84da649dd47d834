import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.moments import Moment, moments


def only(text: str, report_date: str = "") -> Moment:
    (found,) = moments(text, report_date)
    return found


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("2023年5月6日", 2023, 5, 6),
        ("5月6日", None, 5, 6),
        ("2023年5月", 2023, 5, None),
        ("二〇二三年五月六日", 2023, 5, 6),
        ("2023-05-06", 2023, 5, 6),
        ("2018.3.5", 2018, 3, 5),
        ("May 6, 2023", 2023, 5, 6),
        ("on 6 May 2023", 2023, 5, 6),
        ("in May 2023", 2023, 5, None),
        ("23年5月", 2023, 5, None),
        ("15日", None, None, 15),
    ],
)
def test_a_date_is_read_as_far_as_it_is_told(text: str, year: int | None, month: int | None, day: int | None) -> None:
    found = only(text)
    assert (found.year, found.month, found.day) == (year, month, day)


def test_both_ends_of_a_range_are_dates() -> None:
    assert [(one.month, one.day) for one in moments("5月6-8日")] == [(5, 6), (None, 8)]
    assert [one.year for one in moments("2019-2023年")] == [2019, 2023]
    assert [one.month for one in moments("5-6月")] == [5, 6]


def test_parts_of_a_year_are_told_apart() -> None:
    assert only("2023年底").part == "底"
    assert only("三季度").part == only("第三季度").part == "3季度"
    assert only("2023年上半年").part == "上半年"
    assert moments("2023年10月初具规模")[0].part == ""


@pytest.mark.parametrize(
    "text", ["3小时", "中国", "三年中", "3:1", "The park may open", "20世纪90年代", "三日内", "五月天的亮光"]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert not [one for one in moments(text) if one.day or one.year or one.minute]


def test_a_longer_date_covers_what_tells_less_of_it() -> None:
    whole = only("2023年5月6日")
    assert all(whole.covers(only(text)) for text in ("5月6日", "2023年5月", "2023年", "6日"))
    assert not any(whole.covers(only(text)) for text in ("5月7日", "2022年", "6月6日", "2023年底"))
    assert not only("5月6日").covers(whole)


def test_the_reports_year_and_earlier_ones_may_be_left_out() -> None:
    assert only("5月6日", "2023-10").covers(only("2023年5月6日"))
    assert not only("5月6日", "2023-10").covers(only("2022年5月6日"))
    assert moments("2021年3月开工，5月停工", "2023-10")[1].covers(only("2021年5月"))
    assert not moments("去年10月建成", "2023-10")[0].covers(only("2023年10月"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("8:30", "8点半"), ("下午3点", "15:00"), ("上午八点半", "8:30"), ("晚上10点", "22时"), ("3 p.m.", "15点")],
)
def test_times_of_day_are_equal_however_they_are_said(one: str, other: str) -> None:
    assert only(one).covers(only(other))
    assert only(other).covers(only(one))


def test_another_half_of_the_day_is_another_time() -> None:
    assert not only("下午3点").covers(only("凌晨3点"))
    assert not only("8:30").covers(only("8:45"))


@given(st.text(max_size=80))
def test_any_text_may_be_read(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in moments(text, "2023-10"))
