"""The figures of a text, normalised so that equal ones compare equal: 百分之二十 is 20%, 1.2万 is 12,000.

Takes text as `rag.writing.normalise` gives it; knows numbers, units and moments, nothing of what is counted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from rag.bounds import Bound, bears_out, bound_of
from rag.moments import Moment, moments
from rag.numerals import DIGITS, ENGLISH, ENGLISH_SCALE, HAN, ORDINALS, value_of
from rag.units import ARTICLES, LATIN_UNIT, NO_UNIT, SIGNS, UNIT, counts_in_order, exchangeable, unit_in, unit_of


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure at `start` to `end` of a text.

    `kind` is a kind of measure ("money", "area"…), "count" (with a measure word), "ordinal", "plain" (no unit), "date",
    "relative" ("昨天"), "vague" ("数百"), or "code" (a word with digits, or digits that count nothing). `value` is
    counted in `unit`; a code's is its text. `bound` tells whether it is exceeded, nearly reached or the like.
    `is_article` marks the 一 of "一家", which may say no more than "a".
    """

    kind: str
    value: Fraction | str
    unit: str
    start: int
    end: int
    bound: Bound = ""
    is_article: bool = False
    moment: Moment | None = None

    def covers(self, said: "Amount") -> bool:
        """Whether a text that tells this figure bears out `said`: the same, or less of a date."""
        return self.equals(said) and bears_out(self.bound, said.bound)

    def equals(self, said: "Amount") -> bool:
        """Whether it is the same figure, whatever the words around it make of it, or tells more of the same date."""
        if self.moment or said.moment:
            return _same_moment(self, said)
        return self.value == said.value and _of_one_kind(self, said)


def amounts(text: str, report_date: str = "") -> list[Amount]:
    """Return the figures of `text` (normalised) in order; `report_date` (ISO or "") is what its dates may leave out."""
    found = [Amount("date", "", "", one.start, one.end, moment=one) for one in moments(text, report_date)]
    rest = _without(text, found)
    for reader in (_relative, _codes, _vague, _shares, _counted):
        new = list(reader(rest))
        found, rest = found + new, _without(rest, new)
    ordered = _as_ranges(text, sorted(found, key=lambda one: one.start))
    return [replace(one, bound=_bound(text, one)) for one in ordered]


def _without(text: str, found: Iterable[Amount]) -> str:
    """Return `text` with what was read blanked out, every other character where it was."""
    chars = list(text)
    for one in found:
        chars[one.start : one.end] = "\0" * (one.end - one.start)
    return "".join(chars)


_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_ORDINAL_WORDS = "|".join(ORDINALS)
_COUNTED = re.compile(
    rf"(?P<sign>(?i:{_SIGN})\s?)?(?P<ordinal>第\s?|头(?=[一二两三四五六七八九十\d]))?"
    rf"(?P<number>{DIGITS}(?:(?i:{ENGLISH_SCALE}))?|{HAN}|(?i:{ENGLISH})|(?i:\b(?:{_ORDINAL_WORDS})\b))"
    rf"(?P<th>(?:st|nd|rd|th)\b)?(?:\s?[多余来几]?\s?-?(?P<unit>{UNIT}))?(?P<half>半)?"
    r"|首(?P<first>[个次家批座届期条款台艘位部所年月天日])"
)
_SHARE = re.compile(
    rf"(?P<parts>[百千万]|{DIGITS}|{HAN})分之(?P<number>{DIGITS}|{HAN})"
    r"|(?P<tenths>[一二三四五六七八九1-9])成(?![立为员果功都效本交绩就长熟分品人份套])"
    r"|(?<![\d/.])(?P<over>\d{1,3})/(?P<under>\d{1,3})(?![\d/.])"
    r"|头?(?P<whole>[一二两三四五六七八九]|\d{1,3})?(?:(?<!^)(?<=[一二两三四五六七八九\d])个)?半(?P<unit>个?(?:小时|月|钟头|星期)|年|天)"
)
_CODE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\d,.])(?:\d{3,4}-\d{7,8}|\d{3,4}-\d{3,4}-\d{3,4}|0\d{2,})(?!\d)"
    rf"|(?<![A-Za-z0-9])(?!\d[\d.,]*-?(?:{LATIN_UNIT})(?![A-Za-z0-9]))(?!\d+(?:st|nd|rd|th)\b)"
    r"(?=[\d.,_-]*[A-Za-z])(?=[A-Za-z_.-]*\d)[A-Za-z0-9]++(?:[-_./&+][A-Za-z0-9]++)*+"
)
_VAGUE = re.compile(
    r"(?<![\d一二两三四五六七八九十百])(?:(?P<some>[数几])|[上近成过])(?P<scale>[十百千万亿]+)(?=[余多]?[\u4e00-\u9fff])"
)
_RELATIVE = re.compile(
    r"(?P<year>今年|本年(?!度)|去年|上年(?!度)|前年|明年|this year|last year|next year)\0*+(?P<told>\(\0)?"
    r"|[昨今明前当次翌同][日天](?!空|气|然|才)|[上下本当次同]月|次年|当年|翌年|同年|(?:周|星期|礼拜)[一二三四五六日天末]",
    re.I,
)
_ENGLISH_YEARS = {"this year": "今年", "last year": "去年", "next year": "明年", "本年": "今年", "上年": "去年"}
_RANGE = re.compile(r"\s?(?:[-–—~～至到]|to)\s?")
_LARGE = 10_000  # from here on a number needs no unit to be told from others
_YEARS = range(1000, 2101)


def _relative(text: str) -> Iterator[Amount]:
    """Read what counts from the report's day ("昨天"), but a year that is told behind it: "去年(2022年)"."""
    for match in _RELATIVE.finditer(text):
        words = (match["year"] or match.group()).lower()
        if not match["told"]:
            known = _ENGLISH_YEARS.get(words, words.replace("天", "日"))
            yield Amount("relative", known, "", match.start(), match.start() + len(words))


