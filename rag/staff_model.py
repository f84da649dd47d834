"""What decides whether a question asks what an entry answers: a projection of vectors, and trees over signals.

Coefficients are data, in `staff_match.npz`; `bench/staff_fit.py` makes them. Knows numbers, no texts.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FILE = Path(__file__).with_name("staff_match.npz")
_LEAF = -1


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
class StaffModel:
    """`projection` (dimensions, projected) and `centre` are of vectors by the model named `fingerprint`.

    `trees` were fitted with them; `plain_trees` use no vectors, for other models. What is added to the log-odds of each
    makes one half the probability from which an entry answers.
    """

    fingerprint: str
    projection: NDArray[np.float32]
    centre: NDArray[np.float32]
    trees: Trees
    plain_trees: Trees
    shift: float
    plain_shift: float

    def knows(self, fingerprint: str) -> bool:
        """Whether it was fitted with vectors of this model."""
        return fingerprint == self.fingerprint

    def projected(self, rows: NDArray[np.float32], fingerprint: str) -> NDArray[np.float32]:
        """Return the unit rows that are compared in place of `rows`: another model's are left as they are."""
        if not self.knows(fingerprint) or not len(rows):
            return rows
        moved = (rows - self.centre) @ self.projection
        units: NDArray[np.float32] = moved / np.maximum(1e-9, np.linalg.norm(moved, axis=1, keepdims=True))
        return units

    def probabilities(self, rows: Sequence[Mapping[str, float]], fingerprint: str) -> list[float]:
        """Return for each row of signals the probability that the question asks what the entry answers."""
        if not rows:
            return []
        known = self.knows(fingerprint)
        odds = (self.trees if known else self.plain_trees).log_odds(rows) + (self.shift if known else self.plain_shift)
        return [1 / (1 + math.exp(-max(-30.0, min(30.0, one)))) for one in odds]


def save_model(model: StaffModel, path: Path = _FILE) -> None:
    """Write a model as `staff_model` reads it."""
    arrays = {
        "fingerprint": np.array(model.fingerprint),
        "projection": model.projection.astype(np.float16),
        "centre": model.centre.astype(np.float16),
        "shifts": np.array([model.shift, model.plain_shift]),
    }
    for name, trees in (("trees", model.trees), ("plain", model.plain_trees)):
        arrays |= {
            f"{name}.names": np.array(trees.names),
            f"{name}.base": np.array(trees.base),
            f"{name}.roots": trees.roots,
            f"{name}.feature": trees.feature.astype(np.int16),
            f"{name}.threshold": trees.threshold.astype(np.float32),
            f"{name}.left": trees.left.astype(np.int16),
            f"{name}.right": trees.right.astype(np.int16),
            f"{name}.value": trees.value.astype(np.float32),
        }
    np.savez_compressed(path, allow_pickle=False, **arrays)


@functools.cache
def staff_model(path: Path = _FILE) -> StaffModel:
    """The coefficients shipped beside this file."""
    with np.load(path, allow_pickle=False) as arrays:
        shift, plain_shift = map(float, arrays["shifts"])
        return StaffModel(
            str(arrays["fingerprint"]),
            arrays["projection"].astype(np.float32),
            arrays["centre"].astype(np.float32),
            _trees(arrays, "trees"),
            _trees(arrays, "plain"),
            shift,
            plain_shift,
        )


def _trees(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Trees:
    def whole(field: str) -> NDArray[np.int32]:
        return arrays[f"{name}.{field}"].astype(np.int32)

    def real(field: str) -> NDArray[np.float64]:
        return arrays[f"{name}.{field}"].astype(np.float64)

    names = tuple(str(one) for one in arrays[f"{name}.names"])
    base = float(real("base"))
    return Trees(
        names, whole("roots"), whole("feature"), real("threshold"), whole("left"), whole("right"), real("value"), base
    )
