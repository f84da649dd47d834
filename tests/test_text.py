import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.markdown import markdown_blocks
from index.plain import plain_blocks
from index.records import Heading
from index.text import Block, Canonical, Line, assemble, clean, clean_line, glue, lines_of

ANYTHING = st.text(st.characters(exclude_categories=())) | st.text(
    st.sampled_from("园区，。# \n\f\t-=|>`~*1.a\u0301\u1161\u1100\ufeff\ufffd\ud800\x00\x85")
)


def check_canonical(canonical: Canonical) -> None:
    text = canonical.text
    assert unicodedata.is_normalized("NFC", text)
    assert not any(char in text for char in "\r\f\t\x00\ufeff\ufffd\u2028")
    assert not any(unicodedata.category(char) in ("Cs", "Cc") for char in text if char != "\n")
    assert "\n\n\n" not in text
    assert text == text.strip("\n")
    for heading in canonical.headings:
        assert text[heading.start : heading.end] == heading.title
    assert list(canonical.pages) == sorted(canonical.pages)
    assert all(0 <= page <= len(text) for page in canonical.pages)


@given(ANYTHING)
def test_any_markdown_gives_a_canonical_text(text: str) -> None:
    check_canonical(assemble(markdown_blocks(lines_of(clean(text)))))


@given(ANYTHING)
def test_any_plain_text_gives_a_canonical_text(text: str) -> None:
    check_canonical(assemble(plain_blocks(lines_of(clean(text)))))


@given(st.lists(st.text(st.sampled_from("园区食堂，。"), min_size=1), min_size=1))
def test_paragraphs_already_canonical_stay_as_they_are(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    assert assemble(markdown_blocks(lines_of(clean(text)))).text == text


def test_clean_drops_what_cannot_be_seen_and_keeps_full_width() -> None:
    assert clean("\ufeff食\u200b堂\r\nA\u00adB\x07\u202e①Ａ\u2028完\ufffd\ud800\x85") == "食堂\nAB①Ａ\n完\n"
    assert clean("e\u0301") == "é"
    assert clean_line(" a\n\tb\x00 ") == "a b"


@pytest.mark.parametrize(
    ("left", "right", "between"),
    [
        ("园区在吸", "引企业", ""),
        ("the park", "opened", " "),
        ("采用PPP", "模式", ""),
        ("模式", "PPP", ""),
        ("一期，", "WMS", ""),
        ("well-", "known", ""),
        ("2022-", "2023", " "),
        ("공장", "식당", " "),
        ("か", "\u3099", " "),
    ],
)
def test_lines_are_glued_as_their_script_asks(left: str, right: str, between: str) -> None:
    assert glue(left, right) == between


def test_blocks_are_set_with_their_headings_and_pages() -> None:
    blocks = [
        Block([[Line("住房")]], 2),
        Block([[Line("有920"), Line("套公寓。", 1)]]),
        Block([[Line("一、电", 3)], [Line("二、水", 3)]]),
    ]
    assert assemble(blocks) == Canonical(
        "住房\n\n有920套公寓。\n\n一、电\n二、水", (Heading(2, "住房", 0, 2),), (0, 8, 14, 14)
    )


def test_a_form_feed_ends_a_page_and_the_last_one_starts_none() -> None:
    assert [line.page for line in lines_of("一\n\f二\f\n\f三\n\f")] == [0, 0, 1, 2, 2, 3]
    assert assemble(plain_blocks(lines_of("一页。"))).pages == ()
