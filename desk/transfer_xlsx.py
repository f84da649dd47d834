"""Tables of entries as Excel workbooks, written and read; what a hostile file can cost is bounded.

The only file that knows openpyxl.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from desk.errors import DeskError
from desk.transfer_cells import Cell, TransferError, Unusable, guarded
from desk.transfer_csv import Rows

UNPACKED_BYTES = 50_000_000
PARTS = 1_000
COLUMNS = 50
ROWS = 1_048_576
CELL_CHARS = 32_767
"""Most that a cell of Excel holds, in UTF-16 units."""
_WIDTHS = (8, 36, 36, 30, 60, 50, 8, 13, 13, 12, 13)
_BAD = re.compile("[\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = re.compile("_x(005F|FFFE|FFFF)_|_x000D_\n")
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def write_xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows, the heads first, as a workbook; raise TransferError for what a cell cannot hold."""
    from openpyxl import Workbook  # only whoever uses Excel waits for it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("常见问答")
    sheet.freeze_panes = "C2"
    for letter, width in zip("ABCDEFGHIJK", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for place, row in enumerate(rows):
        sheet.append([_written(sheet, cell, is_head=place == 0) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _written(sheet: Any, value: Cell, is_head: bool) -> Any:  # noqa: ANN401 - openpyxl has no types
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cell = WriteOnlyCell(sheet)
    if isinstance(value, int):
        cell.value = value
    elif isinstance(value, date) and value.year > 1900:
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif value is not None:
        text = guarded(str(value))
        if len(text.encode("utf-16-le", "surrogatepass")) > 2 * CELL_CHARS:
            raise TransferError(f"有一格超过 Excel 的上限 {CELL_CHARS} 字（“{text[:30]}…”），请改为导出 CSV")
        cell.value = _BAD.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
        cell.data_type = "s"  # whatever it looks like
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=is_head)
    return cell


def read_xlsx(data: bytes, most_rows: int) -> Rows:
    """Return the rows of a workbook's first sheet; raise TransferError when it is none, or asks for too much."""
    _check_size(data)
    try:
        return _rows(data, most_rows)
    except DeskError:
        raise
    # openpyxl raises whatever it stumbles on
    except Exception as error:
        raise _unreadable() from error


def _unreadable() -> TransferError:
    return TransferError("读不出这个 Excel 文件，它可能已损坏；请用 Excel 打开后另存为 .xlsx 再导入")


def _check_size(data: bytes) -> None:
    """Raise TransferError for a file that would unpack to too much, or that declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # what is read of a part ends where its declared size does, so the sum bounds all
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
                raise TransferError("这个 Excel 文件展开后太大；请只保留要导入的工作表和列，去掉图片，再导入")
            for part in parts:
                content = archive.read(part) if part.filename.endswith((".xml", ".rels")) else b""
                if any(mark in content for mark in _DOCTYPE):
                    raise TransferError("这个 Excel 文件含有不该有的声明（DOCTYPE），不能导入")
    except TransferError:
        raise
    except Exception as error:  # a damaged, encrypted or strangely compressed archive
        raise _unreadable() from error


def _rows(data: bytes, most_rows: int) -> Rows:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True)
    try:
        if not book.worksheets:
            raise TransferError("这个 Excel 文件里没有工作表")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may declare any
        rows = list(_filled(sheet, most_rows))
        _check_merged(sheet, {number for number, _ in rows})
        return rows
    finally:
        book.close()


def _filled(sheet: Any, most_rows: int) -> Iterator[tuple[int, Sequence[Cell]]]:  # noqa: ANN401 - as above
    from openpyxl.cell.read_only import EMPTY_CELL

    found, gap = 0, None
    for number, row in enumerate(sheet.iter_rows(max_col=COLUMNS, max_row=ROWS), start=1):
        if row is gap or all(cell is EMPTY_CELL for cell in row):
            gap = row  # one and the same for a million rows that are missing
            continue
        cells = [_read(cell) for cell in row]
        if any(cell not in (None, "") for cell in cells):
            found += 1
            if found > most_rows + 1:
                raise TransferError(f"一次最多导入 {most_rows} 行，请把文件分成几份")
            yield number, cells


def _read(cell: Any) -> Cell:  # noqa: ANN401 - as above
    value = cell.value
    if cell.data_type in ("f", "e") and value is not None:
        return Unusable(str(value))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | time | timedelta):
        return value if isinstance(value, date) else str(value)
    return _WRITTEN.sub(lambda match: chr(int(match[1], 16)) if match[1] else "\n", str(value))


def _check_merged(sheet: Any, filled: set[int]) -> None:  # noqa: ANN401 - as above
    """Raise TransferError for cells merged over rows: whose the value is could only be guessed."""
    with sheet.parent._archive.open(sheet._worksheet_path) as part:  # read-only sheets do not tell them
        for match in _MERGED.finditer(part.read()):
            first, last = int(match[2]), int(match[4])
            if first != last and filled & set(range(first, min(last, first + 20_000) + 1)):
                area = b":".join((match[1] + match[2], match[3] + match[4])).decode()
                raise TransferError(f"表里有跨行合并的单元格（{area}），请取消合并并逐行填好再导入")
