"""How signals become a sentence's score and a probability. Coefficients are data, in `calibration.json`.

Knows no text, only numbers; `bench/fit.py` makes the coefficients.
"""

import functools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """A linear score over a sentence's figures, and a logistic regression over a question's signals.

    `reading` weighs the log of a sentence's share in what the reader takes for the answer. `joint` is a second
    regression, for when the reader has read: over the first one's log-odds ("odds"), the reader's ("told") and, where
    named, signals. `joint_shift` is added to its intercept: visitors' words are further from their reports' than those
    of the questions it was fitted on, and the reader doubts what is far.
    """

    sentence: dict[str, float]
    decision: dict[str, float]
    intercept: float
    reading: float = 0.0
    joint: dict[str, float] = field(default_factory=dict)
    joint_intercept: float = 0.0
    joint_shift: float = 0.0

    def sentence_score(self, figures: dict[str, float]) -> float:
        """Return the score that orders sentences: larger is likelier to answer."""
        return sum(weight * figures[name] for name, weight in self.sentence.items())

    def log_odds(self, signals: dict[str, float]) -> float:
        """Return the log-odds that the best sentence answers, by the signals alone."""
        return self.intercept + sum(weight * signals[name] for name, weight in self.decision.items())

    def joint_figures(self, signals: dict[str, float], told: float) -> dict[str, float]:
        """Return all that the joint regression may weigh, by name."""
        return {**signals, "odds": self.log_odds(signals), "told": told}

    def probability(self, signals: dict[str, float], told: float | None = None) -> float:
        """Return the probability that the best sentence answers; `told` are the reader's log-odds, if it has read."""
        if told is None:
            return _logistic(self.log_odds(signals))
        figures = self.joint_figures(signals, told)
        weighed = sum(weight * figures[name] for name, weight in self.joint.items())
        return _logistic(self.joint_intercept + self.joint_shift + weighed)

    def pulls(self, signals: dict[str, float], told: float | None = None) -> dict[str, float]:
        """Return what each signal adds to the log-odds of `probability`, which are the sum of all; "" is the rest."""
        own = {name: weight * signals[name] for name, weight in self.decision.items()}
        if told is None:
            return {"": self.intercept, **own}
        odds = self.joint.get("odds", 0.0)
        pulls = {"": self.joint_intercept + self.joint_shift + odds * self.intercept}
        pulls |= {name: odds * pull for name, pull in own.items()}
        for name, weight in self.joint.items():
            if name != "odds":
                pulls[name] = pulls.get(name, 0.0) + weight * (told if name == "told" else signals[name])
        return pulls


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@functools.cache
def calibration() -> Calibration:
    """The coefficients shipped beside this file."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return Calibration(**{name: value for name, value in table.items() if name != "fit"})