def _codes(text: str) -> Iterator[Amount]:
    for match in _CODE.finditer(text):
        yield Amount("code", re.sub(r"[-_\s]", "", match.group().lower()), "", *match.span())


def _vague(text: str) -> Iterator[Amount]:
    for match in _VAGUE.finditer(text):
        yield Amount("vague", ("数" if match["some"] else "") + match["scale"], "", *match.span())


def _shares(text: str) -> Iterator[Amount]:
    """Read 百分之二十, 三分之一, 三成, 2/3, and halves of a unit of time: 半年, 两个半小时."""
    for match in _SHARE.finditer(text):
        if match["unit"]:
            unit = unit_of(
                {"月": "个月", "钟头": "个钟头"}.get(match["unit"].removeprefix("个"), match["unit"].removeprefix("个"))
            )
            halves = 2 * (value_of(match["whole"]) or 0) + 1 if match["whole"] else 1
            yield Amount(unit.kind, Fraction(unit.factor, 2) * halves, unit.name, *match.span())
            continue
        value = value_of(match["number"] or match["tenths"] or match["over"])
        scales = {"百": Fraction(100), "千": Fraction(1000), "万": Fraction(10_000), None: Fraction(10)}
        parts = value_of(match["under"]) if match["under"] else scales.get(match["parts"]) or value_of(match["parts"])
        if value is not None and parts:
            yield Amount("percent", 100 * value / parts, "%", *match.span())


def _counted(text: str) -> Iterator[Amount]:
    for match in _COUNTED.finditer(text):
        if match["first"]:
            yield Amount("ordinal", Fraction(1), unit_of(match["first"]).name, *match.span())
            continue
        number = match["number"].lower()
        unit = unit_of((match["sign"] or match["unit"] or "").strip())
        is_ordinal = bool(match["ordinal"] or match["th"] or number in ORDINALS)
        is_word = number == "one" or (number[0] in _SPOKEN and len(number) == 1 and unit is NO_UNIT and not is_ordinal)
        value = Fraction(ORDINALS[number]) if number in ORDINALS else value_of(number)
        if is_word:  # 统一, 万能
            continue
        if value is None:
            if len(number) > 1:  # 百度
                yield Amount("code", number, "", *match.span("number"))
            continue
        if match["half"] and unit.kind == "duration":  # 一年半
            value += Fraction(1, 2)
        article = number == "一" and unit.name in ARTICLES and not is_ordinal
        kind = "ordinal" if is_ordinal else unit.kind
        yield Amount(kind, value * unit.factor, unit.name, *match.span(), is_article=article)


_OF_SCALE: dict[str, Bound] = {"近": "nearly", "上": "over", "成": "over", "过": "over"}
_SPOKEN = "零〇一二两三四五六七八九十百千万亿"


def _as_ranges(text: str, found: list[Amount]) -> list[Amount]:
    """Give the first figure of a range the unit and scale of the second: the 10 of 10-20人, the 3 of 3-5万元."""
    for place, (first, second) in reversed(list(enumerate(pairwise(found)))):
        between = text[first.end : second.start]
        if first.kind != "plain" or isinstance(first.value, str) or isinstance(second.value, str):
            continue
        if second.moment is None and second.kind != "plain" and _RANGE.fullmatch(between):
            scale = re.search(r"\d([万亿千百]+)", text[second.start : second.end])
            factor = (value_of(f"1{scale[1]}") if scale and text[first.end - 1].isdigit() else None) or 1
            unit = unit_in(text[second.start : second.end])
            found[place] = replace(first, kind=second.kind, unit=second.unit, value=first.value * factor * unit.factor)
    return found


def _bound(text: str, one: Amount) -> Bound:
    """Return what the words around a figure make of it; nothing of one that does not tell how many."""
    spoken = one.kind == "code" and str(one.value)[0] in _SPOKEN  # 百亿 of 超百亿
    if one.moment or one.kind in ("ordinal", "relative") or (one.kind == "code" and not spoken):
        return ""
    if one.kind == "vague":
        return _OF_SCALE.get(text[one.start], "")
    return bound_of(
        text, one.start, one.end, is_time=one.kind == "duration", is_span=one.kind in ("duration", "length")
    )


def _same_moment(told: Amount, said: Amount) -> bool:
    if told.moment and said.moment:
        return told.moment.covers(said.moment)
    whole, bare = (told.moment, said) if told.moment else (said.moment, told)
    if whole is None or isinstance(bare.value, str):
        return False
    if bare.kind == "plain" and whole.year is not None and bare.value in _YEARS:
        return bare.value == whole.year  # "in 2023"
    only_a_day = whole.year is None and whole.month is None and whole.minute is None
    return bare.unit == "号" and only_a_day and bare.value == whole.day


def _of_one_kind(told: Amount, said: Amount) -> bool:
    """Whether two figures of equal value may be of the same thing."""
    kinds = {told.kind, said.kind}
    if len(kinds) == 1 and kinds <= {"code", "vague", "relative"}:
        return True
    if kinds <= {"count", "plain"} or kinds == {"ordinal"}:
        return exchangeable(told.unit, said.unit)
    if "ordinal" in kinds:
        return kinds <= {"ordinal", "count"} and told.unit == said.unit and counts_in_order(said.unit)
    if kinds == {"plain", "duration"}:
        return True  # "two months for offices, three for shops"
    if "plain" in kinds:
        return kinds <= {"money", "area", "plain"} and isinstance(said.value, Fraction) and said.value >= _LARGE
    return told.unit == said.unit or {told.unit, said.unit} == {"元", "块"}
