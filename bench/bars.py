"""The bars that the figures are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.figures import holding, within
from bench.metrics import mean
from bench.outcomes import PARK, Measured, Outcome, condition
from bench.rankings import FUSION, LEGS


@dataclass(frozen=True)
class Bar:
    """What a figure is compared with; `most` where less is better. None was not measured."""

    what: str
    bar: float
    measured: float | None
    most: bool = False

    @property
    def met(self) -> str:
        """Whether the bar is met."""
        if self.measured is None:
            return "not measured"
        good = self.measured <= self.bar if self.most else self.measured >= self.bar
        return "yes" if good else "**no**"

    @property
    def row(self) -> tuple[str, str, object, str]:
        """The bar as a row of the table."""
        return self.what, f"{'≤' if self.most else '≥'} {round(self.bar, 3):g}", self.measured, self.met


def bars(measured: Sequence[Measured]) -> list[Bar]:
    """Return every bar with what was measured."""
    sets = {one.name: one for one in measured}
    return [*_retrieval_bars(sets), *_evidence_bars(sets), *_refusal_bars(sets), *_citation_bars(sets)]


def _retrieval_bars(sets: Mapping[str, Measured]) -> list[Bar]:
    def figure(name: str, of: str, system: str = FUSION) -> float | None:
        return sets[name].rankings.get(system, {}).get(of) if name in sets else None

    against = []
    for name in (name for name in sets if name != PARK):
        legs = [value for leg in LEGS if (value := figure(name, "R@5", leg)) is not None]
        if legs:
            against.append(Bar(f"{name}: fusion R@5, no less than its better leg", max(legs), figure(name, "R@5")))
    return [
        *against,
        Bar("cmrc2018: R@1", 0.985, figure("cmrc2018", "R@1")),
        Bar("crud_rag: R@5", 0.97, figure("crud_rag", "R@5")),
        Bar("crud_rag: R@1", 0.88, figure("crud_rag", "R@1")),
        Bar("domainrag: R@5", 0.75, figure("domainrag", "R@5")),
        Bar("rgb pooled: R@5", 0.90, figure("rgb", "R@5")),
    ]


def _given(sets: Mapping[str, Measured], name: str, what: str) -> list[Outcome]:
    return sets[name].given(what) if name in sets else []


def _evidence_bars(sets: Mapping[str, Measured]) -> list[Bar]:
    found = [
        Bar("cmrc2018: answer within 3 sentences, gold paragraph", 0.94, within(_given(sets, "cmrc2018", "gold"), 3)),
        Bar("cmrc2018: answer within 3 sentences, end to end", 0.92, within(_given(sets, "cmrc2018", ""), 3)),
    ]
    for rate, bar in ((0.0, 0.92), (0.4, 0.90), (0.8, 0.80)):
        outcomes = _given(sets, "rgb", condition(rate))
        found.append(
            Bar(f"rgb, noise {rate:g}: answer within the evidence shown", bar, mean(o.shown for o in outcomes))
        )
    return found


def _refusal_bars(sets: Mapping[str, Measured]) -> list[Bar]:
    def refused(name: str, what: str, answerable: bool) -> float | None:
        return mean(one.refused for one in _given(sets, name, what) if one.answerable is answerable)

    found = [
        Bar("rgb, noise only: refused", 0.85, refused("rgb", "noise only", False)),
        Bar("rgb, noise 0.4: answerable refused", 0.08, refused("rgb", condition(0.4), True), most=True),
    ]
    for name in ("crud_rag", "dragonball_zh"):
        found += [
            Bar(f"{name}: unanswerable refused", 0.80, refused(name, "", False)),
            Bar(f"{name}: answerable refused", 0.08, refused(name, "", True), most=True),
        ]
    return found


def _citation_bars(sets: Mapping[str, Measured]) -> list[Bar]:
    outcomes = [outcome for one in sets.values() for outcome in one.outcomes]
    large = [one for one in sets.values() if one.chunks >= 10_000]
    asked = [outcome.cpu_ms for one in large for outcome in one.outcomes if outcome.condition == ""]
    return [
        Bar("citations verbatim", 1.0, mean(one.verbatim for one in outcomes if one.verbatim is not None)),
        Bar("citations hold the answer when it is right", 0.97, holding(list(sets.values()))),
        Bar("a question over 10,000 chunks or more, CPU ms, median", 80, median(asked) if asked else None, most=True),
    ]
