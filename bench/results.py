"""The benchmark's figures as a Markdown page: tables of what was measured, and the bars it is compared with.

Pure: knows outcomes and figures; measures nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.asking import Outcome
from bench.measure import FREE_KINDS, NOISE_RATES, PARK, STOCK, Measured, condition
from bench.metrics import RANKING, mean, refusing
from bench.plots import CALIBRATION, CURVES

LEGS = ("lexical", "dense", "dense, best sentence")


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; figures right, the first column left."""
    lines = ["| " + " | ".join(heading) + " |", "|---" + "|---:" * (len(heading) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(map(shown, row)) + " |" for row in rows)])


def shown(value: object) -> str:
    """Return a share with three digits, another value as it is, nothing as a dash."""
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def retrieval(measured: Sequence[Measured]) -> str:
    """Return every system's ranking of documents, set by set."""
    rows = [
        (one.name, system, one.ranked, *(figures.get(name) for name in RANKING))
        for one in measured
        for system, figures in one.rankings.items()
        if figures
    ]
    return table(("set", "system", "n", *RANKING), rows)


def evidence(measured: Sequence[Measured]) -> str:
    """Return how many evidence sentences it takes to hold the answer, of questions whose answer can be looked for."""
    rows = []
    for one in measured:
        for what, outcomes in by_condition(one.outcomes).items():
            told = [outcome for outcome in outcomes if looked_for(outcome)]
            if told:
                rows.append((one.name, what or "end to end", len(told), *(within(told, k) for k in (1, 2, 3, 10)),
                             mean(outcome.shown for outcome in told)))  # fmt: skip
        if one.stock_shows is not None:
            rows.append((one.name, f"end to end, {STOCK}", None, None, None, None, None, one.stock_shows))
    return table(("set", "given", "n", "first 1", "first 2", "first 3", "first 10", "shown"), rows)


