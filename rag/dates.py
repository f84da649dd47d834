"""Relative dates of a report made absolute: "去年10月" in a report of 2023 is 2022年10月. Pure functions."""

import re

_OFFSETS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1}
# The lookarounds are for words that only look like one: 如今年轻, 至今年均, 过去年间, 目前年产, 文明年, 基本年.
_YEAR = (
    r"(?<![如当现至迄])今年|(?<=[至迄])今年(?=[底初末中年\d])|(?<!基)本年(?!度)|(?<![过失逝])去年|(?<![以之])上年(?!度)"
    r"|(?:(?<![\u3400-\u9fff])|(?<=[比较和与到在于至及]))前年"
    r"|(?<![清文声证说发表注标光聪鲜透阐申查指])明年"
)
_REST = r"\d{1,2}月(?:\d{1,2}[日号]|[上中下]旬|[初底末])?"
_RELATIVE = re.compile(rf"(?P<year>{_YEAR})(?P<rest>{_REST})?+(?!（\d{{4}}年)")
_REPORT_YEARS = range(1000, 9999)


def resolve(text: str, report_date: str) -> str:
    """Return `text` with "（2022年10月）" put after each relative date of a report dated `report_date` (ISO or "")."""
    dated = re.match(r"[0-9]{4}", report_date)
    if not dated or int(dated.group()) not in _REPORT_YEARS:
        return text
    year = int(dated.group())
    return _RELATIVE.sub(lambda match: f"{match.group()}（{_absolute(match, year)}）", text)


def _absolute(match: re.Match[str], report_year: int) -> str:
    return f"{report_year + _OFFSETS[match['year']]}年{match['rest'] or ''}"
