import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import chunk_document
from index.load import read_bytes
from index.records import Chunk, Document, Heading, Sentence

# Text rich in what chunking looks at, and any character at all, lone surrogates and combining marks too.
LIKELY = st.text(st.sampled_from("园区食堂，、；。！？…“”（）\"' \n\t\u3000a1.\u0301\u200d\ufe0f\ud800\U0001f468e;,:"))
ANYTHING = st.text(st.characters(exclude_categories=()))
TEXTS = st.lists(LIKELY | ANYTHING | st.just("科学城北碚园区" * 9), max_size=8).map("".join)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text) + 3), max_size=8)))
    headings = [
        Heading(draw(st.integers(1, 6)), text[start:end] or "空", start, end)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return Document(path="x.md", title=draw(st.just("园区") | st.text(max_size=5)), text=text, headings=tuple(headings))


def report(text: str, title: str = "报告", **about: str) -> Document:
    return read_bytes("报告.md", f"---\ntitle: {title}\n---\n{text}".encode())


def texts(chunks: tuple[Chunk, ...]) -> list[str]:
    return [chunk.text for chunk in chunks]


def uncovered(text: str, spans: list[tuple[int, int]]) -> str:
    left = list(text)
    for start, end in spans:
        left[start:end] = " " * (end - start)
    return "".join(left).strip()


@given(documents(), st.integers(1, 60), st.integers(0, 3))
def test_every_chunk_is_a_slice_within_the_limit_and_together_they_cover_the_text(
    document: Document, limit: int, overlap: int
) -> None:
    chunks = chunk_document(document, limit, overlap)
    for chunk in chunks:
        assert chunk.text == document.text[chunk.start : chunk.end]
        assert 0 < len(chunk.text) <= limit
        assert chunk.text == chunk.text.strip()
    assert not uncovered(document.text, [(chunk.start, chunk.end) for chunk in chunks])


@given(documents(), st.integers(1, 60))
def test_sentences_lie_in_their_chunk_in_order_and_cover_it(document: Document, limit: int) -> None:
    for chunk in chunk_document(document, limit):
        places = [place for sentence in chunk.sentences for place in (sentence.start, sentence.end)]
        assert places == sorted(places)
        assert (places[0], places[-1]) == (chunk.start, chunk.end)
        assert all(sentence.start < sentence.end for sentence in chunk.sentences)
        assert not uncovered(
            document.text[: chunk.end], [(0, chunk.start), *((s.start, s.end) for s in chunk.sentences)]
        )


@given(documents(), st.integers(1, 60), st.integers(0, 3))
def test_ids_are_unique_and_chunking_is_deterministic(document: Document, limit: int, overlap: int) -> None:
    chunks = chunk_document(document, limit, overlap)
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert chunks == chunk_document(document, limit, overlap)


@given(documents(), st.integers(1, 60))
def test_chunks_advance_and_every_one_adds_something(document: Document, limit: int) -> None:
    chunks = chunk_document(document, limit, overlap=2)
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end


@given(documents(), st.integers(1, 60))
def test_without_overlap_no_character_is_in_two_chunks(document: Document, limit: int) -> None:
    chunks = chunk_document(document, limit, overlap=0)
    assert all(before.end <= after.start for before, after in pairwise(chunks))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["## 住房\n\n", "### 公寓\n\n", "有920套人才公寓。", "园区食堂开业。\n\n"]), max_size=12)
)
def test_no_heading_stands_alone_where_there_is_text(parts: list[str]) -> None:
    document = report("".join(["正文。\n\n", *(("\n\n" + part) if part[0] == "#" else part for part in parts)]))
    for chunk in chunk_document(document, 60):
        assert not all(sentence.heading for sentence in chunk.sentences), chunk.text


def test_a_heading_opens_the_chunk_it_heads_and_is_in_its_path() -> None:
    chunks = chunk_document(
        report("# 报告\n\n概况。\n\n## 住房\n\n有920套。\n\n### 公寓\n\n可定制。\n\n## 交通\n\n有公交。"), 250
    )
    assert [(chunk.text, chunk.headings) for chunk in chunks] == [
        ("报告\n\n概况。", ()),
        ("住房\n\n有920套。", ("住房",)),
        ("公寓\n\n可定制。", ("住房", "公寓")),
        ("交通\n\n有公交。", ("交通",)),
    ]
    assert [sentence.heading for sentence in chunks[1].sentences] == [True, False]


