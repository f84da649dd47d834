"""The words of verdicts and leads: every one in both languages."""

import re
from dataclasses import fields

import pytest

from ui.contact_strings import EN, ZH, ContactStrings
from ui.feedback import REASONS


@pytest.mark.parametrize("field", [field.name for field in fields(ContactStrings)])
def test_both_languages_take_the_same_values_and_say_something(field: str) -> None:
    chinese, english = str(getattr(ZH, field)), str(getattr(EN, field))
    assert chinese and english
    assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english))


def test_the_chinese_words_hold_no_english_and_the_english_no_chinese() -> None:
    assert [text for text in ZH.texts() if re.search(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", text))] == []
    assert [text for text in EN.texts() if re.search(r"[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("words", [ZH, EN])
def test_each_reason_has_a_word(words: ContactStrings) -> None:
    assert tuple(code for code, _ in words.reasons) == REASONS
    assert len({label for _, label in words.reasons}) == len(REASONS)
