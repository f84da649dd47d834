"""What tables, bars and plots are made from: outcomes grouped and counted. Pure."""

from collections.abc import Callable, Sequence

from bench.metrics import mean
from bench.outcomes import PARK, Measured, Outcome, condition
from bench.samples import NOISE_RATES


def within(outcomes: Sequence[Outcome], sentences: int) -> float | None:
    """Return the share of questions whose answer is within so many evidence sentences."""
    return mean(outcome.first is not None and outcome.first <= sentences for outcome in outcomes)


def refusal_groups(measured: Sequence[Measured]) -> dict[str, list[Outcome]]:
    """Return what is decided together: sets with unanswerable questions; RGB's noise only with each share of noise."""
    groups: dict[str, list[Outcome]] = {}
    for one in measured:
        if one.name in ("crud_rag", "dragonball_zh", PARK):
            groups[one.name] = one.given("")
        if one.name == "rgb":
            for rate in NOISE_RATES[:-1]:
                both = one.given(condition(rate)) + one.given(condition(1))
                groups[f"rgb, {condition(rate)}"] = both
    return {name: outcomes for name, outcomes in groups.items() if outcomes}


def plotted(measured: Sequence[Measured]) -> dict[str, tuple[list[bool], list[float]]]:
    """Return what the plots show: answerability and confidence of what is decided together, three shares of noise."""
    left_out = {f"rgb, {condition(rate)}" for rate in NOISE_RATES if rate not in (0.0, 0.4, 0.8)}
    groups = {name: outcomes for name, outcomes in refusal_groups(measured).items() if name not in left_out}
    return {name: (decisions(outcomes)[0], decisions(outcomes)[2]) for name, outcomes in groups.items()}


def decisions(outcomes: Sequence[Outcome]) -> tuple[list[bool], list[bool], list[float]]:
    """Return for each question whether it is answerable, whether it was refused, and how sure the chain was."""
    return (
        [outcome.answerable for outcome in outcomes],
        [outcome.refused for outcome in outcomes],
        [outcome.confidence for outcome in outcomes],
    )


def holding(measured: Sequence[Measured]) -> float | None:
    """Return the share of right answers whose citations hold the answer."""
    return mean(outcome.shown for one in measured for outcome in one.outcomes if outcome.right)


def ratio(outcomes: Sequence[Outcome], part: Callable[[Outcome], int], whole: Callable[[Outcome], int]) -> float | None:
    """Return the sum of one count over the sum of another."""
    total = sum(map(whole, outcomes))
    return sum(map(part, outcomes)) / total if total else None
