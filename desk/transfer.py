"""Entries as a table that staff edit elsewhere: exported, and imported in two steps, what would change before it does.

    planned = plan(database, data, "faq.xlsx", reports)  # reads only
    apply(database, planned, by="王芳")                   # all of it or nothing

A row with a number changes that entry, one without changes the entry of the same question, or adds one. A column that
is not there leaves what it would hold as it is. Knows nothing of pages.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import note
from desk.database import Database
from desk.entry_finding import with_parts
from desk.entry_records import EntryChangedError, EntryDraft, EntryError
from desk.entry_rows import draft_of
from desk.entry_taken import Taken
from desk.entry_writing import EntryWriter
from desk.tables import FaqEntry
from desk.transfer_cells import COLUMNS, Cell, Reports, TransferError
from desk.transfer_csv import Rows, read_csv, write_csv
from desk.transfer_rows import Difference, Heads, Known, Standing, differences, draft_cells, planned_draft
from desk.transfer_xlsx import read_xlsx, write_xlsx
from desk.types import utc_now

Form = Literal["csv", "xlsx"]
MOST_BYTES = 10_000_000
MOST_ROWS = 5_000
_MOST_NAME = 200
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Addition:
    """A row of which a new entry would be made; `row` counts as spreadsheets do."""

    row: int
    draft: EntryDraft


@dataclass(frozen=True, slots=True)
class Modification:
    """A row that would change an entry, which was at `revision` when it was read."""

    row: int
    entry_id: int
    revision: int
    draft: EntryDraft
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be imported, and what to do."""

    row: int
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do; nothing has been done. `notes` are what it would leave out."""

    filename: str
    steps: tuple[Addition | Modification, ...] = ()
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[Addition, ...]:
        """The rows that would become entries."""
        return tuple(step for step in self.steps if isinstance(step, Addition))

    @property
    def changed(self) -> tuple[Modification, ...]:
        """The rows that would change entries."""
        return tuple(step for step in self.steps if isinstance(step, Modification))


def export_entries(database: Database, form: Form, *, by: str) -> bytes:
    """Return all entries as a file, and write into the audit that it was exported."""
    with database.writing() as session:
        note(session, by, "faq.export", "faq", {"format": form})
    with database.session() as session:
        rows = [tuple(COLUMNS.values()), *(_cells(one) for one in _standing(session))]
    return write_xlsx(rows) if form == "xlsx" else write_csv(rows)


def plan(database: Database, data: bytes, filename: str, reports: Reports) -> Plan:
    """Return what an import of a file would do, row by row. Raises TransferError when it cannot be read at all."""
    heads = Heads(read_rows(data))
    with database.session() as session:
        planner = _Planner(Known(_standing(session)), Taken(session), reports)
        for number, cells in heads.rows:
            planner.add(number, heads.by_field(cells))
    return Plan(
        filename[:_MOST_NAME], tuple(planner.steps), planner.unchanged, tuple(planner.problems), tuple(heads.notes)
    )


def read_rows(data: bytes) -> Rows:
    """Return the rows of a CSV file or a workbook, whichever it is, whatever it is called."""
    if not data:
        raise TransferError("文件是空的")
    if len(data) > MOST_BYTES:
        raise TransferError(f"文件有 {len(data) / 1e6:.1f} MB，最多 {MOST_BYTES // 1_000_000} MB，请把它分成几份")
    if data.startswith(_OLD_EXCEL):
        raise TransferError("这是旧格式（.xls）或加了密码的 Excel 文件，请另存为不加密的 .xlsx 再导入")
    return read_xlsx(data, MOST_ROWS) if data.startswith(_ZIP) else read_csv(data, MOST_ROWS)


def apply(database: Database, planned: Plan, *, by: str, clock: Callable[[], datetime] = utc_now) -> int:
    """Do what was planned, in one transaction; return how many entries were added or changed.

    Raises TransferError when the plan has problems or nothing to do, EntryChangedError when what it rests on has
    changed since; nothing is done then.
    """
    if planned.problems:
        raise TransferError(f"文件里还有 {len(planned.problems)} 处问题，请改好后重新选择文件；什么也没有导入")
    if not planned.steps:
        raise TransferError("没有要导入的内容：文件里的条目与现有的相同")
    now = clock()
    with database.writing() as session:
        writer = EntryWriter(session, by, now)
        for step in planned.steps:
            _take(writer, step)
        told = {"file": planned.filename, "added": len(planned.added), "changed": len(planned.changed)}
        note(session, by, "faq.import", "faq", told, now)
    return len(planned.steps)


def _take(writer: EntryWriter, step: Addition | Modification) -> None:
    try:
        if isinstance(step, Addition):
            writer.publish(step.draft)
        else:
            writer.change(step.entry_id, step.draft, revision=step.revision)
    except EntryError as error:
        raise EntryChangedError(
            f"预览之后有人改动过，什么也没有导入，请重新选择文件再看一遍。第 {step.row} 行：{error}"
        ) from error


class _Planner:
    """Reads row after row, as `apply` will take them."""

    def __init__(self, known: Known, taken: Taken, reports: Reports) -> None:
        self._known = known
        self._taken = taken
        self._reports = reports
        self._rows: dict[int, int] = {}
        self.steps: list[Addition | Modification] = []
        self.problems: list[Problem] = []
        self.unchanged = 0

    def add(self, row: int, cells: dict[str, Cell]) -> None:
        """Read one row; what is wrong with it becomes a problem."""
        try:
            self._add(row, cells)
        except (EntryError, TransferError) as error:
            self.problems.append(Problem(row, _in_chinese(str(error))))

    def _add(self, row: int, cells: dict[str, Cell]) -> None:
        present = self._known.meant_by(cells)
        if present and present.id in self._rows:
            raise TransferError(f"与第 {self._rows[present.id]} 行是同一条常见问答（编号 {present.id}），请只留一行")
        if present:
            self._rows[present.id] = row
        draft = planned_draft(cells, present, self._reports)
        if present and draft == present.draft:
            self.unchanged += 1
            return
        self._taken.check(draft, present.id if present else None)
        self._taken.put(present.id if present else -row, draft)
        self.steps.append(_modification(row, present, draft) if present else Addition(row, draft))


def _modification(row: int, present: Standing, draft: EntryDraft) -> Modification:
    return Modification(row, present.id, present.revision, draft, differences(present.draft, draft))


def _cells(one: Standing) -> tuple[Cell, ...]:
    return (one.id, *draft_cells(one.draft))


def _standing(session: Session) -> list[Standing]:
    rows: Iterable[FaqEntry] = session.scalars(with_parts(select(FaqEntry).order_by(FaqEntry.id)))
    return [Standing(row.id, row.revision, draft_of(row)) for row in rows]


def _in_chinese(message: str) -> str:
    """Return the Chinese half of a message that is told in both languages; what is yet to be an entry is a row."""
    return re.sub(r"常见问答 -(\d+)", r"第 \1 行", message.partition(" / ")[0])
