"""The figures as tables for a spreadsheet: columns and rows, in Chinese. Knows no database."""

import csv
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TextIO

from desk import words
from desk.export import BOM, cell
from desk.figure_records import MODES, Day, Told, Totals

What = Literal["summary", "days", "topics", "unanswered", "feedback", "shares"]
Row = Sequence[object]
Table = tuple[tuple[str, ...], list[Row]]

_KINDS = {"section": "资料章节", "faq": "常见问答"}


def table(told: Told, what: What) -> Table:
    """Return the names of the columns, and the rows."""
    return _TABLES[what](told)


def write(told: Told, what: What, out: TextIO) -> None:
    """Write a table as CSV that Excel opens as it is."""
    columns, rows = table(told, what)
    out.write(BOM)
    written = csv.writer(out)
    written.writerow(columns)
    written.writerows([cell(value) for value in row] for row in rows)


def _days(told: Told) -> Table:
    names = (words.MODES[mode] for mode in MODES)
    columns = ("日期", "提问", *names, "响应时间中位数（毫秒）", "响应时间95%（毫秒）")
    return columns, [_day(day) for day in told.daily]


def _day(day: Day) -> Row:
    counts = (day.by_mode.get(mode, 0) for mode in MODES)
    return (day.day.isoformat(), day.asked, *counts, day.p50_ms, day.p95_ms)


def _summary(told: Told) -> Table:
    columns = ("指标", "本期", "上期")
    names = ("提问", *(words.MODES[mode] for mode in MODES), "对话", "有帮助", "没帮助")
    names += ("响应时间中位数（毫秒）", "响应时间95%（毫秒）")
    return columns, list(zip(names, _sums(told.totals), _sums(told.before), strict=True))


def _sums(totals: Totals) -> Row:
    counts = (totals.by_mode.get(mode, 0) for mode in MODES)
    judged = (totals.helpful, totals.unhelpful)
    return (totals.asked, *counts, totals.conversations, *judged, totals.p50_ms, totals.p95_ms)


def _topics(told: Told) -> Table:
    return ("话题", "来源", "提问"), [(topic.title, _KINDS[topic.kind], topic.asked) for topic in told.topics]


def _unanswered(told: Told) -> Table:
    return ("编号", "待答问题", "提问"), [(one.id, one.title, one.asked) for one in told.unanswered]


def _feedback(told: Told) -> Table:
    given: list[Row] = [("有帮助", told.totals.helpful), ("没帮助", told.totals.unhelpful)]
    return ("反馈", "次数"), given + [(f"没帮助：{words.reason(reason)}", count) for reason, count in told.reasons]


def _shares(told: Told) -> Table:
    channels: list[Row] = [("渠道", words.CHANNELS[name], count) for name, count in told.channels]
    return ("项目", "取值", "提问"), channels + [
        ("语言", words.LANGUAGES[name], count) for name, count in told.languages
    ]


_TABLES: Mapping[What, Callable[[Told], Table]] = MappingProxyType(
    {
        "summary": _summary,
        "days": _days,
        "topics": _topics,
        "unanswered": _unanswered,
        "feedback": _feedback,
        "shares": _shares,
    }
)
