import random

import pytest

from bench.support_true import REPHRASINGS, clauses, dropped, joined, named, renotated, reordered, synonymous
from rag.amounts import amounts
from rag.writing import normalise

SENTENCE = "食堂位于园区东侧的一层，面积1200平方米，2023年5月6日开业，可供350人用餐。"


def test_clauses_keep_their_marks_and_figures_whole() -> None:
    assert "".join(clauses(SENTENCE)) == SENTENCE
    assert clauses("投资5,000元，建成。")[0] == "投资5,000元，"


def test_a_clause_is_left_out_but_not_the_first() -> None:
    said = dropped(SENTENCE, random.Random(1))
    assert said.startswith("食堂位于园区东侧的一层")
    assert len(clauses(said)) == len(clauses(SENTENCE)) - 1
    assert dropped("食堂开业。", random.Random(1)) == ""


def test_clauses_change_places_behind_the_first() -> None:
    said = reordered(SENTENCE, random.Random(1))
    assert said != SENTENCE
    assert sorted(said.rstrip("。").split("，")) == sorted(SENTENCE.rstrip("。").split("，"))


def test_a_word_is_said_by_another() -> None:
    assert "坐落于" in synonymous(SENTENCE, random.Random(1))
    assert synonymous("甲。", random.Random(1)) == ""


@pytest.mark.parametrize("seed", range(12))
def test_figures_are_the_same_in_any_notation(seed: int) -> None:
    said = renotated(SENTENCE, random.Random(seed))
    told = amounts(normalise(SENTENCE))
    assert said != SENTENCE
    assert all(any(other.covers(one) for other in told) for one in amounts(normalise(said)))


def test_a_pronoun_gives_way_to_the_title() -> None:
    assert named("该公司成立于2001年。", "华虹仪表") == "华虹仪表成立于2001年。"
    assert named("食堂开业。", "华虹仪表") == ""
    assert named("该公司成立。", "") == ""


def test_two_sentences_become_one() -> None:
    said = joined("甲成立。", "乙上市。", random.Random(1))
    assert said.startswith("甲成立")
    assert said.endswith("乙上市。")


def test_all_ways_leave_empty_text_alone() -> None:
    assert {rephrase("", random.Random(1)) for rephrase in REPHRASINGS.values()} == {""}
