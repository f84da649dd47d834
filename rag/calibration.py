"""How signals become a sentence's score and a probability. Coefficients are data, in `calibration.json`.

Knows no text, only numbers; `bench/fit.py` makes the coefficients.
"""

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """A linear score over a sentence's figures, and a logistic regression over a question's signals."""

    sentence: dict[str, float]
    decision: dict[str, float]
    intercept: float

    def sentence_score(self, figures: dict[str, float]) -> float:
        """Return the score that orders sentences: larger is likelier to answer."""
        return sum(weight * figures[name] for name, weight in self.sentence.items())

    def probability(self, signals: dict[str, float]) -> float:
        """Return the probability that the best sentence answers (logistic regression)."""
        z = self.intercept + sum(weight * signals[name] for name, weight in self.decision.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@functools.cache
def calibration() -> Calibration:
    """The coefficients shipped beside this file."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return Calibration(table["sentence"], table["decision"], table["intercept"])
