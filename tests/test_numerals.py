from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.numerals import value_of

DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22,000", 22_000),
        ("1.2万", 12_000),
        ("3亿5000万", 350_000_000),
        ("30余万", 300_000),
        ("3千万", 30_000_000),
        ("两", 2),
        ("十", 10),
        ("三百五十", 350),
        ("三百五", 350),
        ("一万二", 12_000),
        ("一百零三", 103),
        ("三千零五十万", 30_500_000),
        ("一亿零五万", 100_050_000),
        ("三万亿", 3 * 10**12),
        ("二〇二三", 2023),
        ("一点二", Fraction(6, 5)),
        ("一点二万", 12_000),
        ("three hundred and fifty", 350),
        ("twenty-five", 25),
        ("1.2 million", 1_200_000),
        ("two thousand", 2000),
    ],
)
def test_a_number_has_one_value_however_it_is_written(text: str, value: Fraction) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["十三五", "万", "千万", "百", "", "9" * 5000])
def test_what_only_looks_like_a_number_has_none(text: str) -> None:
    assert value_of(text) is None


@given(st.integers(1, 9999))
def test_chinese_numerals_say_what_digits_say(number: int) -> None:
    written, pending = "", False
    for place, scale in zip(str(number).zfill(4), ("千", "百", "十", ""), strict=True):
        if place == "0":
            pending = bool(written)
        else:
            written += ("零" if pending else "") + DIGITS[int(place)] + scale
            pending = False
    assert value_of(written) == value_of(str(number)) == number
