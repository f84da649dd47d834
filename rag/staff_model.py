"""What decides whether a question asks what an entry answers: a projection of vectors, trees and a regression.

Coefficients are data, in `staff_match.npz`; `bench/staff_fit.py` makes them. Knows numbers, no texts.
"""

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FILE = Path(__file__).with_name("staff_match.npz")
_LEAF = -1
BOUND = 4.0
"""Standard deviations from which on a signal counts no more: what no question of the fitting had tells nothing."""


@dataclass(frozen=True)
class Trees:
    """Boosted trees: at node `i` go to `left[i]` when signal `feature[i]` is at most `threshold[i]`, else `right[i]`.

    A leaf's `feature` is -1, and its `value` is added. `roots` are the trees' first nodes, `base` their common start.
    """

    names: tuple[str, ...]
    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    base: float

    def log_odds(self, rows: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """Return the log-odds of each row of signals, shape (len(rows),)."""
        table = np.array([[row[name] for name in self.names] for row in rows]).reshape(len(rows), len(self.names))
        node = np.tile(self.roots, (len(rows), 1))
        while True:
            feature = self.feature[node]
            inner = feature != _LEAF
            if not inner.any():
                return np.asarray(self.base + self.value[node].sum(1), np.float64)
            told = np.take_along_axis(table, np.maximum(feature, 0), 1)
            after = np.where(told <= self.threshold[node], self.left[node], self.right[node])
            node = np.where(inner, after, node)


@dataclass(frozen=True)
class Quadratic:
    """A logistic regression over signals and their products. Signals are standardised and cut off at `BOUND`."""

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    base: float

    def log_odds(self, rows: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """Return the log-odds of each row of signals, shape (len(rows),)."""
        table = np.array([[row[name] for name in self.names] for row in rows]).reshape(len(rows), len(self.names))
        return np.asarray(squared(table, self.mean, self.scale) @ self.weights + self.base, np.float64)


def squared(table: NDArray[np.float64], mean: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standardised signals, and behind them the product of each two."""
    units = np.clip((table - mean) / scale, -BOUND, BOUND)
    left, right = np.triu_indices(units.shape[1])
    return np.hstack([units, units[:, left] * units[:, right]])


@dataclass(frozen=True)
class Decision:
    """Two opinions added up, and what a reader of the answer adds.

    `alone` is added to the log-odds that no reader has seen; else the probability is logistic of
    `joint[0] * log-odds + joint[1] * reader's log-odds + joint[2]`. Both make one half the probability to answer from.
    """

    trees: Trees
    quadratic: Quadratic
    alone: float
    joint: tuple[float, float, float]

    def log_odds(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        """Return the log-odds of rows of signals."""
        if not rows:
            return []
        return [float(one) for one in self.trees.log_odds(rows) + self.quadratic.log_odds(rows)]

    def probability(self, odds: float, told: float | None) -> float:
        """Return the probability that the question asks what the entry answers; `told` are a reader's log-odds."""
        if told is None:
            return _logistic(odds + self.alone)
        return _logistic(self.joint[0] * odds + self.joint[1] * told + self.joint[2])


@dataclass(frozen=True)
class StaffModel:
    """`projection` (dimensions, projected) and `centre` are of vectors by the model named `fingerprint`.

    `near` was fitted with them; `plain` uses no vectors, for other models.
    """

    fingerprint: str
    projection: NDArray[np.float32]
    centre: NDArray[np.float32]
    near: Decision
    plain: Decision

    def knows(self, fingerprint: str) -> bool:
        """Whether it was fitted with vectors of this model."""
        return fingerprint == self.fingerprint

    @cached_property
    def stamp(self) -> str:
        """Identifies the projection: vectors projected by equal ones may be compared and kept."""
        return hashlib.sha256(self.projection.tobytes() + self.centre.tobytes()).hexdigest()[:12]

    def decision(self, fingerprint: str) -> Decision:
        """Return what decides with vectors of a model."""
        return self.near if self.knows(fingerprint) else self.plain

    def projected(self, rows: NDArray[np.float32], fingerprint: str) -> NDArray[np.float32]:
        """Return the unit rows that are compared in place of `rows`: another model's are left as they are."""
        if not self.knows(fingerprint) or not len(rows):
            return rows
        moved = (rows - self.centre) @ self.projection
        units: NDArray[np.float32] = moved / np.maximum(1e-9, np.linalg.norm(moved, axis=1, keepdims=True))
        return units


def save_model(model: StaffModel, path: Path = _FILE) -> None:
    """Write a model as `staff_model` reads it."""
    arrays: dict[str, NDArray[np.generic]] = {
        "fingerprint": np.array(model.fingerprint),
        "projection": model.projection.astype(np.float16),
        "centre": model.centre.astype(np.float16),
    }
    for name, decision in (("near", model.near), ("plain", model.plain)):
        arrays |= {f"{name}.{field}": array for field, array in _arrays_of(decision).items()}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _arrays_of(decision: Decision) -> dict[str, NDArray[np.generic]]:
    trees, quadratic = decision.trees, decision.quadratic
    return {
        "names": np.array(trees.names),
        "numbers": np.array([trees.base, quadratic.base, decision.alone, *decision.joint]),
        "mean": quadratic.mean,
        "scale": quadratic.scale,
        "weights": quadratic.weights.astype(np.float32),
        "roots": trees.roots,
        "feature": trees.feature.astype(np.int16),
        "threshold": trees.threshold.astype(np.float32),
        "left": trees.left.astype(np.int16),
        "right": trees.right.astype(np.int16),
        "value": trees.value.astype(np.float32),
    }


@functools.cache
def staff_model(path: Path = _FILE) -> StaffModel:
    """The coefficients shipped beside this file."""
    with np.load(path, allow_pickle=False) as arrays:
        return StaffModel(
            str(arrays["fingerprint"]),
            arrays["projection"].astype(np.float32),
            arrays["centre"].astype(np.float32),
            _decision(arrays, "near"),
            _decision(arrays, "plain"),
        )


def _decision(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Decision:
    def whole(field: str) -> NDArray[np.int32]:
        return arrays[f"{name}.{field}"].astype(np.int32)

    def real(field: str) -> NDArray[np.float64]:
        return arrays[f"{name}.{field}"].astype(np.float64)

    names = tuple(str(one) for one in arrays[f"{name}.names"])
    base, quadratic_base, alone, odds, told, intercept = map(float, real("numbers"))
    trees = Trees(
        names, whole("roots"), whole("feature"), real("threshold"), whole("left"), whole("right"), real("value"), base
    )
    quadratic = Quadratic(names, real("mean"), real("scale"), real("weights"), quadratic_base)
    return Decision(trees, quadratic, alone, (odds, told, intercept))


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
