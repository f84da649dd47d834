"""CSV as spreadsheets and editors save it."""

import codecs
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.transfer_cells import Cell, TransferError, unguarded
from desk.transfer_csv import read_csv, write_csv
from tests.transfer_drafts import LINES

HEAD = ("编号", "标准问题", "答案")
ROWS = ((1, HEAD), (2, ("", "班车几点？", "七点，半\n不等人")))
TEXT = '编号,标准问题,答案\r\n,班车几点？,"七点，半\n不等人"\r\n'


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(LINES | st.none(), min_size=2, max_size=4), max_size=4))
def test_what_is_written_comes_back(rows: list[list[str | None]]) -> None:
    data = write_csv([HEAD, *rows])
    assert data.startswith(codecs.BOM_UTF8)
    told = {number: [unguarded(str(cell)) for cell in row] for number, row in read_csv(data, 10)}
    for number, row in enumerate(rows, start=2):
        cells = [cell or "" for cell in row]
        assert told.get(number, cells) == cells
        assert number in told or not "".join(cells).strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_any_encoding_delimiter_and_line_end(encoding: str, delimiter: str, end: str) -> None:
    data = TEXT.replace(",", delimiter).replace("\r\n", end).encode(encoding)
    assert _plain(read_csv(data, 10)) == ROWS


def test_blank_rows_count_but_are_not_read() -> None:
    assert [number for number, _ in read_csv("标准问题\n\n,,\n问\n".encode(), 10)] == [1, 4]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xff\x80", "编码"),
        ("标准问题\0\n".encode(), "NUL"),
        ('标准问题\n"没有完'.encode(), "引号"),
        (("标准问题\n" + "问\n" * 11).encode(), "最多导入 10 行"),
        (("标准问题\n" + "问" * 1_000_001).encode(), "第 2 行"),
    ],
    ids=["no encoding", "NUL", "an open quote", "too many rows", "a vast cell"],
)
def test_what_is_no_table_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(TransferError, match=told):
        read_csv(data, 10)


def _plain(rows: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
    return tuple((number, tuple(row)) for number, row in rows)
