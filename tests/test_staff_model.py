from pathlib import Path

import numpy as np
import pytest

from rag.staff_model import StaffModel, Trees, save_model, staff_model


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


def toy_model() -> StaffModel:
    return StaffModel(
        "toy", np.eye(3, 2, dtype=np.float32), np.zeros(3, np.float32), stump("near", -2, 2), stump("ask", -1, 1), 0, 0
    )


def test_trees_add_the_leaves_that_a_row_ends_in() -> None:
    odds = stump("near", -2, 2).log_odds([{"near": 0.5}, {"near": 0.6}])
    assert list(odds) == [-1.75, 2.25]


def test_other_models_vectors_are_left_alone_and_do_not_count() -> None:
    model, rows = toy_model(), np.array([[3, 4, 5]], np.float32)
    assert np.allclose(model.projected(rows, "toy"), [[0.6, 0.8]])
    assert model.projected(rows, "other") is rows
    told = {"near": 1.0, "ask": 0.0}
    assert model.probabilities([told], "toy")[0] > 0.5 > model.probabilities([told], "other")[0]
    assert model.probabilities([], "toy") == []


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_model(toy_model(), tmp_path / "model.npz")
    read = staff_model(tmp_path / "model.npz")
    assert read.fingerprint == "toy"
    assert list(read.trees.log_odds([{"near": 0.9}])) == [2.25]
    assert read.plain_trees.names == ("ask",)


def test_the_shipped_model_gives_probabilities() -> None:
    model = staff_model()
    for trees, mark in ((model.trees, model.fingerprint), (model.plain_trees, "another")):
        low, high = (dict.fromkeys(trees.names, value) for value in (-1e9, 1e9))
        assert all(0 <= one <= 1 for one in model.probabilities([low, high], mark))
    assert not {"near", "plain", "negative"} & set(model.plain_trees.names)


def test_a_missing_signal_is_an_error() -> None:
    with pytest.raises(KeyError):
        stump("near", 0, 0).log_odds([{}])
