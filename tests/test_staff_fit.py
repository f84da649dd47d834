import random

import numpy as np
import pytest

from bench.staff_fit import exported, fitted, project, projection, threshold
from bench.staff_pairs import Pair
from tests.test_staff_pairs import TOPIC, TOYS


def pairs(count: int) -> list[Pair]:
    """Pairs that belong together when one signal is above a half, whatever the other is."""
    dice = random.Random(0)
    found = []
    for number in range(count):
        figures = {"near": dice.random(), "noise": dice.random()}
        found.append(Pair(figures, figures["near"] > 0.5, str(number % 10)))
    return found


def test_exported_trees_decide_as_the_fitted_ones() -> None:
    some = pairs(400)
    model = fitted(some, [1.0] * 400, ["near", "noise"])
    told = exported(model, ["near", "noise"]).log_odds([pair.figures for pair in some])
    table = np.array([[pair.figures["near"], pair.figures["noise"]] for pair in some])
    assert np.allclose(told, model.decision_function(table), atol=1e-5)


def test_the_threshold_keeps_wrong_answers_few() -> None:
    asked = [[pair] for pair in pairs(200)]
    least, matched = threshold(asked, pairs(200), ["near", "noise"])
    assert np.isfinite(least)
    assert matched > 0.9


@pytest.mark.filterwarnings("ignore")
def test_a_projection_brings_wordings_of_one_thing_together() -> None:
    weights, centre = projection([TOPIC], TOYS, 0)
    move = project(weights, centre)
    rows = move(np.array([TOYS[text] for asked in TOPIC for text in asked]))
    same, other = rows[0] @ rows[1], rows[0] @ rows[3]
    assert same > other
