import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.samples import NOISE_RATES, every, mixed, noise_ids, reduced
from bench.sets import SetQuestion, gold_ids, load_set
from tests.toy_sets import write_sets

QUESTION = SetQuestion(
    "q", "问？", "rgb_zh", True, (("答",),), (("a", "b"), ("c", "d")), noise=("w", "x", "y", "z", "v")
)


@given(st.lists(st.integers(), max_size=50), st.integers(0, 60))
def test_every_spreads_what_it_takes(values: list[int], count: int) -> None:
    taken = every(list(enumerate(values)), count)
    assert len(taken) == min(count, len(values))
    places = [place for place, _ in taken]
    assert places == sorted(set(places))
    steps = [later - earlier for earlier, later in itertools.pairwise(places)]
    assert max(steps, default=0) - min(steps, default=0) <= 1


def test_every_takes_all_where_no_number_is_given() -> None:
    assert every([1, 2, 3], None) == (1, 2, 3)


@pytest.mark.parametrize("rate", NOISE_RATES)
def test_passages_are_mixed_by_the_share_of_noise_and_always_alike(rate: float) -> None:
    given_ = mixed(QUESTION, rate)
    answering = [id_ for id_ in given_ if id_ in gold_ids(QUESTION)]
    assert len(given_) == len(set(given_)) == 5
    assert len(answering) == min(4, round(5 * (1 - rate)))
    assert given_ == mixed(QUESTION, rate)
    assert set(given_) <= noise_ids(QUESTION)


def test_two_answering_passages_are_of_both_groups() -> None:
    first, second = (id_ for id_ in mixed(QUESTION, 0.6) if id_ in gold_ids(QUESTION))
    assert {first in ("a", "b"), second in ("a", "b")} == {True, False}


def test_noise_only_stays_noise_only_where_there_is_little_of_it() -> None:
    scarce = replace(QUESTION, noise=("x",))
    assert mixed(scarce, 1) == ("x",)
    assert sorted(mixed(scarce, 0.8)) == ["a", "b", "c", "d", "x"]


def test_a_smaller_set_has_the_documents_its_questions_need(tmp_path: Path) -> None:
    data = write_sets(tmp_path)
    small = reduced(load_set("dragonball_zh", data), 2, 3)
    kept = {document.id for document in small.documents}
    assert len(small.documents) == 3
    assert [one.answerable for one in small.questions] == [True, True, False]
    assert all(gold_ids(one) <= kept for one in small.questions)
    rgb = reduced(load_set("rgb", data), 1, 2)
    assert all(gold_ids(one) | noise_ids(one) <= {document.id for document in rgb.documents} for one in rgb.questions)
