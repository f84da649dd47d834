"""Texts in pieces: words and figures whole, Chinese by pairs."""

import pytest

from rag.shingles import is_chinese, shingles


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        ("，。！", set()),
        ("园", set()),
        ("北碚园区", {"北碚", "碚园", "园区"}),
        ("MES系统", {"mes", "系统"}),
        ("C3栋有1.5万平", {"c3", "栋有", "1.5", "万平"}),
        ("20%，二成", {"20%", "二成"}),
    ],
)
def test_words_and_figures_stand_whole_and_chinese_in_pairs(text: str, found: set[str]) -> None:
    assert shingles(text) == found


def test_pairs_do_not_cross_a_mark() -> None:
    assert "园有" not in shingles("园，有")


@pytest.mark.parametrize(("piece", "chinese"), [("园区", True), ("㐀㐁", True), ("mes", False), ("1.5", False)])
def test_a_piece_is_chinese_by_its_first_character(piece: str, chinese: bool) -> None:
    assert is_chinese(piece) is chinese