def test_a_heading_directly_above_another_opens_the_same_chunk() -> None:
    (chunk,) = chunk_document(report("## 住房\n\n### 公寓\n\n可定制。"), 250)
    assert chunk.headings == ("住房", "公寓")
    assert [sentence.heading for sentence in chunk.sentences] == [True, True, False]


def test_a_last_heading_with_nothing_below_joins_the_section_above() -> None:
    (chunk,) = chunk_document(report("## 住房\n\n有920套。\n\n## 附件"), 250)
    assert chunk.text.endswith("附件")
    assert chunk.sentences[-1].heading


def test_a_heading_of_a_long_sentence_is_not_left_alone() -> None:
    chunks = chunk_document(report("## 住房\n\n" + "缙云新居有人才公寓，" * 10 + "可定制。"), 50)
    assert chunks[0].text.startswith("住房\n\n缙云新居")
    assert all(chunk.headings == ("住房",) for chunk in chunks)


def test_one_sentence_of_overlap_within_a_section_none_across_headings() -> None:
    body = "".join(f"这是关于园区的第{number}句话。" for number in range(10, 22))
    chunks = chunk_document(report(f"## 甲\n\n{body}\n\n## 乙\n\n{body}"), 60)
    for before, after in pairwise(chunks):
        if before.headings == after.headings:
            assert after.sentences[0] == before.sentences[-1]
        else:
            assert after.start >= before.end


def test_a_long_sentence_is_not_repeated_as_overlap() -> None:
    chunks = chunk_document(report("短句。" + "长" * 40 + "。" + "新" * 40 + "。"), 60)
    assert [chunk.text[-3:] for chunk in chunks] == ["长长。", "新新。"]
    assert chunks[1].start == chunks[0].end


def test_a_small_last_chunk_takes_sentences_from_the_one_before() -> None:
    sentence = "这个句子正好是二十个字长不多也不少。。。"
    chunks = chunk_document(report(sentence * 5 + "短尾。"), 100, overlap=0)
    assert [len(chunk.text) for chunk in chunks] == [60, 43]


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("一二三四五，六七八九十，甲乙", 12, ["一二三四五，六七八九十，", "甲乙"]),
        ("一二三四五；六七八九十甲乙丙", 12, ["一二三四五；", "六七八九十甲乙丙"]),
        ("one two three four", 9, ["one two", "three", "four"]),
        ("总额1,000,000元整", 8, ["总额", "1,000,00", "0元整"]),
        ("零一二三四五六七八九甲", 5, ["零一二三四", "五六七八九", "甲"]),
        ("abcde\u0301\u0302fghij", 6, None),
    ],
)
def test_a_sentence_over_the_limit_is_cut_at_clauses_then_spaces_then_hard(
    text: str, limit: int, pieces: list[str] | None
) -> None:
    chunks = chunk_document(Document(path="x", title="t", text=text), limit, overlap=0)
    cut = [chunk.sentence_text(sentence) for chunk in chunks for sentence in chunk.sentences]
    if pieces is None:
        assert not any(piece[0] in "\u0301\u0302" for piece in cut)
    else:
        assert cut == pieces


def test_a_sentence_that_repeats_the_title_is_no_evidence() -> None:
    (chunk,) = chunk_document(report("食堂开业了。\n\n北碚园区。", title="北碚园区"), 250)
    assert [sentence.heading for sentence in chunk.sentences] == [False, True]


def test_headings_that_overlap_or_lie_outside_are_passed_over() -> None:
    headings = (Heading(1, "甲", 0, 2), Heading(1, "乙", 1, 3), Heading(1, "丙", 4, 99))
    chunks = chunk_document(Document(path="x", title="t", text="甲\n乙。丁。", headings=headings), 250)
    assert [chunk.headings for chunk in chunks] == [("甲",)]


def test_nothing_gives_no_chunk_and_a_lone_heading_gives_one() -> None:
    assert chunk_document(Document(path="x", title="t", text=" \n\n"), 250) == ()
    alone = Document(path="x", title="t", text="标题", headings=(Heading(1, "标题", 0, 2),))
    assert chunk_document(alone, 250)[0].sentences == (Sentence(0, 2, heading=True),)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="max_chars is 0"):
        chunk_document(Document(path="x", title="t", text="甲"), 0)


@pytest.mark.parametrize("unit", ["园", "（", "“", "。 ", "好！”", "甲\n", "a.", "\u0301", "园区食堂，5月6日开业。"])
def test_a_megabyte_of_anything_takes_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit.encode()))
    started = time.process_time()
    chunk_document(Document(path="x", title="t", text=text), 250)
    assert time.process_time() - started < 3
