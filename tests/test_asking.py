from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.asking import (
    WatchedChain,
    first_holding,
    literal,
    matched,
    observe,
    ranked_sentences,
    same_words,
    trimmed,
    watched_chain,
)
from bench.sets import SetQuestion
from rag.chain import Chain

HOUSING = "缙云新居有多少套人才公寓？"
TEXT = "缙云新居有920套人才公寓。"
WORDS = st.text("一二三四五六七八九十", min_size=1, max_size=20)


@pytest.fixture(scope="module")
def watched(chain: Chain) -> Iterator[WatchedChain]:
    opened = watched_chain(chain.index, chain.settings)
    yield opened
    opened._learner.shutdown()


def question(text: str, *answers: str, evidence: tuple[str, ...] = ()) -> SetQuestion:
    return SetQuestion("q", text, "span", bool(answers), (answers,) if answers else (), (), evidence)


def test_a_right_answer_is_observed_as_such(watched: WatchedChain) -> None:
    found = observe(watched, question(HOUSING, "920套。", evidence=(TEXT,)), "park", "gold", [TEXT])
    assert (found.set_name, found.condition, found.kind) == ("park", "gold", "span")
    assert found.answerable
    assert found.literal
    assert found.first == 1
    assert found.shown
    assert found.right
    assert not found.refused
    assert found.verbatim is True
    assert (found.marked, found.covered) == (1, 1)
    assert 1 <= found.supported <= found.cited
    assert 0.5 <= found.confidence <= 1
    assert found.cpu_ms > 0


def test_a_wrong_answer_is_not_right_and_an_unanswerable_question_has_none(watched: WatchedChain) -> None:
    wrong = observe(watched, question(HOUSING, "三万套"), "park", "", ["有三万套。"])
    assert (wrong.literal, wrong.first, wrong.shown, wrong.right) == (True, None, False, False)
    none = observe(watched, question("请帮我写一首关于月亮的诗"), "park", "", [])
    assert (none.answerable, none.literal, none.refused, none.right, none.cited) == (False, False, True, False, 0)


def test_the_chain_watched_answers_as_the_chain_does(watched: WatchedChain, chain: Chain) -> None:
    assert observe(watched, question(HOUSING), "park", "", []).confidence == watched.last.findings[0].probability
    assert watched.retriever.index is chain.index
    sentences = ranked_sentences(watched)
    assert 1 < len(sentences) == len(set(sentences)) <= 10
    assert "920套" in sentences[0]


def test_an_answer_given_otherwise_is_not_looked_for() -> None:
    assert literal(question("问？", "９20 套"), [TEXT])
    assert not literal(question("问？", "九百二十套"), [TEXT])
    assert not literal(question("问？"), [TEXT])


@pytest.mark.parametrize(("answer", "expected"), [("周敏。", "周敏"), ("2.5%", "2.5%"), ("。", "。"), (" 甲； ", "甲")])
def test_trimmed(answer: str, expected: str) -> None:
    assert trimmed(answer) == expected


def test_the_sentences_it_takes_are_counted_from_the_first() -> None:
    sentences = ["甲是一。", "乙是二。", "丙是三。"]
    assert first_holding(sentences, [["甲"]]) == 1
    assert first_holding(sentences, [["丁", "丙"], ["甲"]]) == 3
    assert first_holding(sentences, [["丁"]]) is None
    assert first_holding([], [["甲"]]) is None


def test_quotes_and_marked_sentences_are_matched_both_ways() -> None:
    marked = ["食堂于五月开业。", "公寓有九百套，其中三居室一百套。"]
    quotes = ["公寓有九百套。", "其中三居室一百套。", "园区有学校。"]
    assert matched(quotes, marked) == (2, 1)
    assert matched([], marked) == matched(quotes, []) == (0, 0)


@given(WORDS, WORDS)
def test_sentences_have_the_same_words_whichever_comes_first(one: str, other: str) -> None:
    assert same_words(one, other) == same_words(other, one)
    assert same_words(one, f"{one}，{other}。")


def test_a_word_more_or_less_is_the_same_sentence_and_another_subject_is_not() -> None:
    assert same_words(
        "公司于2017年2月完成了对草莓文化传媒公司的资产收购", "2017年2月，公司完成了对草莓文化传媒公司的资产收购。"
    )
    assert not same_words("公司于2017年2月完成了收购。", "公司于2018年5月召开了年度股东大会。")
    assert not same_words("。", "甲")
