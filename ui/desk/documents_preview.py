"""One document as it is indexed: its canonical text, and how that was cut. A page at a time, as escaped HTML."""

import re
from collections.abc import Sequence
from html import escape

from index.inventory import Inventory, Item
from index.records import Chunk, Document
from ui.desk.documents_html import in_chinese, indexed_when, pages, state_tag

PAGE_CHARS = 6_000
"""Most characters of a text shown at once."""
PAGE_CHUNKS = 25
"""Chunks shown at once."""


def head(item: Item, inventory: Inventory) -> str:
    """Return what is known of a document besides its text."""
    reason = f'<p class="reason">{escape(in_chinese(item.reason))}</p>' if item.reason else ""
    facts = [
        escape(item.path),
        item.date and f"日期 {escape(item.date)}",
        item.source and f"来源 {escape(item.source)}",
    ]
    if item.document_id:
        facts += [f"{item.characters:,} 字", f"{item.chunks:,} 段", f"入库 {indexed_when(item, inventory)}"]
    told = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    return (
        f'<div class="doc-head"><h2>{escape(item.title or item.path)} {state_tag(item)}</h2>'
        f'<p class="facts">{told}</p>{reason}</div>'
    )


def text_page(document: Document, page: int) -> str:
    """Return one page of the canonical text, headings marked as such."""
    starts = page_starts(document.text)
    page = min(max(page, 1), len(starts))
    start, end = starts[page - 1], [*starts, len(document.text)][page]
    levels = {heading.start: min(heading.level, 6) for heading in document.headings if start <= heading.start < end}
    lines, place = [], start
    for line in document.text[start:end].split("\n"):
        if line.strip():
            lines.append(
                f'<h3 class="l{levels[place]}">{escape(line)}</h3>' if place in levels else f"<p>{escape(line)}</p>"
            )
        place += len(line) + 1
    ways = pages(page, len(starts))
    return f'{ways}<div class="canonical">{"".join(lines)}</div>{ways if len(lines) > 20 else ""}'


def page_starts(text: str) -> list[int]:
    """Return where each page of a text begins: at a line's start where one is near, and at most PAGE_CHARS apart."""
    starts = [0]
    while len(text) - starts[-1] > PAGE_CHARS:
        furthest = starts[-1] + PAGE_CHARS
        line = text.rfind("\n", starts[-1] + PAGE_CHARS // 2, furthest)
        starts.append(line + 1 if line >= 0 else furthest)
    return starts


def chunks_page(chunks: Sequence[Chunk], page: int, total: int) -> str:
    """Return one page of a document's chunks; `chunks` begins with the last one of the page before, if there is one."""
    last = max(1, (total - 1) // PAGE_CHUNKS + 1)
    first = (page - 1) * PAGE_CHUNKS
    before, shown = (chunks[0], chunks[1:]) if page > 1 and chunks else (None, chunks)
    bands = []
    for number, chunk in enumerate(shown, first + 1):
        bands.append(_band(chunk, before.end if before else 0, number))
        before = chunk
    ways = pages(page, last)
    legend = '<p class="legend">每段是检索和引用的单位；<mark class="overlap">有底色的句子</mark>与上一段重复。</p>'
    return f'{ways}{legend}<ol class="bands">{"".join(bands)}</ol>{ways}'


def _band(chunk: Chunk, before_end: int, number: int) -> str:
    """Return a chunk with the sentences that the one before has too, up to the offset `before_end`, marked."""
    pieces, place = [], chunk.start
    for sentence in chunk.sentences:
        between = re.sub(r"\n+", "\n", chunk.text[place - chunk.start : sentence.start - chunk.start])
        pieces.append(
            escape(between) + _sentence(chunk.sentence_text(sentence), sentence.heading, sentence.end <= before_end)
        )
        place = sentence.end
    where = " › ".join(escape(heading) for heading in chunk.headings)
    return (
        f'<li><p class="facts"><span>第 {number} 段</span><span>{len(chunk.text)} 字</span>'
        f"<span>第 {chunk.start + 1:,}–{chunk.end:,} 字</span>{f'<span>{where}</span>' if where else ''}</p>"
        f'<div class="words">{"".join(pieces)}</div></li>'
    )


def _sentence(text: str, is_heading: bool, is_overlap: bool) -> str:
    if is_overlap:
        return f'<mark class="overlap">{escape(text)}</mark>'
    return f"<strong>{escape(text)}</strong>" if is_heading else f"<span>{escape(text)}</span>"
