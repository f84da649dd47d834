import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import resolve

NOTE = re.compile(r"（\d{4}年[^）]*）")
REPORT_LIKE = st.text(alphabet="今去前明本上年度初底中旬至如过目比以文0123456789月日号（），。 园", max_size=30)


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("去年10月签约。", "去年10月（2022年10月）签约。"),
        ("去年10月5日签约。", "去年10月5日（2022年10月5日）签约。"),
        ("今年3月，纳锐生物入驻。", "今年3月（2023年3月），纳锐生物入驻。"),
        ("今年内开通两条线路。", "今年（2023年）内开通两条线路。"),
        ("今年10月底完工。", "今年10月底（2023年10月底）完工。"),
        ("今年9月中旬", "今年9月中旬（2023年9月中旬）"),
        ("今年5月至今年6月", "今年5月（2023年5月）至今年6月（2023年6月）"),
        ("明年建成，比前年翻番。", "明年（2024年）建成，比前年（2021年）翻番。"),
        ("前年动工", "前年（2021年）动工"),
        ("本年完成，上年未完成", "本年（2023年）完成，上年（2022年）未完成"),
        ("去年１０月", "去年１０月（2022年１０月）"),
    ],
)
def test_a_relative_date_is_told_as_the_report_means_it(text: str, resolved: str) -> None:
    assert resolve(text, "2023-10-27") == resolved


@pytest.mark.parametrize(
    "text",
    [
        "2022年10月签约。",
        "如今年轻人多。",
        "目前年产值十亿元。",
        "五年前年产一万台。",
        "过去年均增长5%。",
        "至今年均增长5%。",
        "文明年活动",
        "基本年限",
        "上年度、本年度的报告",
        "以前年份",
        "年内、年底、三年来、上半年",
        "今年（2023年）开工",
        "去年10月（2022年10月）开工",
    ],
)
def test_what_only_looks_relative_or_is_told_already_stays(text: str) -> None:
    assert resolve(text, "2023-10") == text


@pytest.mark.parametrize("date", ["", "unknown", "202", "0000-01", "9999", "٢٠٢٣"])
def test_without_a_usable_report_date_nothing_is_added(date: str) -> None:
    assert resolve("今年、去年10月", date) == "今年、去年10月"


@pytest.mark.parametrize("date", ["2023", "2023-10", "2023-10-27"])
def test_any_precision_of_the_report_date_will_do(date: str) -> None:
    assert resolve("去年", date) == "去年（2022年）"


@given(REPORT_LIKE | st.text(max_size=30))
def test_only_notes_are_put_in(text: str) -> None:
    notes = len(NOTE.findall(resolve(text, "2023"))) - len(NOTE.findall(text))
    assert notes >= 0
    rest = iter(resolve(text, "2023"))
    assert all(char in rest for char in text)


@given(REPORT_LIKE)
def test_what_is_resolved_stays_as_it_is(text: str) -> None:
    once = resolve(text, "2023")
    assert resolve(once, "2023") == once
