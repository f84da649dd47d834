"""How much what is not borne out counts: a regression over pairs whose sentences pass every limit.

Knows pairs and their signals; learns from CMRC 2018 and our own sentences alone. Limits and threshold are set by hand.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bench.support_pairs import FITTED_ON, KINDS, Pair
from rag.support import Coefficients

WEIGHED = ("run", "gap", "mixed")
"""The signals that the regression weighs."""
WRITTEN_WEIGHT = 6.0
"""How much a sentence of our own counts beside one made by rule: a chat model's are more like it."""


@dataclass(frozen=True)
class Case:
    """A pair with its signals."""

    pair: Pair
    signals: dict[str, float]

    def passes(self, coefficients: Coefficients) -> bool:
        """Whether the sentence is taken for supported."""
        return coefficients.verdict(self.signals).supported


def shares(cases: Sequence[Case], coefficients: Coefficients) -> dict[str, float]:
    """Return the share of true sentences stopped ("true") and of false ones let through, by kind."""
    found: dict[str, float] = {}
    for kind in ("true", *KINDS):
        passed = [case.passes(coefficients) for case in cases if case.pair.kind == kind]
        if passed:
            found[kind] = float(np.mean(passed)) if kind != "true" else 1 - float(np.mean(passed))
    return found


def fitted(cases: Sequence[Case], coefficients: Coefficients) -> dict[str, Any]:
    """Return weights and intercept fitted on one half, and the report: how they do on the other."""
    from sklearn.linear_model import LogisticRegression

    own = [case for case in cases if case.pair.set in FITTED_ON]
    learnt = [case for case in own if case.pair.is_fitted_on and _within_limits(case, coefficients)]
    rows = np.array([[case.signals[name] for name in WEIGHED] for case in learnt])
    truth = np.array([case.pair.is_true for case in learnt])
    weights = np.array([WRITTEN_WEIGHT if case.pair.set == "written" else 1.0 for case in learnt])
    weights[truth] *= weights[~truth].sum() / weights[truth].sum()  # as many false ones as true
    model = LogisticRegression().fit(rows, truth, sample_weight=weights)
    new = Coefficients(
        coefficients.limits,
        {name: _short(weight) for name, weight in zip(WEIGHED, model.coef_[0], strict=True)},
        _short(model.intercept_[0]),
        coefficients.threshold,
    )
    unseen = [case for case in own if not case.pair.is_fitted_on]
    return {
        "weights": dict(new.weights),
        "intercept": new.intercept,
        "fit": {
            "made": datetime.now(UTC).date().isoformat(),
            "data": "halves of CMRC 2018's public part and of sentences of our own",
            "fitted_on": dict(Counter(case.pair.kind for case in learnt)),
            "unseen": dict(Counter(case.pair.kind for case in unseen)),
            "unseen_wrong": {kind: _short(share) for kind, share in shares(unseen, new).items()},
        },
    }


def _within_limits(case: Case, coefficients: Coefficients) -> bool:
    return not any(case.signals[name] > limit for name, limit in coefficients.limits.items())


def _short(value: float) -> float:
    return round(float(value), 4)
