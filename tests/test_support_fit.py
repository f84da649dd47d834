import random

from bench.support_fit import Case, fitted, shares
from bench.support_pairs import Pair
from rag.support import Coefficients, Source

MODEL = Coefficients({"figure": 0.0}, {"run": 0.0, "gap": 0.0, "mixed": 0.0}, 0.0, 0.5)


def cases(set_name: str = "own") -> list[Case]:
    """A hundred documents, a true sentence and one with a claim added of each; every tenth has a wrong figure."""
    chance = random.Random(1)
    found = []
    for number in range(100):
        for kind in ("true", "added"):
            gap = abs(chance.gauss(0.2 if kind == "true" else 2.0, 0.3))
            pair = Pair(set_name, str(number), kind, "made up", "甲有2套。", (Source("甲有2套。"),))
            figure = float(kind == "added" and number % 10 == 0)
            found.append(Case(pair, {"figure": figure, "run": chance.random(), "gap": gap, "mixed": 0.0}))
    return found


def test_what_tells_is_weighed_and_what_does_not_is_hardly() -> None:
    new = fitted(cases(), MODEL)
    assert new["weights"]["gap"] < -1
    assert abs(new["weights"]["run"]) < abs(new["weights"]["gap"]) / 2
    assert new["fit"]["unseen_wrong"]["true"] < 0.1
    assert new["fit"]["unseen_wrong"]["added"] < 0.1


def test_what_a_limit_stops_is_not_learnt_from() -> None:
    assert fitted(cases(), MODEL)["fit"]["fitted_on"]["added"] < sum(
        case.pair.is_fitted_on for case in cases() if case.pair.kind == "added"
    )


def test_public_sets_that_may_only_be_measured_are_not_fitted_on() -> None:
    both = [*cases(), *cases("crud_rag")]
    assert fitted(both, MODEL)["weights"] == fitted(cases(), MODEL)["weights"]


def test_shares_are_of_true_ones_stopped_and_false_ones_let_through() -> None:
    assert shares(cases(), MODEL)["true"] == 0
    assert 0.8 < shares(cases(), MODEL)["added"] < 1
    assert "name" not in shares(cases(), MODEL)
