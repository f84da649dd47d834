"""The YAML block at the head of a report: title, date, source, tags. Every value is read as it was written.

No value becomes a Python date or number (a date keeps the precision it was given), no alias is followed and the block
is short, so no file can make reading it slow.
"""

import re
from dataclasses import dataclass

import yaml

from index.errors import ReadError

_MOST_CHARS = 20_000
_FENCE = re.compile(r"---[ \t]*(?:\n|\Z)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.M)
_FIRST_KEY = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[\"']?[\w-]{1,30}[\"']?[ \t]*[:：]")
_KEYS = {
    "title": ("title", "标题", "標題", "题目"),
    "date": ("date", "日期", "时间", "發布日期", "发布日期"),
    "source": ("source", "来源", "來源"),
    "tags": ("tags", "keywords", "标签", "標籤", "关键词"),
}
_DATE = re.compile(
    r"(?P<y>\d{4})(?:\s*年|(?=[-/.]|$))(?:[-/.]?\s*(?P<m>\d{1,2})(?:\s*月|(?=[-/.T\s]|$))"
    r"(?:[-/.]?\s*(?P<d>\d{1,2})\s*[日号]?)?)?(?:[T\s]+\d{1,2}:\d{2}.*)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a report says of itself; empty where it does not say."""

    title: str = ""
    date: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()


class _Loader(yaml.BaseLoader):  # type: ignore[misc]
    """YAML with strings only, and no aliases: a few bytes of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node, index: object) -> yaml.Node:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        return super().compose_node(parent, index)


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return what a leading `---` block says and the text after it; a text without one comes back whole.

    Raises ReadError with code `front-matter` when there is a block that cannot be used.
    """
    opening = _FENCE.match(text)
    if not opening or not _FIRST_KEY.match(text, opening.end(), opening.end() + _MOST_CHARS):
        return FrontMatter(), text
    closing = _END.search(text, opening.end(), opening.end() + _MOST_CHARS)
    if not closing:
        raise _error(f"no closing --- within {_MOST_CHARS} characters")
    fields = _parse(text[opening.end() : closing.start()])
    return _read(fields), text[closing.end() :]


def iso_date(written: str) -> str:
    """Return a date as ISO, as precise as written: 2023, 2023-10 or 2023-10-27; empty for empty.

    Raises ReadError with code `front-matter` for what is no date.
    """
    written = re.sub(r"\s+", " ", written).strip()
    if not written:
        return ""
    compact = _COMPACT_DATE.fullmatch(written)
    match = _DATE.fullmatch("-".join(compact.groups()) if compact else written)
    if not match or not _exists(match["m"], match["d"]):
        raise _error(f"date {written[:40]!r} is not one: write 2023, 2023-10 or 2023-10-27")
    return "-".join(f"{int(part):02d}" for part in (match["y"], match["m"], match["d"]) if part)


def _exists(month: str | None, day: str | None) -> bool:
    if month is None:
        return True
    return 1 <= int(month) <= 12 and (day is None or 1 <= int(day) <= _DAYS[int(month) - 1])


def _parse(block: str) -> dict[str, object]:
    try:
        fields = yaml.load(block, Loader=_Loader)  # noqa: S506, our loader makes nothing but strings
    except (yaml.YAMLError, RecursionError) as error:
        raise _error(_one_line(error)) from error
    if not isinstance(fields, dict):
        raise _error("each line must read `key: value`, with an ASCII colon and a space")
    return {str(key).strip().lower(): value for key, value in fields.items()}


def _one_line(error: Exception) -> str:
    """Say what is wrong and on which line of the file (the block begins on its second)."""
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    mark = getattr(error, "problem_mark", None)
    return f"{str(problem)[:120]}, line {mark.line + 2}" if mark else str(problem)[:120]


def _read(fields: dict[str, object]) -> FrontMatter:
    return FrontMatter(
        title=_text(fields, "title"),
        date=iso_date(_text(fields, "date")),
        source=_text(fields, "source"),
        tags=_tags(_value(fields, "tags")),
    )


def _value(fields: dict[str, object], name: str) -> object:
    value = next((fields[key] for key in _KEYS[name] if key in fields), "")
    return "" if value in ("~", "null") else value


def _text(fields: dict[str, object], name: str) -> str:
    value = _value(fields, name)
    if not isinstance(value, str):
        raise _error(f"{name} must be one line of text")
    return " ".join(value.split())


def _tags(value: object) -> tuple[str, ...]:
    words = re.split(r"[,，、;；]", value) if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise _error("tags must be a list of words")
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))


def _error(problem: str) -> ReadError:
    return ReadError(f"文件头有误 (front matter cannot be read): {problem}; correct it or remove it", "front-matter")
