"""The benchmark's figures: of rankings by ir-measures, of decisions by scikit-learn. Knows no sets and no chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RANKING = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10", "all@5", "all@10")
"""Figures of a ranking: R@k is the share of questions with a gold document among the first k, all@k the share of the
documents needed (one of each group) that are."""
_NAMES = {
    "R@1": "Success@1", "R@5": "Success@5", "R@10": "Success@10", "MRR@10": "RR@10", "nDCG@10": "nDCG@10",
    "all@5": "R@5", "all@10": "R@10",
}  # fmt: skip


def ranking_figures(rankings: Sequence[Sequence[str]], gold: Sequence[Sequence[Sequence[str]]]) -> dict[str, float]:
    """Return RANKING of ranked document ids, best first, against groups of gold ids; the mean over the questions.

    Any member stands for its group, so the first one found counts as the group and the others as nothing.
    """
    # Loading it takes half a second, which `--help` should not pay.
    import ir_measures

    measures = {name: ir_measures.parse_measure(theirs) for name, theirs in _NAMES.items()}
    qrels = {str(place): {f"group {number}": 1 for number in range(len(of))} for place, of in enumerate(gold)}
    runs = {str(place): _scored(grouped(*pair)) for place, pair in enumerate(zip(rankings, gold, strict=True))}
    found = ir_measures.calc_aggregate(list(measures.values()), qrels, runs)
    return {name: float(found[measure]) for name, measure in measures.items()}


def grouped(ranking: Sequence[str], gold: Sequence[Sequence[str]]) -> list[str]:
    """Return the ranking with the first member of each group replaced by the group; in two groups, it is both."""
    seen: set[int] = set()
    entries = []
    for id_ in ranking:
        new = [number for number, group in enumerate(gold) if id_ in group and number not in seen]
        seen.update(new)
        entries += [f"group {number}" for number in new] or [f"document {id_}"]
    return entries


def _scored(entries: Sequence[str]) -> dict[str, float]:
    return {entry: float(-place) for place, entry in enumerate(dict.fromkeys(entries))}


@dataclass(frozen=True)
class Refusing:
    """How well refusing tells answerable questions from others. None where a figure has no meaning.

    Precision and recall are of refusing; `false_refusals` the share of answerable questions refused; `auc` the chance
    that an answerable question has the higher confidence of the two, `brier` the mean squared error of the confidence.
    """

    answerable: int
    unanswerable: int
    precision: float | None
    recall: float | None
    false_refusals: float | None
    auc: float | None
    brier: float | None


def refusing(answerable: Sequence[bool], refused: Sequence[bool], confidence: Sequence[float]) -> Refusing:
    """Return the figures of decisions and confidences of as many questions."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    right = [refusal for known, refusal in zip(answerable, refused, strict=True) if not known]
    wrong = [refusal for known, refusal in zip(answerable, refused, strict=True) if known]
    both = bool(right) and bool(wrong)
    return Refusing(
        answerable=len(wrong),
        unanswerable=len(right),
        precision=mean(known is False for known, refusal in zip(answerable, refused, strict=True) if refusal),
        recall=mean(right),
        false_refusals=mean(wrong),
        auc=float(roc_auc_score(answerable, confidence)) if both else None,
        brier=float(brier_score_loss(answerable, confidence, pos_label=True)) if both else None,
    )


def mean(values: Iterable[float]) -> float | None:
    """Return the mean, None of nothing."""
    known = list(values)
    return sum(known) / len(known) if known else None


def refusal_curve(answerable: Sequence[bool], confidence: Sequence[float], steps: int = 100) -> list[tuple[float, ...]]:
    """Return (threshold, share of answerable refused, share of unanswerable refused) for thresholds from 0 to 1."""
    known, sure = np.asarray(answerable, bool), np.asarray(confidence, float)
    thresholds = np.linspace(0, 1, steps + 1)
    return [
        (float(threshold), _share(sure[known] < threshold), _share(sure[~known] < threshold))
        for threshold in thresholds
    ]


def _share(values: Any) -> float:  # noqa: ANN401 - an array of bool
    return float(values.mean()) if values.size else 0.0


def reliability(
    answerable: Sequence[bool], confidence: Sequence[float], bins: int = 10
) -> list[tuple[float, float, int]]:
    """Return for each tenth of the confidence that occurs: its mean, the share answerable, and how many there are."""
    known, sure = np.asarray(answerable, bool), np.asarray(confidence, float)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        (float(sure[place == one].mean()), float(known[place == one].mean()), int((place == one).sum()))
        for one in range(bins)
        if (place == one).any()
    ]
