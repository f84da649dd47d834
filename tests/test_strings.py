"""The page's words: every one in both languages, chosen by what the browser asks for."""

import re
from dataclasses import fields

import pytest

from ui.strings import EN, ZH, Strings, format_date, strings_for


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ZH),
        ("*", ZH),
        ("zh-CN,zh;q=0.9,en;q=0.8", ZH),
        ("zh", ZH),
        ("zh-Hant-TW", ZH),
        ("ZH-cn", ZH),
        ("en-US,en;q=0.9,zh;q=0.8", EN),
        ("de-DE", EN),
        (" en ;q=1", EN),
    ],
)
def test_the_first_language_of_the_browser_decides(header: str, expected: Strings) -> None:
    assert strings_for(header) is expected


@pytest.mark.parametrize("field", [field.name for field in fields(Strings)])
def test_both_languages_take_the_same_values_and_say_something(field: str) -> None:
    chinese, english = str(getattr(ZH, field)), str(getattr(EN, field))
    assert chinese and english
    if field != "date_formats":
        assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english))


def test_the_chinese_words_hold_no_english_and_the_english_no_chinese() -> None:
    assert [
        text for text in ZH.texts().values() if re.search(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}|zh-CN", "", text))
    ] == []
    assert [text for text in EN.texts().values() if re.search(r"[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize(
    ("date", "chinese", "english"),
    [
        ("2023", "2023年", "2023"),
        ("2023-10", "2023年10月", "2023-10"),
        ("2023-01-05", "2023年1月5日", "2023-01-05"),
        ("", "", ""),
        ("去年", "去年", "去年"),
        ("2023-10-27-1", "2023-10-27-1", "2023-10-27-1"),
        ("²-1", "²-1", "²-1"),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(date: str, chinese: str, english: str) -> None:
    assert format_date(date, ZH) == chinese
    assert format_date(date, EN) == english
