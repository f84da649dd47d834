from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.attribution import LONGEST, Written, attributed, attributions, sentences
from tests.toy_quotes import quote

PARK = quote(1, "青禾港首期占地320亩，2021年2月交付使用。")
FLATS = quote(2, "溪口公寓两居室月租1500元，押金为一个月租金。")
FOOD = quote(3, "松岭食堂午餐每份18元。")


def texts(text: str, size: int = 1) -> list[tuple[str, set[int]]]:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return [(one.text, set(one.hints)) for one in sentences(pieces) if one]


def test_a_sentence_comes_with_the_marks_after_it() -> None:
    text = "两居室月租1500元。[2]午餐18元[3]。 房间配家具！[1][2]"
    expected = [("两居室月租1500元。", {2}), ("午餐18元。", {3}), ("房间配家具！", {1, 2})]
    assert texts(text) == texts(text, 3) == texts(text, 100) == expected


def test_a_sentence_is_given_out_before_the_next_is_whole() -> None:
    pieces = iter(["两居室", "1500元。", "[2]", "午", "餐"])
    assert next(one for one in sentences(pieces) if one) == Written("两居室1500元。", frozenset({2}))
    assert next(pieces) == "餐"


def test_decimals_and_abbreviations_of_figures_do_not_end_a_sentence() -> None:
    text = "The rent is 12.5 yuan.[1] It opens at 8.30.[2]"
    assert texts(text) == [("The rent is 12.5 yuan.", {1}), ("It opens at 8.30.", {2})]


def test_a_text_without_an_end_is_cut() -> None:
    assert len(texts("长" * (2 * LONGEST + 10), 7)) >= 2
    assert texts("没有句号") == [("没有句号", set())]


def test_marks_alone_are_no_sentence() -> None:
    assert texts("[1][2]") == texts("") == texts("。。。") == []


def test_the_quote_that_shares_most_is_cited_whatever_the_model_marked() -> None:
    assert attributed(Written("两居室月租1500元。", frozenset({3})), [PARK, FLATS, FOOD]) == [FLATS]
    assert attributed(Written("两居室月租1500元。", frozenset({9})), [PARK, FLATS, FOOD]) == [FLATS]


def test_a_sentence_of_two_facts_cites_both_in_order() -> None:
    assert attributed(Written("松岭食堂午餐每份18元，两居室月租1500元。", frozenset()), [FLATS, FOOD, PARK]) == [
        FLATS,
        FOOD,
    ]


def test_words_of_another_script_are_attributed_by_what_they_share_or_are_marked_with() -> None:
    assert attributed(Written("The monthly rent is 1500 yuan.", frozenset()), [PARK, FLATS, FOOD]) == [FLATS]
    assert attributed(Written("Lunch is cheap.", frozenset({3})), [PARK, FLATS, FOOD]) == [FOOD]
    assert attributed(Written("Nothing shared at all.", frozenset()), [PARK, FLATS]) == []


def test_of_equal_quotes_the_marked_one_is_cited() -> None:
    twin = replace(FLATS, number=5)
    assert attributed(Written("两居室月租1500元。", frozenset({5})), [FLATS, twin]) == [twin]


@given(st.lists(st.text(max_size=30), max_size=8))
def test_no_word_of_a_stream_is_lost_or_raises(pieces: list[str]) -> None:
    for written in filter(None, sentences(pieces)):
        assert written.text
        attributed(written, [PARK, FLATS])


def test_other_quotes_that_share_enough_are_tried_after_the_likeliest_and_beside_it() -> None:
    later = quote(4, "溪口公寓两居室月租1600元，2024年起。")
    tried = list(attributions(Written("溪口公寓两居室月租1500元。", frozenset({4})), [PARK, FLATS, FOOD, later]))
    assert tried == [[FLATS], [later], [FLATS, later]]


def test_what_shares_nothing_is_attributed_to_nothing() -> None:
    assert list(attributions(Written("Nothing shared at all.", frozenset()), [PARK, FLATS])) == []
