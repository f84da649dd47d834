"""From a table's rows to entries: which columns there are, which entry a row means, and what it would make of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from desk.days import DayError
from desk.entry_records import EntryDraft
from desk.entry_rules import QUESTION_CHARS, checked, key
from desk.transfer_cells import (
    COLUMNS,
    Cell,
    Reports,
    TransferError,
    day,
    field_of,
    lines,
    number,
    read_sources,
    words,
    write_source,
    yes_or_no,
)
from desk.transfer_csv import Rows

_SEARCHED = 10  # rows in which the heads are looked for: there may be a title above them


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as it is now."""

    id: int
    revision: int
    draft: EntryDraft


@dataclass(frozen=True, slots=True)
class Difference:
    """What a column says now, and what it would say."""

    column: str
    old: str
    new: str


class Heads:
    """The heads of a table, and the rows below them; `notes` tell which columns are left out."""

    def __init__(self, rows: Rows) -> None:
        place, self._fields = _find_heads(rows)
        self.rows = rows[place + 1 :]
        self.notes = [
            f"“{str(head)[:40]}”这一列不认识，不会导入"
            for column, head in enumerate(rows[place][1])
            if column not in self._fields.values() and head not in (None, "")
        ]

    def by_field(self, cells: Sequence[Cell]) -> dict[str, Cell]:
        """Return the cells of a row by what they are; a row may end early."""
        return {field: cells[column] if column < len(cells) else None for field, column in self._fields.items()}


def _find_heads(rows: Rows) -> tuple[int, dict[str, int]]:
    for place, (row, cells) in enumerate(rows[:_SEARCHED]):
        named = [(field, column) for column, head in enumerate(cells) if (field := field_of(head))]
        found = dict(reversed(named))
        if "question" not in found:
            continue
        if len(found) < len(named):
            twice = next(field for field, column in named if found[field] != column)
            raise TransferError(f"第 {row} 行的表头里“{COLUMNS[twice]}”出现了两次，请删去一列")
        return place, found
    raise TransferError(f"找不到表头：前几行里应有“标准问题”一列；各列是：{'、'.join(COLUMNS.values())}")


class Known:
    """The entries there are, by number and by question."""

    def __init__(self, standing: Sequence[Standing]) -> None:
        self._by_id = {one.id: one for one in standing}
        self._by_question: dict[str, list[Standing]] = defaultdict(list)
        for one in standing:
            self._by_question[key(one.draft.question)].append(one)

    def meant_by(self, cells: Mapping[str, Cell]) -> Standing | None:
        """Return the entry that a row means, by its number, or without one by its question; None: a new one."""
        wanted = number(cells.get("id"))
        if wanted is None:
            return self._asking(words(cells.get("question")))
        if wanted not in self._by_id:
            raise TransferError(f"没有编号为 {wanted} 的常见问答，可能已被删除；要新建请把编号留空")
        return self._by_id[wanted]

    def _asking(self, question: str) -> Standing | None:
        found = self._by_question.get(key(question[: QUESTION_CHARS + 1]), [])
        if len(found) > 1:
            numbers = "、".join(str(one.id) for one in found)
            raise TransferError(f"有几条常见问答是这个标准问题（编号 {numbers}），请写明编号")
        return found[0] if found else None


def planned_draft(cells: Mapping[str, Cell], present: Standing | None, reports: Reports) -> EntryDraft:
    """Return what a row makes of an entry, checked; raise TransferError or EntryError for what cannot be."""
    before = present.draft if present else EntryDraft("", "")
    if present is None and not lines(cells.get("sources")):
        raise TransferError("缺来源，请写成“工作人员｜姓名｜2025-06-30”或“资料｜文件｜原句”")
    told = dict(_told(cells, before, reports))
    return checked(replace(before, **told))


def _told(cells: Mapping[str, Cell], before: EntryDraft, reports: Reports) -> Iterator[tuple[str, Any]]:
    for field in (field.name for field in fields(EntryDraft) if field.name in cells):
        try:
            yield field, _value(field, cells[field], before, reports)
        except DayError as error:
            raise TransferError(str(error)) from error
        except TransferError as error:
            raise TransferError(f"“{COLUMNS[field]}”：{error}") from error


def _value(field: str, cell: Cell, before: EntryDraft, reports: Reports) -> object:
    match field:
        case "similar" | "negative":
            return lines(cell)
        case "sources":
            return read_sources(cell, before.sources, reports)
        case "is_on":
            return yes_or_no(cell, before.is_on)
        case "valid_from" | "valid_to" | "review_by":
            return day(cell, field)
        case _:
            return words(cell)


def draft_cells(draft: EntryDraft) -> tuple[Cell, ...]:
    """Return the cells of a draft, in the columns' order but for the number."""
    return (
        draft.question,
        "\n".join(draft.similar),
        "\n".join(draft.negative),
        draft.answer,
        "\n".join(map(write_source, draft.sources)),
        "是" if draft.is_on else "否",
        draft.valid_from,
        draft.valid_to,
        draft.owner,
        draft.review_by,
    )


def differences(old: EntryDraft, new: EntryDraft) -> tuple[Difference, ...]:
    """Return the columns in which two drafts differ, in their order, as the table writes them."""
    heads = list(COLUMNS.values())[1:]
    told = zip(heads, draft_cells(old), draft_cells(new), strict=True)
    return tuple(Difference(head, _words(before), _words(after)) for head, before, after in told if before != after)


def _words(cell: Cell) -> str:
    return "" if cell is None else str(cell)
