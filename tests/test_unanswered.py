import pytest

from desk.unanswered import as_asked, comparable


@pytest.mark.parametrize(
    ("said", "compared"),
    [
        ("请问食堂几点开饭？", "食堂几点开饭"),
        ("你好，想问一下 租金多少!", "租金多少"),
        ("請問廠房租金？？", "厂房租金"),
        ("想租厂房", "想租厂房"),
        ("咨询电话是多少", "咨询电话是多少"),
        ("请问", "请问"),
        ("？！\0\ud800", ""),
    ],
)
def test_what_is_compared_has_no_courtesy(said: str, compared: str) -> None:
    assert comparable(said) == compared
    assert comparable("请问" * 100_000 + "租金")  # at once


def test_a_question_that_stands_alone_is_as_the_visitor_wrote_it() -> None:
    assert as_asked("食堂几点开饭？", "食堂几点开饭") == "食堂几点开饭？"
    assert as_asked("那押金呢？", "公寓的押金呢") == "公寓的押金呢"
    assert as_asked("你好", "") == "你好"
