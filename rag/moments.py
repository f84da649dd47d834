"""Dates and times of day in a text, as far as each is told: 2023年5月6日 covers 5月6日, 8:30 is 8点半.

Knows the calendar's words; a relative year ("去年") is what `rag.dates.resolve` put behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.numerals import value_of

_HAN_YEAR = r"[一二][零〇一二三四五六七八九]{3}"
_HAN_DIGITS = "一二两三四五六七八九十"
_SMALL = r"(?:\d{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_TO = r"\s?[-—–~～至到、和]\s?"
_DAY_MARK = r"[日号](?![楼线院馆机厂店])"
_DATE = re.compile(
    rf"(?<!\d)(?P<iso>(?P<iso_year>\d{{4}})[-/.](?P<iso_month>0?[1-9]|1[0-2])(?:[-/.](?P<iso_day>[0-2]?\d|3[01]))?(?![\d年-]))"
    rf"|(?<!\d)(?:(?P<year>[12]\d{{3}}|{_HAN_YEAR}|\d\d(?=年{_SMALL}月))年(?!代)(?:\)(?=[底初末上下]))?)?"
    rf"(?:(?<![\d.])(?P<month>{_SMALL})月(?:份(?!额)|(?!台|球|饼|亮|光))?(?:(?P<day>{_SMALL})(?:{_DAY_MARK}|(?={_TO}{_SMALL}{_DAY_MARK})))?)?"
    rf"(?P<part>(?:第?[一二三四1-4]季度)|[上下]半年|(?:(?<!\d)(?<![{_HAN_DIGITS}几数多每全整])年)?(?:底(?![部下气层线座蕴色])|初(?![具步始期级次中见衷创设拟等选赛])|末(?![端尾班路])|中(?![期央国心学医华东西小高部]))|[上中下]旬)?"
    rf"|(?<![\d.])(?P<lone_day>{_SMALL})日(?![本元报均常产处内间游])"
    rf"|(?<!\d)(?P<first_year>[12]\d{{3}})(?={_TO}[12]\d{{3}}年)"
    rf"|(?<![\d.])(?P<first_month>\d{{1,2}})(?={_TO}\d{{1,2}}月)"
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NAME = "|".join(f"{name}|{name[:3]}" if name != "may" else name for name in _MONTHS)
_ORDINAL = r"(?:st|nd|rd|th)?"
_ENGLISH = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}}){_ORDINAL}\s(?:of\s)?)?(?P<month>{_MONTH_NAME})\b\.?"
    rf"(?:\s(?P<after>\d{{1,2}}){_ORDINAL}(?!\d)(?:\s?[-–]\s?\d{{1,2}})?)?(?:,?\s(?:of\s)?(?P<year>[12]\d{{3}}))?",
    re.I,
)
_NAMED_MONTH = re.compile(
    r"(?:\b(?:in|on|of|since|by|until|till|from|to|late|early|mid|end|last|this|next|and)[ -]|\d\s?)$", re.I
)
_PERIOD = r"凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|晚间|夜间|夜里|[早晚]"
_CLOCK = re.compile(
    rf"(?P<period>{_PERIOD})?(?<![\d.:])(?P<hour>\d{{1,2}}|[一二两三四五六七八九]|十[一二]?)"
    r"(?:[:：](?P<colon>[0-5]\d)(?:[:：][0-5]\d)?(?![\d:])|(?:点钟|[点时](?![间代候期装评击球])(?:(?P<minute>[0-5]?\d|[二三四五]?十[一二三四五六七八九]?)分|(?P<half>半)|(?P<quarter>一刻)|整)?))?"
    r"(?:\s?(?P<noon>[ap])\.?m\b\.?)?",
    re.I,
)  # fmt: skip
_RELATIVE_YEAR = re.compile(r"(?:[今去前明上次当翌同]年|本年|this year|last year|next year)的?$", re.I)
_AFTERNOON = {"下午", "傍晚", "晚上", "晚间", "夜间", "晚", "p"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time of day at `start` to `end` of a text; what is None was not said.

    `part` is a part of the year or month ("底", "上半年"). `years` and `months` are what the text may mean where it
    does not say them: those named before, and the report's own year. `minute` counts from midnight; `whole_day` tells
    that it was said which half of the day is meant.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    part: str = ""
    minute: int | None = None
    whole_day: bool = False
    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()

    def covers(self, said: "Moment") -> bool:
        """Whether a text that tells this moment bears out `said`, which may tell less of it."""
        if self.minute is not None or said.minute is not None:
            return self._same_minute(said)
        return (
            (said.year is None or said.year == self.year or (self.year is None and said.year in self.years))
            and (said.month is None or said.month == self.month or (self.month is None and said.month in self.months))
            and (said.day is None or said.day == self.day)
            and said.part in ("", self.part)
        )

    def _same_minute(self, said: "Moment") -> bool:
        if self.minute is None or said.minute is None:
            return False
        if self.whole_day and said.whole_day:
            return self.minute == said.minute
        return self.minute % 720 == said.minute % 720


def moments(text: str, report_date: str = "") -> list[Moment]:
    """Return the dates and times of `text` (normalised) in order; `report_date` is ISO or empty."""
    found = sorted((*_dates(text), *_english_dates(text)), key=lambda moment: (moment.start, -moment.end))
    found = [one for place, one in enumerate(found) if all(one.start >= other.end for other in found[:place])]
    taken = (
        "".join("\0" if any(one.start <= i < one.end for one in found) else char for i, char in enumerate(text))
        if found
        else text
    )
    return sorted((*_in_context(text, found, report_date), *_clocks(taken)), key=lambda moment: moment.start)


def _in_context(text: str, found: list[Moment], report_date: str) -> Iterator[Moment]:
    """Give each date the years and months that it may be of."""
    own = {int(report_date[:4])} if re.match(r"[0-9]{4}", report_date) else set()
    year: int | None = None
    month: int | None = None
    for one in found:
        year, month = one.year or year, one.month or (None if one.year else month)
        relative = _RELATIVE_YEAR.search(text[max(0, one.start - 4) : one.start])  # it is told which year, behind it
        years = frozenset() if relative else frozenset(own | ({year} if year else set()))
        yield Moment(
            one.start,
            one.end,
            one.year,
            one.month,
            one.day,
            one.part,
            years=years,
            months=frozenset({month} if month else ()),
        )


def _number(text: str | None) -> int | None:
    value = value_of(text) if text else None
    return None if value is None else int(value)


def _dates(text: str) -> Iterator[Moment]:
    for match in _DATE.finditer(text):
        if match.start() == match.end():
            continue
        year = _number(match["iso_year"] or match["year"] or match["first_year"])
        month = _number(match["iso_month"] or match["month"] or match["first_month"])
        day = _number(match["iso_day"] or match["day"] or match["lone_day"])
        part = _part(match["part"] or "")
        if (month or 1) > 12 or (day or 1) > 31 or 0 in (month, day) or match.group() in {"底", "初", "末", "中"}:
            continue
        yield Moment(
            *match.span(),
            2000 + year if year and year < 50 else 1900 + year if year and year < 100 else year,
            month,
            day,
            part,
        )


def _part(text: str) -> str:
    quarter = re.search(r"[一二三四1-4](?=季度)", text)
    return f"{_number(quarter.group())}季度" if quarter else text.removeprefix("年")


def _english_dates(text: str) -> Iterator[Moment]:
    for match in _ENGLISH.finditer(text):
        if not (match["day"] or match["after"] or match["year"] or _NAMED_MONTH.search(text[: match.start()])):
            continue  # it may be the verb
        month = next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(match["month"].lower()[:3]))
        yield Moment(*match.span(), _number(match["year"]), month, _number(match["day"] or match["after"]))


def _clocks(text: str) -> Iterator[Moment]:
    for match in _CLOCK.finditer(text):
        told = match.end() > match.end("hour")
        hour = _number(match["hour"])
        spoken = not match["hour"].isdigit() and not (
            match["period"] or match["half"] or match["minute"] or match.group().endswith(("钟", "整"))
        )
        if not told or spoken or hour is None or hour > 24:
            continue
        minute = 30 if match["half"] else 15 if match["quarter"] else _number(match["colon"] or match["minute"]) or 0
        period = match["period"] or (match["noon"] or "").lower()
        later = 12 if hour < 12 and (period in _AFTERNOON or (period == "中午" and hour < 4)) else 0
        yield Moment(*match.span(), minute=(hour + later) % 24 * 60 + minute, whole_day=bool(period) or hour > 12)
