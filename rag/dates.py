"""Relative dates of a report made absolute: "去年10月" in a report of 2023 is 2022年10月. Pure functions."""

import re

_OFFSETS = {"今年": 0, "本年": 0, "本年度": 0, "年内": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1}
_RELATIVE = re.compile(
    r"(?P<year>今年|本年度?|去年|上年(?!度)|(?<!以)(?<!之)(?<!\d)前年|明年)(?P<rest>\d{1,2}月(?:\d{1,2}日)?)?"
)


def resolve(text: str, report_date: str) -> str:
    """Return `text` with "（2022年10月）" put after each relative date of a report dated `report_date` (ISO or "")."""
    if not re.match(r"\d{4}", report_date):
        return text
    year = int(report_date[:4])
    return _RELATIVE.sub(lambda match: f"{match.group()}（{absolute(match, year)}）", text)


def absolute(match: re.Match[str], report_year: int) -> str:
    """Return the date that a relative one means in a report of `report_year`."""
    return f"{report_year + _OFFSETS[match['year']]}年{match['rest'] or ''}"


def without_notes(text: str) -> str:
    """Undo `resolve`: return `text` without the notes it put in."""
    return re.sub(
        rf"({_RELATIVE.pattern})（\d{{4}}年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?）", lambda match: match.group(1), text
    )
