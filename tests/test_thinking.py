import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.thinking import Thinking


def shown(*pieces: str) -> str:
    thinking = Thinking()
    return "".join([*map(thinking.words, pieces), thinking.rest()])


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("食堂开了。", "食堂开了。"),
        ("<think>\n想一想。\n</think>\n\n食堂开了。", "食堂开了。"),
        ("\n<think></think>食堂开了。", "食堂开了。"),
        ("<think>想一想，没有想完", ""),
        ("<think>想</think>", ""),
        ("<th", "<th"),
        ("<b>食堂</b>", "<b>食堂</b>"),
        ("食堂<think>开了</think>。", "食堂<think>开了</think>。"),
        ("", ""),
    ],
)
def test_only_a_thought_before_the_answer_is_left_out_however_it_is_cut(answer: str, read: str) -> None:
    assert shown(answer) == read
    assert shown(*answer) == read


def test_words_are_shown_as_they_come() -> None:
    thinking = Thinking()
    assert [thinking.words(piece) for piece in ("<think>", "想", "</think>\n", "食堂", "开了。")] == [
        "", "", "", "食堂", "开了。",
    ]  # fmt: skip
    plain = Thinking()
    assert [plain.words(piece) for piece in ("食堂", "开了。")] == ["食堂", "开了。"]


@given(st.lists(st.text("<think>/ 食。\n", max_size=9)))
def test_how_an_answer_is_cut_into_pieces_makes_no_difference(pieces: list[str]) -> None:
    assert shown(*pieces) == shown("".join(pieces))
