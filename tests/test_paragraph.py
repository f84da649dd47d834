from hypothesis import given
from hypothesis import strategies as st

from rag.paragraph import paragraph

TEXT = "第一段第一句。第一段第二句。\n\n  第二段\n有两行。  \n\n\n第三段。"


def around(words: str) -> str:
    start = TEXT.index(words)
    first, last = paragraph(TEXT, start, start + len(words))
    return TEXT[first:last]


def test_the_paragraph_lies_between_blank_lines() -> None:
    assert around("第一段第二句。") == "第一段第一句。第一段第二句。"
    assert around("有两行") == "第二段\n有两行。"
    assert around("第三段。") == "第三段。"


def test_a_slice_over_two_paragraphs_has_both() -> None:
    assert around("第二句。\n\n  第二段") == "第一段第一句。第一段第二句。\n\n  第二段\n有两行。"


def test_a_text_without_blank_lines_is_one_paragraph() -> None:
    assert paragraph("甲。\n乙。", 3, 5) == (0, 5)


@given(st.text(alphabet="甲乙 \n。", max_size=40), st.data())
def test_the_paragraph_holds_what_the_slice_says(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if not text[start:end].strip():
        return
    first, last = paragraph(text, start, end)
    assert text[start:end].strip() in text[first:last]
    assert text[first:last] == text[first:last].strip()
