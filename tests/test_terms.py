import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import RARE_IDF
from rag.terms import ALTERNATIVE, Term, is_english, question_terms, weighted


def texts(question: str) -> list[str]:
    return [term.text for term in question_terms(question)]


def term(question: str, text: str) -> Term:
    return next(one for one in question_terms(question) if one.text == text)


def test_asking_words_and_marks_are_no_terms() -> None:
    assert texts("请问食堂在哪里？") == ["食堂"]
    assert texts("请问这是什么呢？") == []
    assert texts("？！。…") == []
    assert texts("") == []


def test_a_term_counts_once() -> None:
    assert texts("食堂的食堂").count("食堂") == 1


def test_an_english_question_has_the_reports_words() -> None:
    assert texts("Where is the canteen?") == ["食堂"]


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Where is the 食堂?", True),
        ("mes系统是什么", False),
        ("食堂", False),
        ("ok", True),
        ("", False),
        ("123", False),
    ],
)
def test_english_is_told_by_its_words(question: str, english: bool) -> None:
    assert is_english(question) is english


def test_a_figure_is_covered_by_itself_only() -> None:
    figure = term("920套公寓", "920")
    assert figure.is_number
    assert figure.covered_by("有920套") == 1
    assert figure.covered_by("有1920套") == figure.covered_by("有92套") == figure.covered_by("九百二十") == 0


def test_thousands_separators_do_not_hide_a_figure() -> None:
    assert term("1200人就餐", "1200").covered_by("可供1,200人") == 1


def test_a_synonym_covers_nearly_as_much() -> None:
    assert term("饭堂在哪里", "饭堂").covered_by("食堂在一层") == ALTERNATIVE
    assert term("饭堂在哪里", "饭堂").covered_by("饭堂在一层") == 1
    assert term("饭堂在哪里", "饭堂").covered_by("公寓在一层") == 0


def test_a_part_of_a_long_word_covers_a_part() -> None:
    whole = Term("污水厂", 10.0, "n")
    assert 0 < whole.covered_by("污水处理") < ALTERNATIVE
    assert Term("jinyun", 10.0, "eng").covered_by("jin") == 0


def test_a_run_of_one_character_is_no_word_to_find_parts_of() -> None:
    started = time.perf_counter()
    assert Term("和" * 500, 10.0, "nr").covered_by("和气" * 100) == 0
    assert time.perf_counter() - started < 0.1


def test_a_name_weighs_more_than_a_verb_and_a_generic_word_hardly_anything() -> None:
    weights = {one.text: one.weight for one in question_terms("园区的秦占阳引进什么")}
    assert weights["秦占阳"] > weights["引进"] > weights["园区"] > 0


def test_a_word_that_no_dictionary_has_is_rare() -> None:
    assert term("园区的秦占阳", "秦占阳").weight >= RARE_IDF


def test_weights_are_scaled_by_the_corpus() -> None:
    terms = question_terms("食堂的公寓")
    assert [one.weight for one in weighted(terms, lambda word: 0.5)] == [one.weight / 2 for one in terms]


@given(st.text(max_size=60), st.text(max_size=60))
def test_coverage_lies_between_nothing_and_all(question: str, text: str) -> None:
    assert all(0 <= one.covered_by(text) <= 1 and one.weight >= 0 for one in question_terms(question))


@pytest.mark.parametrize(
    "text",
    [
        "怎么去园区",
        "咋去你们那儿",
        "如何前往科学城",
        "到园区怎么走",
        "从城里怎么过来?",
        "how do i get to the park",
        "怎么去?",
    ],
)
def test_who_asks_the_way_asks_after_traffic(text: str) -> None:
    assert "交通" in {term.text for term in question_terms(text)}


@pytest.mark.parametrize(
    "text", ["怎么去看房", "怎么去掉水印", "这名字怎么来的", "怎么到位的", "how do i get a flat", "怎么过年"]
)
def test_what_only_sounds_like_the_way_does_not(text: str) -> None:
    assert "交通" not in {term.text for term in question_terms(text)}
