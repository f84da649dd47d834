r"""The cells of a table of entries: how each is written, and read as people may have left it. Knows no file formats.

A source is one line, `资料｜path｜quote` or `工作人员｜name｜2024-05-06`; in its parts a backslash stands before what
would end them: `\｜`, `\n` for a line break, `\\` for itself, `\uXXXX` for what cannot be seen. Reading gives back
exactly what was written.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from desk.days import read_day
from desk.errors import DeskError
from desk.export import FORMULA
from desk.sources import Report
from rag.staff_answers import PassageSource, Source, StaffSource

PASSAGE, STAFF = "资料", "工作人员"
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "编号",
        "question": "标准问题",
        "similar": "相似问法",
        "negative": "不应匹配",
        "answer": "答案",
        "sources": "来源",
        "is_on": "启用",
        "valid_from": "生效日",
        "valid_to": "失效日",
        "owner": "负责人",
        "review_by": "复查日",
    }
)
"""A column of each, in order: as the code calls it, and as its head does."""
_OTHER_HEADS = {"问题": "question", "答复": "answer", "相似问题": "similar", "不应匹配的问题": "negative"}
_FIELD = {**{head: field for field, head in COLUMNS.items()}, **_OTHER_HEADS}
_GUARDED = re.compile(f"'*[{re.escape(''.join(FORMULA))}]")
_YES = frozenset({"是", "启用", "开", "true", "yes", "y", "on", "1", "√"})
_NO = frozenset({"否", "停用", "关", "false", "no", "n", "off", "0", "×"})
_ESCAPED = re.compile(r"\\(u[0-9a-f]{4}|.)", re.DOTALL)
_SHORT = {"\\": "\\\\", "｜": "\\｜", "\n": "\\n", "\r": "\\r"}
_LONG = {code[1]: char for char, code in _SHORT.items()}
_SEPARATOR = re.compile(r"(?<!\\)((?:\\\\)*)｜")


class TransferError(DeskError):
    """A table of entries cannot be read or written; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that holds no value: a formula, or the error of one."""

    text: str


Cell = str | int | date | Unusable | None
"""A figure is written as one, and read as a text."""


Reports = Callable[[str], Report | None]
"""Gives the report at a path."""


def field_of(head: Cell) -> str | None:
    """Return which column a head names, whatever its width, spaces and what is explained in brackets behind it."""
    if not isinstance(head, str):
        return None
    plain = "".join(unicodedata.normalize("NFKC", head).split())
    return _FIELD.get(re.sub(r"\(.*\)$", "", plain))


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before what looks like one."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """Return a text as it was before it was guarded."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def words(cell: Cell) -> str:
    """Return what a cell says."""
    if isinstance(cell, Unusable):
        raise TransferError(f"这一格是公式或错误值（{cell.text[:60]}），请改成它的结果再导入")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return "" if cell is None else unguarded(str(cell))


def lines(cell: Cell) -> tuple[str, ...]:
    """Return the lines of a cell that are not blank."""
    return tuple(line for line in words(cell).replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip())


def yes_or_no(cell: Cell, otherwise: bool) -> bool:
    """Return what a cell decides; an empty one leaves it as it is."""
    said = unicodedata.normalize("NFKC", words(cell)).strip().casefold()
    if not said:
        return otherwise
    if said not in _YES | _NO:
        raise TransferError(f"应写“是”或“否”，现在是：{said[:20]}")
    return said in _YES


def day(cell: Cell, field: str) -> date | None:
    """Return the day in a cell, None for an empty one; a moment of a day is that day."""
    return cell if isinstance(cell, date) else read_day(COLUMNS[field], re.sub(r"[ T]0?0:00(:00)?$", "", words(cell)))


def number(cell: Cell) -> int | None:
    """Return the number of an entry, None for an empty cell."""
    said = words(cell).strip()
    if not said:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", said) or not int(said):
        raise TransferError(f"编号应是导出时的数字；要新建请留空，现在是：{said[:20]}")
    return int(said)


def write_source(source: Source) -> str:
    """Return a source as one line."""
    if isinstance(source, StaffSource):
        parts = (STAFF, source.name, source.told_on.isoformat())
    else:
        parts = (PASSAGE, source.path, source.quote)
    return "｜".join(map(_escaped, parts))


def read_sources(cell: Cell, present: Sequence[Source], reports: Reports) -> tuple[Source, ...]:
    """Return the sources that a cell tells, one a line.

    Those that the entry has at `present` stay what they are, even when their report has changed since; what is new
    must be in its report word by word. Raises TransferError.
    """
    left = list(present)
    return tuple(_read_source(line, left, reports) for line in lines(cell))


def _read_source(line: str, left: list[Source], reports: Reports) -> Source:
    kind, name, rest = _parts(line)
    if kind == STAFF:
        told_on = read_day("来源的日期", rest)
        if told_on is None:
            raise TransferError(f"工作人员的来源缺日期：{line[:60]}")
        return StaffSource(name.strip(), told_on)
    for place, source in enumerate(left):
        if isinstance(source, PassageSource) and (source.path, source.quote) == (name, rest):
            return left.pop(place)
    return _passage(name, rest, reports)


def _parts(line: str) -> tuple[str, str, str]:
    """Return the three parts of a line; with no full-width bar in it, bars as keyboards have them divide it."""
    divided = _SEPARATOR.sub("\\1\n", line).split("\n") if "｜" in line else line.split("|", 2)
    kind = divided[0].strip()
    if len(divided) != 3 or kind not in (PASSAGE, STAFF):
        raise TransferError(
            f"来源应写成“资料｜文件｜原句”或“工作人员｜姓名｜2025-06-30”，一行一个，现在是：{line[:60]}"
        )
    return kind, _unescaped(divided[1]), _unescaped(divided[2])


def _passage(path: str, quote: str, reports: Reports) -> PassageSource:
    report = reports(path) or reports(path.strip())
    if report is None:
        raise TransferError(f"资料里没有这个文件：{path[:80]}")
    for said in (quote, quote.strip()):
        start = report.text.find(said) if said.strip() else -1
        if start >= 0:
            return PassageSource(report.id, report.path, report.title, said, start, start + len(said))
    raise TransferError(f"《{report.title}》里没有这句原文，请逐字照抄：{quote[:60]}")


def _escaped(part: str) -> str:
    return "".join(_SHORT.get(char) or (f"\\u{ord(char):04x}" if _is_unseen(char) else char) for char in part)


def _is_unseen(char: str) -> bool:
    return char in "\ufffe\uffff" or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _unescaped(part: str) -> str:
    def meant(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else _LONG.get(code, match[0])

    return _ESCAPED.sub(meant, part)
