"""What the words around a figure make of it: over 30, nearly 200, at most 5; and which of that bears out which.

Knows `amounts.toml`; knows nothing of numbers.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

Bound = Literal["", "about", "nearly", "over", "least", "under", "most"]
_TABLE = tomllib.loads(Path(__file__).with_name("amounts.toml").read_text(encoding="utf-8"))
_WINDOW = 24  # characters before a figure
_TOLD = {said: frozenset(told) for said, told in _TABLE["bounds_told"].items()}
_NOT_BEFORE = tuple(_TABLE["bounds_not"]["before"].split())
_NOT_BEHIND = tuple(_TABLE["bounds_not"]["behind"].split())
_THING = r"(?:[\u4e00-\u9fff]{0,3}?[元人名家个米里亩吨天年岁%])?\s?"
_INSIDE: tuple[tuple[str, Bound], ...] = (("[多余几]", "over"), ("来", "about"))
"""Between a number and its unit: 30余个, 三十来人."""
_MORE_BEHIND = re.compile(r"余(?![下款额量地暇])|多(?=[\W_]|$|的|时间|[后前里以就才来])")
"""Behind a figure and its unit: 两年多, not 两栋多层厂房."""
_INSIDE_SPAN = re.compile(r"\s?内(?![部容外地涵存])")
_RECENT = "近"  # 近三年 are the last three


def _words(side: str) -> dict[str, Bound]:
    return {word: bound for bound in get_args(Bound) if bound for word in _TABLE["bounds"][bound][side]}


def _pattern(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join((r"\b" if word[0].isalpha() and word.isascii() else "") + re.escape(word) for word in longest_first)


_BEFORE, _BEHIND = _words("before"), _words("behind")
_FOUND_BEFORE = re.compile(rf"(?P<word>{_pattern(_BEFORE)})(?:了|到|达到?|有|为|需要?|要|用)?\s?$", re.I)
_FOUND_FAR = re.compile(rf"(?P<word>{_pattern(_TABLE['bounds_far']['before'])})(?:(?!的)[\u4e00-\u9fff]){{1,5}}$")
_FOUND_BEHIND = re.compile(rf"{_THING}(?P<word>{_pattern(_BEHIND)})", re.I)


def bears_out(told: Bound, said: Bound) -> bool:
    """Whether a figure told with one kind of words bears out the same figure said with another."""
    return (told or "exact") in _TOLD[said or "exact"]


def bound_of(text: str, start: int, end: int, *, is_time: bool, is_span: bool) -> Bound:
    """Return what the words around and inside the figure at `start` to `end` of a text make of it.

    `is_time`: it is a time, which 近 means the last of; `is_span`: a time or a way, which one may be inside of.
    """
    before, behind = text[max(0, start - _WINDOW) : start], text[end : end + 12]
    if found := _before(before, is_time=is_time) or _behind(behind):
        return found
    for pattern, bound in _INSIDE:
        if re.search(pattern, text[start:end]):
            return bound
    if _MORE_BEHIND.match(behind):
        return "over"
    return "most" if is_span and _INSIDE_SPAN.match(behind) else ""


def _before(text: str, *, is_time: bool) -> Bound:
    found = _FOUND_BEFORE.search(text) or _FOUND_FAR.search(text)
    if not found or text[: found.end("word")].endswith(_NOT_BEFORE):
        return ""
    return "" if is_time and found["word"] == _RECENT else _BEFORE[found["word"].lower()]


def _behind(text: str) -> Bound:
    found = _FOUND_BEHIND.match(text)
    if not found or text[found.start("word") :].startswith(_NOT_BEHIND):
        return ""
    return _BEHIND[found["word"].lower()]
