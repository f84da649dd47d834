import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk_document
from index.inventory import Inventory, Item
from index.load import read_bytes
from index.records import Document, Heading
from ui.desk.documents_preview import PAGE_CHARS, PAGE_CHUNKS, chunks_page, head, page_starts, text_page

EVIL = "<script>alert(1)</script>"


@given(st.text("一。\n", max_size=200).map(lambda text: text * 200))
def test_pages_hold_all_of_the_text_and_none_is_too_long(text: str) -> None:
    starts = page_starts(text)
    pages = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert "".join(pages) == text
    assert max(map(len, pages)) <= PAGE_CHARS
    assert len(pages) <= 2 * len(text) // PAGE_CHARS + 1


def test_headings_are_shown_as_such_and_everything_is_escaped() -> None:
    text = f"公寓\n{EVIL}\n\n第二段"
    shown = text_page(Document("a.md", "住房", text, headings=(Heading(2, "公寓", 0, 2),)), 1)
    assert '<h3 class="l2">公寓</h3>' in shown
    assert "<p>第二段</p>" in shown
    assert "<script" not in shown
    assert "data-pick" not in shown, "one page needs no way to others"
    told = head(Item("a.md", "skipped", title=EVIL, reason=EVIL), Inventory(()))
    assert "<script" not in told
    assert "&lt;script&gt;" in told


@pytest.mark.parametrize("text", ["字" * 3_300_000, "很长的报告的一句话。\n" * 300_000])
def test_a_report_of_ten_megabytes_is_shown_a_page_at_a_time(text: str) -> None:
    document = Document("长.txt", "长", text)
    started = time.process_time()
    first, last = text_page(document, 1), text_page(document, 10**9)
    assert time.process_time() - started < 1
    assert "下一页" in first
    assert max(len(first), len(last)) < 60_000


def test_chunks_are_bands_with_what_they_share_marked() -> None:
    data = "# 公寓\n\n" + "".join(f"第{n}栋公寓有{n}套房子出租给园区的企业员工。" for n in range(400))
    document = read_bytes("a.md", data.encode())
    chunks = chunk_document(document, 250)
    total = len(chunks)
    assert total > PAGE_CHUNKS
    first = chunks_page(chunks[:PAGE_CHUNKS], 1, total)
    assert first.count("<li>") == PAGE_CHUNKS
    assert f"第 1 段</span><span>{len(chunks[0].text)} 字" in first
    assert "<strong>公寓</strong>" in first
    shared = document.text[chunks[1].start : chunks[0].end]
    assert f'<mark class="overlap">{shared}</mark>' in first
    assert first.count('<mark class="overlap">') == PAGE_CHUNKS, "one in the legend, none in the first chunk"
    second = chunks_page(chunks[PAGE_CHUNKS - 1 :][: PAGE_CHUNKS + 1], 2, total)
    shown = min(PAGE_CHUNKS, total - PAGE_CHUNKS)
    assert second.count("<li>") == shown
    assert f"第 {PAGE_CHUNKS + 1} 段" in second
    assert second.count('<mark class="overlap">') == shown + 1, "its first chunk shares words with the one before"


def test_chunks_are_escaped() -> None:
    chunks = chunk_document(read_bytes("a.txt", f"{EVIL}。".encode()), 250)
    assert "<script" not in chunks_page(chunks, 1, 1)
    assert "<li>" not in chunks_page((), 1, 0)