def by_condition(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Return the outcomes by what was given to the question."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.condition].append(outcome)
    return groups


def looked_for(outcome: Outcome) -> bool:
    """Whether the answer is a few words that stand in the documents."""
    return outcome.literal and outcome.kind not in FREE_KINDS


def within(outcomes: Sequence[Outcome], sentences: int) -> float | None:
    """Return the share of questions whose answer is within so many evidence sentences."""
    return mean(outcome.first is not None and outcome.first <= sentences for outcome in outcomes)


def refusal_groups(measured: Sequence[Measured]) -> dict[str, list[Outcome]]:
    """Return what is decided together: sets with unanswerable questions; RGB's noise only with each share of noise."""
    groups: dict[str, list[Outcome]] = {}
    for one in measured:
        conditions = by_condition(one.outcomes)
        if one.name in ("crud_rag", "dragonball_zh", PARK):
            groups[one.name] = conditions.get("", [])
        if one.name == "rgb":
            for rate in NOISE_RATES[:-1]:
                both = conditions.get(condition(rate), []) + conditions.get(condition(1), [])
                groups[f"rgb, {condition(rate)}"] = both
    return {name: outcomes for name, outcomes in groups.items() if outcomes}


def plotted(measured: Sequence[Measured]) -> dict[str, tuple[list[bool], list[float]]]:
    """Return what the plots show: answerability and confidence of what is decided together, three shares of noise."""
    left_out = {f"rgb, {condition(rate)}" for rate in NOISE_RATES if rate not in (0.0, 0.4, 0.8)}
    groups = {name: outcomes for name, outcomes in refusal_groups(measured).items() if name not in left_out}
    return {name: (decisions(outcomes)[0], decisions(outcomes)[2]) for name, outcomes in groups.items()}


def refusal(measured: Sequence[Measured]) -> str:
    """Return how well refusing tells answerable questions from others."""
    rows: list[Sequence[object]] = []
    for name, outcomes in refusal_groups(measured).items():
        found = refusing(*decisions(outcomes))
        rows.append((name, found.answerable, found.unanswerable, found.precision, found.recall, found.false_refusals,
                     found.auc, found.brier))  # fmt: skip
        unanswerable = found.unanswerable
        share = unanswerable / (found.answerable + unanswerable)
        rows.append((f"{name}, always answers", found.answerable, unanswerable, None, 0.0, 0.0, 0.5, share))
    rows += [row for row in (_answered(one) for one in measured) if row]
    heading = ("questions", "answerable", "unanswerable", "precision", "recall", "false refusals", "AUC", "Brier")
    return table(heading, rows)


def _answered(one: Measured) -> Sequence[object] | None:
    """The false refusals of a set that has no unanswerable questions."""
    outcomes = by_condition(one.outcomes).get("", [])
    if not outcomes or any(not outcome.answerable for outcome in outcomes):
        return None
    found = refusing(*decisions(outcomes))
    return one.name, found.answerable, 0, None, None, found.false_refusals, None, None


def decisions(outcomes: Sequence[Outcome]) -> tuple[list[bool], list[bool], list[float]]:
    """Return for each question whether it is answerable, whether it was refused, and how sure the chain was."""
    return (
        [outcome.answerable for outcome in outcomes],
        [outcome.refused for outcome in outcomes],
        [outcome.confidence for outcome in outcomes],
    )


def by_kind(measured: Sequence[Measured]) -> str:
    """Return what is refused of each kind of question, over the whole index."""
    rows = []
    for one in measured:
        kinds: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in by_condition(one.outcomes).get("", []):
            kinds[outcome.kind].append(outcome)
        for kind, outcomes in kinds.items():
            literal = [outcome for outcome in outcomes if looked_for(outcome)]
            rows.append((one.name, kind, len(outcomes), mean(outcome.refused for outcome in outcomes),
                         mean(outcome.right for outcome in literal)))  # fmt: skip
    return table(("set", "kind", "n", "refused", "answer shown"), rows)


def citations(measured: Sequence[Measured]) -> str:
    """Return whether citations are verbatim, are the sentences the sets mark, and hold the answer when it is right."""
    rows = []
    for one in measured:
        answered = [outcome for outcome in one.outcomes if not outcome.refused]
        marked = [outcome for outcome in answered if outcome.marked and outcome.condition == ""]
        rows.append((
            one.name,
            mean(outcome.verbatim for outcome in one.outcomes if outcome.verbatim is not None),
            ratio(marked, lambda outcome: outcome.supported, lambda outcome: outcome.cited),
            ratio(marked, lambda outcome: outcome.covered, lambda outcome: outcome.marked),
            len(marked),
            holding([one]),
        ))  # fmt: skip
    heading = ("set", "verbatim", "precision", "recall", "answers with marked sentences", "hold the answer when right")
    return table(heading, rows)


def holding(measured: Sequence[Measured]) -> float | None:
    """Return the share of right answers whose citations hold the answer."""
    return mean(outcome.shown for one in measured for outcome in one.outcomes if outcome.right)


def ratio(outcomes: Sequence[Outcome], part: Callable[[Outcome], int], whole: Callable[[Outcome], int]) -> float | None:
    """Return the sum of one count over the sum of another."""
    total = sum(map(whole, outcomes))
    return sum(map(part, outcomes)) / total if total else None


def speed(measured: Sequence[Measured]) -> str:
    """Return what was indexed and asked, and how long it took."""
    rows = []
    for one in measured:
        asked = [outcome.cpu_ms for outcome in one.outcomes if outcome.condition == ""]
        rows.append((one.name, one.documents, one.characters, one.chunks, one.embedded, f"{one.building_s:.0f}",
                     len(one.outcomes), f"{median(asked):.0f}" if asked else None, f"{one.asking_s:.0f}"))  # fmt: skip
    heading = ("set", "documents", "characters", "chunks", "texts embedded", "building, s", "questions asked",
               "median question, CPU ms", "asking, s")  # fmt: skip
    return table(heading, rows)


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
    def figure(name: str, of: str, system: str = "fusion") -> float | None:
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
    return by_condition(sets[name].outcomes).get(what, []) if name in sets else []


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


def page(measured: Sequence[Measured], about: Mapping[str, str]) -> str:
    """Return the whole page; `about` tells of the run, a line each."""
    settings = "\n".join(f"- {name}: {value}" for name, value in about.items())
    return (
        "\n\n".join(
            [
                "# How well it answers",
                f"Written by `python -m bench.quality`; not edited by hand.\n\n{settings}",
                "## Bars\n\n" + table(("bar", "to reach", "measured", "met"), (bar.row for bar in bars(measured))),
                f"## Retrieval\n\n{_RETRIEVAL}\n\n" + retrieval(measured),
                f"## Evidence\n\n{_EVIDENCE}\n\n" + evidence(measured),
                f"## Refusal\n\n{_REFUSAL}\n\n" + refusal(measured),
                f"![Curves]({CURVES})\n\n![Calibration]({CALIBRATION})",
                "What is refused of each kind of question, over the whole index:\n\n" + by_kind(measured),
                f"## Citations\n\n{_CITATIONS}\n\n" + citations(measured),
                "## Size and time\n\n" + speed(measured),
            ]
        )
        + "\n"
    )


_RETRIEVAL = (
    "Of documents, a chunk standing for its own. R@k: a gold document is among the first k. all@k: the share of the "
    "documents needed that are (questions over several documents need one of each). `lexical` and `dense` are the "
    "two legs as they are; `dense, best sentence` orders what both propose by the nearest sentence, as the fusion "
    "does. The baselines rank the same documents."
)
_EVIDENCE = (
    "How often the answer's words stand within the first sentences of the evidence, best first, and within those "
    "shown in the end (none where a question is refused). Only questions whose answer stands in the documents given, "
    "word for word."
)
_REFUSAL = (
    "Precision and recall of refusing. AUC: the chance that of an answerable and an unanswerable question the first "
    "has the higher confidence. RGB gives each question five passages of its own, some of them noise; its unanswerable "
    "questions get noise only."
)
_CITATIONS = (
    "Verbatim: the citation is that slice of the document, in all answers and refusals. Precision and recall: of the "
    "sentences cited, against those the set marks as evidence, where a question was answered."
)
