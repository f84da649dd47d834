"""Workbooks: what is written comes back, what people leave in cells is read, what is hostile is refused at once."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from desk.transfer_cells import TransferError, Unusable, unguarded
from desk.transfer_xlsx import CELL_CHARS, read_xlsx, write_xlsx
from tests.transfer_drafts import LINES

HEAD = ("编号", "标准问题")


def saved(fill: Callable[[Worksheet], object]) -> bytes:
    """A workbook as a spreadsheet saves it, strings shared."""
    book = Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(LINES, LINES, st.none() | st.dates()), max_size=3))
def test_what_is_written_comes_back(rows: list[tuple[str, str, date | None]]) -> None:
    read = dict(read_xlsx(write_xlsx([HEAD, *rows]), 10))
    for number, (first, second, day) in enumerate(rows, start=2):
        if number in read:
            told = [cell if isinstance(cell, date) else unguarded(str(cell or "")) for cell in read[number][:3]]
            wanted = day if day and day.year > 1900 else str(day or "")
            assert told == [first, second, wanted if day else ""]
        else:
            assert not (first or second or day)


def test_words_that_look_like_escapes_come_back() -> None:
    for text in ("甲_x000D_\n乙", "_x005F_x000D_", "\ufffe_xFFFE_", "_x0041_"):
        assert read_xlsx(write_xlsx([(text,)]), 10)[0][1][0] == text


def test_nothing_that_is_written_is_a_formula() -> None:
    sheet = load_workbook(io.BytesIO(write_xlsx([HEAD, (7, '=HYPERLINK("http://x")')]))).active
    assert [(cell.data_type, cell.value) for cell in sheet[2]] == [("n", 7), ("s", '\'=HYPERLINK("http://x")')]


def test_a_text_that_no_cell_holds_is_refused_not_cut() -> None:
    assert write_xlsx([("a" * CELL_CHARS,)])
    for text in ("a" * (CELL_CHARS + 1), "🍚" * (CELL_CHARS // 2 + 1)):
        with pytest.raises(TransferError, match="CSV"):
            write_xlsx([(text,)])


def test_cells_are_read_as_people_leave_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:E1")
        sheet["A1"] = "常见问答汇总"
        sheet.append([])
        sheet.append(["标准问题", "甲\r\n乙"])
        sheet.append([12, 12.0, 0.5, True, datetime(2024, 5, 6, 8, 30), "=A1+1"])
        sheet["G4"] = "#N/A"
        sheet["G4"].data_type = "e"

    rows = dict(read_xlsx(saved(fill), 10))
    assert sorted(rows) == [1, 3, 4]
    assert rows[4][:7] == ["12", "12", "0.5", True, date(2024, 5, 6), Unusable("=A1+1"), Unusable("#N/A")]


def test_cells_merged_over_rows_are_refused() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in range(1, 5):
            sheet.append([f"问{row}", "王芳"])
        sheet.merge_cells("B2:B4")

    with pytest.raises(TransferError, match="B2:B4"):
        read_xlsx(saved(fill), 10)


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SMALL = saved(lambda sheet: sheet.append(["标准问题"]))
BOMB = changed(SMALL, SHEET, lambda xml: xml.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>"))
ENTITIES = changed(SMALL, SHEET, lambda xml: b'<!DOCTYPE a [<!ENTITY x "xxxx">]>' + xml)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04nothing", "已损坏"),
        (SMALL[:-30], "已损坏"),
        (BOMB, "展开后太大"),
        (ENTITIES, "DOCTYPE"),
        (changed(SMALL, SHEET, lambda xml: xml[:-40]), "已损坏"),
        (saved(lambda sheet: [sheet.append(["问"]) for _ in range(12)]), "最多导入 10 行"),
    ],
    ids=["no archive", "cut", "bomb", "entities", "cut part", "too many rows"],
)
def test_what_is_no_workbook_or_asks_for_too_much_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(TransferError, match=told):
        read_xlsx(data, 10)


@pytest.mark.parametrize("row", [1_048_576, 10**12])
def test_rows_far_down_cost_little(row: int) -> None:
    started = time.perf_counter()
    far = changed(SMALL, SHEET, lambda xml: xml.replace(b'r="1"', f'r="{row}"'.encode()).replace(b'"A1"', b'"A9"'))
    assert len(read_xlsx(far, 10)) <= 1
    assert time.perf_counter() - started < 10
