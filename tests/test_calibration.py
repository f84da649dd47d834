import json
import math
from pathlib import Path

import pytest

from rag import calibration as module
from rag.calibration import Calibration, calibration
from rag.evidence import DECISION
from rag.scoring import ORDERING


def test_the_shipped_coefficients_name_only_figures_that_exist() -> None:
    table = json.loads(Path(module.__file__).with_name("calibration.json").read_text(encoding="utf-8"))
    assert set(table["sentence"]) <= set(ORDERING)
    assert set(table["decision"]) <= set(DECISION)
    assert set(table["joint"]) <= {*DECISION, "odds", "told"}


def test_the_probability_is_the_logistic_function() -> None:
    model = Calibration({}, {"coverage": 2.0}, -1.0)
    chances = [model.probability({"coverage": value}) for value in (0.5, 1.0, 1e9, -1e9)]
    assert chances == pytest.approx([0.5, 1 / (1 + math.exp(-1)), 1.0, 0.0])


def test_the_reader_counts_beside_the_signals_once_it_has_read() -> None:
    joint = {"odds": 0.5, "told": 2.0, "stranger": -3.0}
    model = Calibration({}, {"coverage": 2.0}, 0.0, 1.0, joint, -2.0, 1.0)
    signals = {"coverage": 1.0, "stranger": 0.0}
    assert model.probability(signals, 0.0) == pytest.approx(0.5)
    assert model.probability(signals) == pytest.approx(1 / (1 + math.exp(-2)))
    assert model.probability(signals, 1.0) > model.probability(signals, 0.0) > model.probability(signals, -1.0)
    assert model.probability({**signals, "stranger": 1.0}, 1.0) < model.probability(signals, 1.0)


def test_more_of_what_speaks_for_an_answer_never_lowers_its_probability() -> None:
    model = calibration()
    low = dict.fromkeys(DECISION, 0.0)
    for name, weight in model.decision.items():
        assert (model.log_odds({**low, name: 1.0}) >= model.log_odds(low)) == (weight >= 0)


def test_a_sentence_scores_by_its_weights() -> None:
    model = Calibration({"similarity": 10.0, "coverage": 1.0}, {}, 0.0)
    assert model.sentence_score({"similarity": 0.1, "coverage": 0.5}) == pytest.approx(1.5)


@pytest.mark.parametrize("told", [None, -1.5, 2.0])
def test_what_each_signal_adds_makes_up_the_probability(told: float | None) -> None:
    model = calibration()
    signals = {name: 0.1 * place for place, name in enumerate(DECISION)}
    pulls = model.pulls(signals, told)
    assert 1 / (1 + math.exp(-sum(pulls.values()))) == pytest.approx(model.probability(signals, told))
    assert pulls.keys() - {"told", ""} == set(model.decision)
