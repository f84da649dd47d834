"""Numbers as they are written, in digits, in Chinese numerals or in English words, as exact values.

Knows one number at a time; knows nothing of units or sentences.
"""

import re
from fractions import Fraction

_DIGIT = {
    char: value
    for value, pair in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in pair
}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_MOST_DIGITS = 30  # a longer run is no quantity, and Python refuses to read one of 4,300
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"  # noqa: E501
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH = {word: value for value, word in enumerate(_ONES.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), 2)
}
_ENGLISH_SCALE = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ORDINALS = {
    word: value
    for value, word in enumerate(
        ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"], 2
    )
}
"""English ordinals but the first, which is said of anything."""

_FIGURES = r"\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d+)?|\d++(?:\.\d+)?"
DIGITS = rf"(?:{_FIGURES})(?:\s?(?:[多余]?(?:[十百千万亿]|兆(?![瓦赫字帕欧]))+))?+(?:(?<=[万亿千百])(?:零?\d+(?:\.\d+)?[百千万亿]+)++)?+"  # noqa: E501
"""A number that begins with a digit: 22,000; 1.2万; 3亿5000万; 30余万."""
HAN = r"[零〇一二两三四五六七八九十百千万亿]++(?:点[零〇一二三四五六七八九]++[十百千万亿]*+)?+"
"""A number in Chinese numerals, or a run that looks like one: 三百五十, 二〇二三, 一点二万 but for its scale."""
ENGLISH = rf"\b(?:{'|'.join((*_ENGLISH, 'hundred', 'a hundred'))})(?:(?:[ -]|\sand\s)(?:{'|'.join((*_ENGLISH, *_ENGLISH_SCALE))})\b)*+\b"  # noqa: E501
"""A number in English words: twenty-five, three hundred and fifty."""
ENGLISH_SCALE = r"\s?(?:thousand|million|billion|trillion)\b"


def value_of(text: str) -> Fraction | None:
    """Return what a number says (`text` in simplified characters, lower case); None for what only looks like one."""
    text = text.strip()
    if not text:
        return None
    if text[:1].isdigit():
        return _in_digits(text)
    if text[:1].isascii():
        return _in_english(text)
    return _in_han(text)


def _in_digits(text: str) -> Fraction | None:
    total = Fraction(0)
    for figures, scales in re.findall(r"([\d,.]+)\s?[多余零]?([十百千万亿兆]+|[a-z]+)?", text):
        if len(figures) > _MOST_DIGITS:
            return None
        number = Fraction(figures.replace(",", ""))
        for scale in [scales] if scales.isascii() else scales:
            number *= _SMALL.get(scale) or _LARGE.get(scale) or _ENGLISH_SCALE.get(scale, 1)
        total += number
    return total


def _in_english(text: str) -> Fraction:
    total, part = 0, 0
    for word in re.findall(r"[a-z]+", text):
        if word in _ENGLISH:
            part += _ENGLISH[word]
        elif word == "hundred":
            part = max(1, part) * 100
        elif word in _ENGLISH_SCALE:
            total, part = total + max(1, part) * _ENGLISH_SCALE[word], 0
    return Fraction(total + part)


def _in_han(text: str) -> Fraction | None:
    whole, _, after = text.partition("点")
    if len(whole) > _MOST_DIGITS or len(after) > _MOST_DIGITS or whole[:1] in "百千万亿":
        return None
    if len(whole) > 1 and all(char in _DIGIT for char in whole):
        number: int | None = int("".join(str(_DIGIT[char]) for char in whole))  # 二〇二三
    else:
        number = _with_places(whole)
    if number is None:
        return None
    digits = "".join(str(_DIGIT[char]) for char in after if char in _DIGIT)
    value = number + (Fraction(int(digits), 10 ** len(digits)) if digits else Fraction(0))
    for scale in after[len(digits) :]:
        value *= (_SMALL | _LARGE)[scale]
    return value


def _with_places(text: str) -> int | None:
    """Read 三百五十, 一亿零五万 or 三百五; None when the places do not fall, as in 十三五."""
    total, section, digit, last, large = 0, 0, 0, 10**4, 1
    for place, char in enumerate(text):
        if char in _DIGIT:
            if digit:
                return None
            digit = _DIGIT[char]
        elif char in _SMALL:
            if _SMALL[char] >= last:
                return None
            last = _SMALL[char]
            section, digit = section + (digit or 1) * last, 0
        elif _LARGE[char] > large and large > 1 and place and text[place - 1] not in _LARGE:
            return None
        else:
            part = section + digit
            total = (total + part) * _LARGE[char] if _LARGE[char] > large > 1 else total + part * _LARGE[char]
            section, digit, last, large = 0, 0, 10**4, _LARGE[char]
    spoken_short = len(text) > 2 and digit and text[-2] in "百千万亿"  # 三百五 is 350
    return total + section + (digit * (_SMALL | _LARGE)[text[-2]] // 10 if spoken_short else digit)
