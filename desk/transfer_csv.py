"""Tables of entries as CSV: written for Excel, read however a spreadsheet or an editor has saved them."""

import csv
import io
from collections.abc import Iterable, Sequence

from desk.export import BOM
from desk.transfer_cells import Cell, TransferError, field_of, guarded

_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"
_CELL_CHARS = 1_000_000

Rows = list[tuple[int, Sequence[Cell]]]
"""Rows that are not empty, each with its number as spreadsheets count, from 1."""


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV that Excel takes for UTF-8; texts that look like formulas are guarded."""
    out = io.StringIO()
    csv.writer(out).writerows([guarded(str(cell)) if cell is not None else "" for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode("utf-8")


def read_csv(data: bytes, most_rows: int) -> Rows:
    """Return the rows of a CSV file; raise TransferError when it is none."""
    text = _decoded(data)
    if "\0" in text:
        raise TransferError("文件里有 NUL 字符，不是 CSV 表格；请从 Excel 另存为 CSV 或 XLSX 再导入")
    rows: Rows = []
    try:
        for number, row in enumerate(_reader(text), start=1):
            if any(cell.strip() for cell in row):
                rows.append((number, row))
            if len(rows) > most_rows + 1:
                raise TransferError(f"一次最多导入 {most_rows} 行，请把文件分成几份")
    except csv.Error as error:
        raise TransferError(f"第 {len(rows) + 1} 行附近不是完整的 CSV（多半是引号没有成对），请检查") from error
    return rows


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith(_UTF16) else _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TransferError("认不出文件的编码；请把它存成 UTF-8（或 GB18030）的 CSV，或 XLSX，再导入")


def _reader(text: str) -> Iterable[list[str]]:
    csv.field_size_limit(_CELL_CHARS)  # the whole file is bounded, and Excel's cells hold less
    return csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)


def _delimiter(text: str) -> str:
    """Return which sign divides the cells: the one by which the heads of most columns are found in the first lines."""
    head = text[:4_000].split("\n")[:10]

    def known(delimiter: str) -> int:
        return max(sum(field_of(cell.strip('"\r ')) is not None for cell in line.split(delimiter)) for line in head)

    return max(_DELIMITERS, key=known)
