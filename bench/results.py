"""The benchmark's figures as a Markdown page: tables of what was measured, and the bars it is compared with.

Pure: knows outcomes and figures; measures nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from bench.bars import Bar
from bench.figures import decisions, holding, ratio, refusal_groups, within
from bench.metrics import RANKING, mean, refusing
from bench.outcomes import STOCK, Measured, Outcome
from bench.plots import CALIBRATION, CURVES


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
            told = [outcome for outcome in outcomes if outcome.looked_for]
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
    outcomes = one.given("")
    if not outcomes or any(not outcome.answerable for outcome in outcomes):
        return None
    found = refusing(*decisions(outcomes))
    return one.name, found.answerable, 0, None, None, found.false_refusals, None, None


def by_kind(measured: Sequence[Measured]) -> str:
    """Return what is refused of each kind of question, over the whole index."""
    rows = []
    for one in measured:
        kinds: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in one.given(""):
            kinds[outcome.kind].append(outcome)
        for kind, outcomes in kinds.items():
            literal = [outcome for outcome in outcomes if outcome.looked_for]
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


def page(measured: Sequence[Measured], bars: Sequence[Bar], about: Mapping[str, str]) -> str:
    """Return the whole page; `about` tells of the run, a line each."""
    settings = "\n".join(f"- {name}: {value}" for name, value in about.items())
    return (
        "\n\n".join(
            [
                "# How well it answers",
                f"Written by `python -m bench.quality`; not edited by hand.\n\n{settings}",
                "## Bars\n\n" + table(("bar", "to reach", "measured", "met"), (bar.row for bar in bars)),
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
