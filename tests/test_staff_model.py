from pathlib import Path

import numpy as np
import pytest

from rag.staff_model import BOUND, Decision, Quadratic, StaffModel, Trees, save_model, squared, staff_model


def stump(name: str, low: float, high: float) -> Trees:
    """One tree that tells whether a signal is above a half."""
    return Trees(
        (name,),
        np.array([0], np.int32),
        np.array([0, -1, -1], np.int32),
        np.array([0.5, 0, 0]),
        np.array([1, 0, 0], np.int32),
        np.array([2, 0, 0], np.int32),
        np.array([0, low, high]),
        0.25,
    )


def decision(trees: Trees) -> Decision:
    """What asks the tree alone; a reader counts twice."""
    nothing = Quadratic(trees.names, np.zeros(1), np.ones(1), np.zeros(2), 0.0)
    return Decision(trees, nothing, 0.0, (1.0, 2.0, -1.0))


def toy_model() -> StaffModel:
    return StaffModel(
        "toy",
        np.eye(3, 2, dtype=np.float32),
        np.zeros(3, np.float32),
        decision(stump("near", -2, 2)),
        decision(stump("ask", -1, 1)),
    )


def test_trees_add_the_leaves_that_a_row_ends_in() -> None:
    odds = stump("near", -2, 2).log_odds([{"near": 0.5}, {"near": 0.6}])
    assert list(odds) == [-1.75, 2.25]


def test_products_of_signals_stand_behind_them_cut_off() -> None:
    table = np.array([[1.0, 100.0]])
    assert list(squared(table, np.zeros(2), np.ones(2))[0]) == [1, BOUND, 1, BOUND, BOUND**2]
    quadratic = Quadratic(("a", "b"), np.zeros(2), np.ones(2), np.array([1, 0, 0, 0.5, 0]), 3.0)
    assert list(quadratic.log_odds([{"a": 2.0, "b": 1.0}])) == [6.0]


def test_a_reader_counts_where_it_has_read() -> None:
    one = decision(stump("near", -2, 2))
    assert one.probability(0.0, None) == 0.5
    assert one.probability(1.0, 0.0) == 0.5
    assert one.probability(1.0, -3.0) < 0.01 < 0.99 < one.probability(1.0, 3.0)
    assert one.log_odds([]) == []


def test_other_models_vectors_are_left_alone_and_do_not_count() -> None:
    model, rows = toy_model(), np.array([[3, 4, 5]], np.float32)
    assert np.allclose(model.projected(rows, "toy"), [[0.6, 0.8]])
    assert model.projected(rows, "other") is rows
    assert (model.decision("toy"), model.decision("other")) == (model.near, model.plain)


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_model(toy_model(), tmp_path / "model.npz")
    read = staff_model(tmp_path / "model.npz")
    assert read.fingerprint == "toy"
    assert read.near.log_odds([{"near": 0.9}]) == [2.25]
    assert read.near.joint == (1.0, 2.0, -1.0)
    assert read.plain.trees.names == ("ask",)


@pytest.mark.parametrize("mark", [staff_model().fingerprint, "another"])
def test_the_shipped_model_gives_probabilities_whatever_it_is_told(mark: str) -> None:
    one = staff_model().decision(mark)
    rows = [dict.fromkeys(one.trees.names, value) for value in (-1e9, 0.0, 1e9)]
    odds = one.log_odds(rows)
    assert np.isfinite(odds).all()
    assert all(0 <= one.probability(value, told) <= 1 for value in odds for told in (None, -14.0, 14.0))
    assert ({"near", "plain", "negative"} <= set(one.trees.names)) is (mark != "another")


def test_a_missing_signal_is_an_error() -> None:
    with pytest.raises(KeyError):
        stump("near", 0, 0).log_odds([{}])
