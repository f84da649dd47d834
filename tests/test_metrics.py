import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.metrics import grouped, mean, ranking_figures, refusal_curve, refusing, reliability

IDS = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=12, unique=True)
GROUPS = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3, unique=True), min_size=1, max_size=3)
SINGLE = st.sampled_from("abcdefgh").map(lambda id_: [[id_]])
DECISIONS = st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1)), min_size=1, max_size=40)
PATIENT = settings(deadline=None, max_examples=50)
"""The libraries behind the figures load at their first use."""


def test_the_figures_of_a_worked_example() -> None:
    figures = ranking_figures([["x", "a"], ["b"], []], [[["a"]], [["b"], ["c"]], [["d"]]])
    assert figures == pytest.approx(
        {
            "R@1": 1 / 3,
            "R@5": 2 / 3,
            "R@10": 2 / 3,
            "MRR@10": (1 / 2 + 1 + 0) / 3,
            "nDCG@10": (1 / math.log2(3) + 1 / (1 + 1 / math.log2(3)) + 0) / 3,
            "all@5": (1 + 1 / 2 + 0) / 3,
            "all@10": (1 + 1 / 2 + 0) / 3,
        }
    )


@PATIENT
@given(st.lists(st.tuples(IDS, SINGLE), min_size=1, max_size=5))
def test_with_one_gold_document_they_are_what_its_place_says(rows: list[tuple[list[str], list[list[str]]]]) -> None:
    """An independent reckoning: everything follows from the place of the one gold document."""
    places = [ids.index(gold[0][0]) + 1 if gold[0][0] in ids else math.inf for ids, gold in rows]
    figures = ranking_figures([ids for ids, _ in rows], [gold for _, gold in rows])
    for k in (1, 5, 10):
        assert figures[f"R@{k}"] == pytest.approx(np.mean([place <= k for place in places]))
    near = [place if place <= 10 else math.inf for place in places]
    assert figures["MRR@10"] == pytest.approx(np.mean([1 / place for place in near]))
    assert figures["nDCG@10"] == pytest.approx(np.mean([1 / math.log2(1 + place) for place in near]))
    assert figures["all@5"] == pytest.approx(figures["R@5"])


@PATIENT
@given(IDS, GROUPS)
def test_a_group_is_found_with_its_first_member_and_only_once(ids: list[str], gold: list[list[str]]) -> None:
    figures = ranking_figures([ids], [gold])
    found = [any(id_ in ids[:5] for id_ in group) for group in gold]
    assert figures["R@5"] == float(any(found))
    entries = grouped(ids, gold)
    assert len(entries) == len(set(entries))
    assert sum(entry.startswith("group") for entry in entries) == sum(bool(set(group) & set(ids)) for group in gold)


def test_a_second_copy_takes_its_place_and_counts_as_nothing() -> None:
    assert grouped(["a", "b", "c"], [["a", "b"], ["c"]]) == ["group 0", "document b", "group 1"]
    assert grouped(["a"], [["a"], ["a", "b"]]) == ["group 0", "group 1"]


def test_refusing_counts_what_was_refused_and_what_should_have_been() -> None:
    found = refusing([True, True, True, False, False], [False, False, True, True, False], [0.9, 0.8, 0.3, 0.2, 0.6])
    assert (found.answerable, found.unanswerable) == (3, 2)
    assert (found.precision, found.recall, found.false_refusals) == (0.5, 0.5, pytest.approx(1 / 3))
    assert found.auc == pytest.approx(5 / 6)
    assert found.brier == pytest.approx((0.01 + 0.04 + 0.49 + 0.04 + 0.36) / 5)


@PATIENT
@given(DECISIONS)
def test_auc_and_brier_are_what_their_definitions_say(rows: list[tuple[bool, bool, float]]) -> None:
    known, refused, sure = (list(column) for column in zip(*rows, strict=True))
    found = refusing(known, refused, sure)
    pairs = [(a, b) for k, _, a in rows if k for j, _, b in rows if not j]
    if not pairs:
        assert (found.auc, found.brier) == (None, None)
        return
    wins = [(a > b) + 0.5 * (a == b) for a, b in pairs]
    assert found.auc == pytest.approx(sum(wins) / len(wins))
    assert found.brier == pytest.approx(sum((sure - k) ** 2 for k, _, sure in rows) / len(rows))


def test_nothing_refused_has_no_precision() -> None:
    assert refusing([True], [False], [0.5]).precision is None
    assert refusing([True], [False], [0.5]).recall is None


@PATIENT
@given(DECISIONS)
def test_the_curve_rises_from_none_refused_to_all(rows: list[tuple[bool, bool, float]]) -> None:
    points = refusal_curve([row[0] for row in rows], [min(row[2], 0.99) for row in rows])
    assert points[0] == (0.0, 0.0, 0.0)
    assert all(b[1] >= a[1] and b[2] >= a[2] for a, b in itertools.pairwise(points))
    assert points[-1][1] == float(any(row[0] for row in rows))


@PATIENT
@given(DECISIONS)
def test_every_question_is_in_one_tenth(rows: list[tuple[bool, bool, float]]) -> None:
    tenths = reliability([row[0] for row in rows], [row[2] for row in rows])
    assert sum(count for _, _, count in tenths) == len(rows)
    answerable = sum(share * count for _, share, count in tenths)
    assert answerable == pytest.approx(sum(row[0] for row in rows))
    assert [sure for sure, _, _ in tenths] == sorted(sure for sure, _, _ in tenths)


def test_the_mean_of_nothing_is_unknown() -> None:
    assert mean([]) is None
    assert mean([True, False]) == 0.5
