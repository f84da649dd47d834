import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from bench.staff_fit import TREES, WRONG, Question, Told, exported, fitted, things, threshold, unseen
from bench.staff_pairs import Pair, faq, topics
from rag.reader import Reading
from rag.reader_input import Line


def pairs(count: int) -> list[Pair]:
    """Pairs that belong together when one signal is above a half, whatever the other is."""
    dice = random.Random(0)
    found = []
    for number in range(count):
        figures = {"near": dice.random(), "noise": dice.random()}
        found.append(Pair(figures, figures["near"] > 0.5, str(number % 10), "trade"))
    return found


class ToyReader:
    """Has no opinion."""

    def read(self, question: str, lines: Sequence[Line]) -> Reading:
        return Reading(0.0, (0.0,) * len(lines))


def test_exported_trees_decide_as_the_fitted_ones() -> None:
    some, names = pairs(400), ["near", "noise"]
    table = np.array([[pair.figures[name] for name in names] for pair in some])
    model = HistGradientBoostingClassifier(**TREES).fit(table, [pair.right for pair in some])
    told = exported(model, names).log_odds([pair.figures for pair in some])
    assert np.allclose(told, model.decision_function(table), atol=1e-5)


def test_the_regression_is_of_products_as_they_are() -> None:
    some = pairs(400)
    trees, quadratic = fitted(some, [1.0] * 400, ["near", "noise"])
    odds = quadratic.log_odds([pair.figures for pair in some])
    assert roc_auc_score([pair.right for pair in some], odds) > 0.95
    assert trees.names == quadratic.names


def test_the_threshold_keeps_wrong_answers_few() -> None:
    asked = [
        Question((Told(10 - n / 10, 0.0, right=n not in (3, 50, 51, 52)), Told(-20, 0.0, right=False)), wanted=True)
        for n in range(100)
    ]
    least, matched = threshold(asked, lambda one: one.odds)
    best = [one.near[0] for one in asked]
    assert sum(one.odds >= least and not one.right for one in best) / len(best) <= WRONG
    assert matched == pytest.approx(0.5, abs=0.02)


def test_what_decides_is_found_by_entries_unseen() -> None:
    asked = [[pair] for pair in pairs(200)]
    known = [[replace(pair, source="own")] for pair in pairs(50)]
    found = unseen([*asked, *known], pairs(200), ["near", "noise"], ToyReader())
    assert len(found) == 200
    near = [one for question in found for one in question.near]
    assert roc_auc_score([one.right for one in near], [one.odds for one in near]) > 0.95


def test_things_are_of_topics_and_sets() -> None:
    found = things(topics()[:2], [faq("fit")])
    assert len(found) == sum(map(len, topics()[:2])) + 30
    assert all(found)
