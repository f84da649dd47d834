"""Cells give back what was written into them, and are read as people leave them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.days import DayError
from desk.transfer_cells import (
    COLUMNS,
    TransferError,
    Unusable,
    day,
    field_of,
    guarded,
    number,
    read_sources,
    unguarded,
    words,
    write_source,
    yes_or_no,
)
from rag.staff_answers import PassageSource, Source, StaffSource
from tests.transfer_drafts import BUS, PAPERS, PASSAGES, TOLD, TOLDS


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="'=+-@＝a\t\n") | st.text())
def test_what_is_guarded_is_no_formula_and_comes_back(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert unguarded(cell) == text


def test_only_what_looks_like_a_formula_is_guarded() -> None:
    assert [guarded(text) for text in ("'引号'", "=1+1", "'=1", "1-1")] == ["'引号'", "'=1+1", "''=1", "1-1"]


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGES | TOLDS, min_size=1, max_size=4))
def test_sources_come_back_as_they_were_each_on_one_line(sources: list[Source]) -> None:
    cell = "\n".join(map(write_source, sources))
    assert len(cell.split("\n")) == len(sources)
    assert all(char.isprintable() or char.isspace() or ord(char) > 0x9F for char in cell)
    read = read_sources(cell.replace("\n", "\r\n"), sources, {}.get)
    plain = [StaffSource(one.name.strip(), one.told_on) if isinstance(one, StaffSource) else one for one in sources]
    assert list(read) == plain


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(BUS.text) - 1), st.integers(1, 30))
def test_any_words_of_a_report_are_found_again(start: int, length: int) -> None:
    quote = BUS.text[start : start + length]
    if not quote.strip():
        return
    first = BUS.text.find(quote)
    source = PassageSource(BUS.id, BUS.path, BUS.title, quote, first, first + len(quote))
    assert read_sources(write_source(source), (), PAPERS.get) == (source,)


def test_a_source_reads_as_one_would_write_it() -> None:
    assert write_source(TOLD) == "工作人员｜王芳｜2024-05-06"
    assert write_source(PassageSource("d1", "a.md", "题", "一\n二｜三", 0, 5)) == "资料｜a.md｜一\\n二\\｜三"
    by_hand = " 工作人员 | 王芳 | 2024/5/6 \n\n资料｜班车.md｜ 班车早上七点半发车。 "
    assert [getattr(one, "quote", "") for one in read_sources(by_hand, (), PAPERS.get)] == ["", "班车早上七点半发车。"]
    assert read_sources("资料|班车.md|晚上|六点", (), PAPERS.get)[0].quote == "晚上|六点"  # type: ignore[union-attr]


def test_words_that_a_source_has_already_stay_at_their_places() -> None:
    twice = [PassageSource("old", "班车.md", "班车", "发车", start, start + 2) for start in (40, 7)]
    assert read_sources("\n".join(map(write_source, twice)), twice, {}.get) == tuple(twice)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("资料｜没有.md｜班车", "没有这个文件：没有.md"),
        ("资料｜班车.md｜班车八点发车。", "逐字照抄：班车八点发车。"),
        ("资料｜班车.md｜", "逐字照抄"),
        ("工作人员｜王芳｜昨天", "2024-05-06"),
        ("工作人员｜王芳｜", "缺日期"),
        ("网页｜a｜b", "来源应写成"),
        ("王芳", "来源应写成"),
        ("资料｜a｜b｜c", "来源应写成"),
    ],
)
def test_a_source_that_cannot_be_is_refused_with_what_to_do(line: str, told: str) -> None:
    with pytest.raises((TransferError, DayError), match=told):
        read_sources(line, (), PAPERS.get)


def test_heads_are_known_however_they_are_spaced() -> None:
    assert [field_of(head) for head in COLUMNS.values()] == list(COLUMNS)
    assert [field_of(head) for head in (" 标准 问题", "相似问法（一行一个）", "问题", "备注", None, 7)] == [
        "question", "similar", "question", None, None, None,
    ]  # fmt: skip


def test_yes_and_no_in_many_words_and_nothing_else() -> None:
    assert [yes_or_no(cell, True) for cell in ("是", "ＹＥＳ", True, "1", None, " ")] == [True] * 6
    assert [yes_or_no(cell, True) for cell in ("否", "停用", False, "0")] == [False] * 4
    with pytest.raises(TransferError, match="“是”或“否”"):
        yes_or_no("也许", True)


def test_numbers_and_days() -> None:
    assert [number(cell) for cell in ("12", " 7 ", "", None)] == [12, 7, None, None]
    assert [day(cell, "valid_to") for cell in ("2024/5/6 0:00", date(2024, 5, 6), None)] == [
        date(2024, 5, 6), date(2024, 5, 6), None,
    ]  # fmt: skip
    for wrong in ("0", "-3", "十二", "1.5", "9" * 12):
        with pytest.raises(TransferError, match="编号"):
            number(wrong)


def test_a_formula_is_not_a_value() -> None:
    with pytest.raises(TransferError, match=r"公式.*=A1"):
        words(Unusable("=A1"))
