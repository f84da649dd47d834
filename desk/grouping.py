"""Questions of one meaning, put together: how likely two mean the same, groups of many, and the clearest of a group.

Pure: takes vectors and facets, knows no database and no model. Everything is the same whatever the order of what is
handed in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desk.facets import Facets, shared
from desk.masking import WORDS

SAME = 0.0
"""Mean log-odds from which questions are one group: two wrongly merged are worse than two groups."""
KINDS = ("things", "names", "aspects", "ways")
"""The kinds of facets."""


@dataclass(frozen=True)
class Weights:
    """What makes the log-odds that two questions mean the same: a cosine, and what they ask of what.

    For each kind of facet: all of it in common, nothing in common where both have some, and only one has any. `bare`
    counts besides where no pattern tells anything of either.
    """

    cosine: float
    base: float
    shared: Mapping[str, float]
    apart: Mapping[str, float]
    alone: Mapping[str, float]
    bare: float


AS_EMBEDDED = Weights(
    22.5,
    -22.6,
    {"things": 1.4, "names": -0.6, "aspects": 2.7, "ways": 0.9},
    {"things": -4.5, "names": -0.5, "aspects": -3.8, "ways": -1.7},
    {"things": -1.2, "names": -1.6, "aspects": -3.2, "ways": 0.7},
    1.2,  # then the vectors decide alone, from a cosine of .95
)
"""For vectors as a model gives them; fitted by `python -m bench.groups --fit`."""
LEARNT = replace(AS_EMBEDDED, cosine=14.0, base=-10.5, bare=0.0)
"""For vectors moved so that what means the same is near: of those that put made-up questions together
as rarely, the weights that find most of `tune` and of sets that the projection had not seen."""
_MOST = 6.0
"""Log-odds are held within this, either way: one pair must not decide for a group."""
_NONE = np.float32(-np.inf)


@dataclass(frozen=True)
class Meant:
    """A question as it is compared: its `text` (normalised), its unit vector, what it asks, and how that is weighed.

    Only questions of one model are compared, so of the same weights.
    """

    text: str
    vector: NDArray[np.float32]
    facets: Facets
    weights: Weights = AS_EMBEDDED


def likeness(first: Sequence[Meant], second: Sequence[Meant]) -> NDArray[np.float32]:
    """Return the log-odds that two questions mean the same, for every pair: shape (len(first), len(second))."""
    if not first or not second:
        return np.zeros((len(first), len(second)), np.float32)
    cosines = np.array([one.vector for one in first]) @ np.array([one.vector for one in second]).T
    weights = first[0].weights
    odds = weights.base + weights.cosine * cosines
    for kind in KINDS:
        ours, theirs = ([one.facets.of(kind) for one in side] for side in (first, second))
        some, other = (np.array([bool(one) for one in side]) for side in (ours, theirs))
        common = shared(ours, theirs)
        odds += weights.shared[kind] * common + weights.apart[kind] * (
            np.logical_and.outer(some, other) & (common == 0)
        )
        odds += weights.alone[kind] * np.logical_xor.outer(some, other)
    odds += weights.bare * np.logical_and.outer(_bare(first), _bare(second))
    held: NDArray[np.float32] = np.clip(odds, -_MOST, _MOST).astype(np.float32)
    return held


def _bare(questions: Sequence[Meant]) -> NDArray[np.bool_]:
    return np.array([not (one.facets.things or one.facets.aspects) for one in questions])


def nearest_group(
    questions: Sequence[Meant], groups: Sequence[Sequence[Meant]], bound: float = SAME
) -> list[int | None]:
    """Return for each question the place of the group that it joins: the one it is most like on average, if enough."""
    members = [member for group in groups for member in group]
    if not questions or not members:
        return [None] * len(questions)
    sizes = np.array([len(group) for group in groups if group])
    places = [place for place, group in enumerate(groups) if group]
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    means = np.add.reduceat(likeness(questions, members), starts, axis=1) / sizes
    best = means.argmax(axis=1)
    return [places[one] if row[one] >= bound else None for one, row in zip(best, means, strict=True)]


def grouped(questions: Sequence[Meant], bound: float = SAME) -> list[list[int]]:
    """Return the places of questions that mean the same, group by group: average linkage down to `bound`.

    The two groups that are most alike are joined first; ties go by the texts, of which none may stand twice.
    """
    order = sorted(range(len(questions)), key=lambda place: questions[place].text)
    odds = likeness([questions[place] for place in order], [questions[place] for place in order])
    odds = 0.5 * (odds + odds.T)  # to the last bit the same from either side
    np.fill_diagonal(odds, _NONE)
    return [[order[place] for place in group] for group in _linked(odds, bound)]


def _linked(odds: NDArray[np.float32], bound: float) -> list[list[int]]:
    """Join rows by average linkage; `odds` is symmetric, -inf on its diagonal, and is used up."""
    groups: list[list[int]] = [[row] for row in range(len(odds))]
    best = odds.max(axis=1, initial=_NONE)
    while len(best) and best.max() >= bound:
        one = int(best.argmax())
        other = int(odds[one].argmax())
        one, other = min(one, other), max(one, other)
        _join(odds, best, one, other, len(groups[one]), len(groups[other]))
        groups[one] += groups[other]
        groups[other] = []
    return [sorted(group) for group in groups if group]


def _join(odds: NDArray[np.float32], best: NDArray[np.float32], one: int, other: int, size: int, more: int) -> None:
    """Put the mean of two rows into the first, take the second away, and mend what was each row's best."""
    stale = (best == odds[:, one]) | (best == odds[:, other])
    mean = (odds[one] * size + odds[other] * more) / (size + more)
    mean[one] = _NONE
    odds[one], odds[:, one] = mean, mean
    odds[other], odds[:, other] = _NONE, _NONE
    stale[one] = stale[other] = True
    best[stale] = odds[stale].max(axis=1, initial=_NONE)
    np.maximum(best, mean, out=best, where=~stale)


_SHORT, _LONG = 6, 40
_POINTS_BACK = re.compile(r"(?:那|这|它|他|她|还有|另外|然后|所以|那么)|.{0,6}(?:上面|刚才|前面)|.*呢[?？]?$")
_ASKS = re.compile(r"[?？]|吗|什么|怎|哪|多少|几|谁|如何|能不能|可不可以|有没有|是否|多[久长大高远]")


def clearest(questions: Sequence[Meant], counts: Sequence[int]) -> int:
    """Return the place of the question that stands best for all: complete, alone, not too short, and most central.

    `counts` is how often each was asked.
    """
    vectors = np.array([one.vector for one in questions])
    centre = (vectors * np.array(counts)[:, None]).sum(axis=0)
    central = vectors @ (centre / max(float(np.linalg.norm(centre)), 1e-9))
    scores = [float(near) - _unclear(one.text) for near, one in zip(central, questions, strict=True)]
    return min(
        range(len(questions)), key=lambda place: (-scores[place], len(questions[place].text), questions[place].text)
    )


def _unclear(text: str) -> float:
    """Return what speaks against `text` as a title; a tenth outweighs every difference of the vectors."""
    return (
        2.0 * any(word in text for word in WORDS)
        + 0.4 * (len(text) < _SHORT)
        + 0.3 * bool(_POINTS_BACK.match(text))
        + 0.2 * (not _ASKS.search(text))
        + 0.2 * (len(text) > _LONG)
    )
