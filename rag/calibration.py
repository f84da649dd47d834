"""How signals become a sentence's score and a probability. Coefficients are data, in `calibration.json`.

Knows no text, only numbers; `bench/fit.py` makes the coefficients.
"""

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """A linear score over a sentence's figures, and a logistic regression over a question's signals."""

    sentence: dict[str, float]
    decision: dict[str, float]
    intercept: float

    def sentence_score(self, row: Any, mean_similarity: float) -> float:
        """Return the score that orders sentences: larger is likelier to answer."""
        figures = {
            "similarity": row.similarity - mean_similarity,
            "coverage": row.coverage,
            "own_coverage": row.own_coverage,
            "clause_coverage": row.clause_coverage,
            "kind_match": row.kind_match,
            "missing": row.missing,
            "number_conflict": row.number_conflict,
            "rank": row.rank,
        }
        return sum(self.sentence.get(name, 0.0) * figure for name, figure in figures.items())

    def probability(self, signals: dict[str, float]) -> float:
        """Return the probability that the best sentence answers (logistic regression)."""
        z = self.intercept + sum(self.decision.get(name, 0.0) * value for name, value in signals.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@functools.cache
def calibration() -> Calibration:
    """The coefficients shipped beside this file."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return Calibration(table["sentence"], table["decision"], table["intercept"])
