"""The sentences that answer a question, and how sure we are that any does.

Takes candidates, gives scored sentences and a probability; knows nothing of the index or of answer texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.asked import CATEGORY_TAG, Asked
from rag.calibration import Calibration
from rag.close_reading import read_closely
from rag.fits import one_of_many
from rag.lexicon import lexicon
from rag.reader import Reader
from rag.retrieve import Candidate
from rag.scoring import Scored, from_context, rank
from rag.view import views

SAME_SENTENCE = 0.975
"""Cosine above which two sentences tell the same, and one is enough."""
_BROAD = frozenset({"list"})
"""What may be asked of the park as a whole; "怎么去园区" names nothing, and covering its words says nothing."""
DECISION = (
    "similarity", "coverage", "own_coverage", "clause_coverage", "missing", "kind_match", "hard_miss",
    "number_conflict", "stranger", "attribute", "thin", "unlike", "enumerated",
)  # fmt: skip
"""What decides whether the best sentence answers."""


@dataclass(frozen=True)
class Finding:
    """What the candidates hold for one question: its evidence, best first, and the probability that it answers.

    `spare` is what comes next, for a part whose evidence another part has quoted already; `ranked` is every sentence,
    best first. `signals` and `told` are what the probability was made from, if it was.
    """

    asked: Asked
    probability: float
    evidence: tuple[Scored, ...]
    nearest: Scored | None
    spare: tuple[Scored, ...] = ()
    ranked: tuple[Scored, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    told: float | None = None


@dataclass(frozen=True)
class Judgement:
    """Sentences in order, the signals of the best one, and the reader's log-odds that any answers, if it has read."""

    ranked: tuple[Scored, ...]
    signals: dict[str, float]
    told: float | None


def find(
    asked: Asked, candidates: Sequence[Candidate], calibration: Calibration, reader: Reader | None = None
) -> Finding:
    """Score every sentence of the candidates for the question, choose the fewest that answer it, and say how surely.

    With a `reader` the likeliest sentences are read closely before any is chosen.
    """
    scored = rank(asked, candidates, calibration)
    if not scored:
        return Finding(asked, 0.0, (), None)
    judged = judge(asked, scored, calibration, reader)
    probability = calibration.probability(judged.signals, judged.told)
    chosen = tuple(select(asked, judged.ranked))
    spare = [row for row in judged.ranked[1:4] if row not in chosen and row.score >= judged.ranked[0].score - _SPARE]
    return Finding(
        asked,
        probability,
        chosen,
        nearest(asked, judged.ranked),
        tuple(spare[:1]),
        judged.ranked,
        judged.signals,
        judged.told,
    )


def judge(asked: Asked, scored: Sequence[Scored], calibration: Calibration, reader: Reader | None) -> Judgement:
    """Order the scored sentences, of which there is one at least, and look at the best."""
    told = None
    if reader:
        scored, told = read_closely(asked, scored, reader, calibration)
    return Judgement(tuple(scored), signals(asked, scored), told)


def nearest(asked: Asked, scored: Sequence[Scored]) -> Scored:
    """Return the sentence that tells most of the things the question names, whatever it asks of them."""
    nominal = [term for term in asked.terms if term.is_nominal]

    def told(row: Scored) -> float:
        return sum(term.weight * max(term.covered_by(row.view.text), from_context(term, row.view)) for term in nominal)

    return max(scored[:20], key=lambda row: (told(row), row.similarity))


def signals(asked: Asked, scored: Sequence[Scored]) -> dict[str, float]:
    """Return what the decision is made from, of the best sentence and its rivals."""
    best = scored[0]
    return {
        **{name: getattr(best, name) for name in DECISION if hasattr(best, name)},
        "thin": float(asked.kind.name not in _BROAD and all(term.text in lexicon().generic for term in asked.terms)),
        "unlike": float(best.own_coverage < 0.15),
        "attribute": max(_gaps(asked, best), default=0.0),
        "enumerated": float(asked.kind.hard and one_of_many(asked, best.view.text)),
    }


def _gaps(asked: Asked, row: Scored) -> list[float]:
    """Return how much of each attribute asked for ("产品") is left uncovered, 1 for a heavy one wholly."""
    return [
        term.weight / 12 * (1 - max(term.covered_by(row.view.text), from_context(term, row.view)))
        for term in asked.terms
        if term.text in lexicon().relational and term.tag != CATEGORY_TAG
    ]


_MOST = {"list": 4, "how": 3, "what": 2, "why": 2, "use": 2, "place": 2, "yes_no": 2}
_MARGIN = {"list": 0.8, "how": 0.5, "use": 0.5}
_SPARE = 0.8
_SETTLED = 0.9
"""Share of the reader's answer that the evidence holds, once it is enough."""
_LEAST_SHARE = 0.05
_MOST_TORN = 3
_LISTED = 5
"""Sentences that a lead-in ending in a colon brings along."""


def select(asked: Asked, scored: Sequence[Scored]) -> list[Scored]:
    """Return the fewest sentences that answer: the best, those that add a word of the question, those as good.

    Where the reader is torn between some, the likeliest of them, until they make up nearly all it takes for the answer.
    """
    chosen = [scored[0], *_pointed_to(scored[0], scored), *_announced(scored[0], scored)]
    most = _MOST.get(asked.kind.name, 2)
    for row in scored[1:12]:
        if row.number_conflict > chosen[0].number_conflict or any(_tells_the_same(row, other) for other in chosen):
            continue
        torn = len(chosen) < _MOST_TORN and row.share >= _LEAST_SHARE and sum(one.share for one in chosen) < _SETTLED
        if torn or (len(chosen) < most and _adds(asked, row, chosen)):
            chosen.append(row)
    return chosen


def _pointed_to(best: Scored, scored: Sequence[Scored]) -> list[Scored]:
    """Return the sentence before one that points back ("该平台…"): alone, nobody knows which."""
    before = [view.key for view in views(best.view.stored) if view.order < best.view.order][-1:]
    return [row for row in scored if row.view.key in before] if best.view.leans else []


def _announced(best: Scored, scored: Sequence[Scored]) -> list[Scored]:
    """Return the sentences after a lead-in such as "计划推进以下工作：", which says nothing alone."""
    if not best.view.quote.rstrip().endswith(("：", ":")):
        return []
    after = [view.key for view in views(best.view.stored) if view.order > best.view.order][:_LISTED]
    return sorted((row for row in scored if row.view.key in after), key=lambda row: row.view.key)


def _adds(asked: Asked, row: Scored, chosen: Sequence[Scored]) -> bool:
    best = chosen[0]
    if row.kind_match < best.kind_match or row.similarity < best.similarity - 0.04:
        return False
    if row.score >= best.score - _MARGIN.get(asked.kind.name, 0.35) and row.coverage >= 0.6 * best.coverage:
        return True
    covered = " ".join(other.view.text for other in chosen)
    new = sum(t.weight for t in asked.terms if t.covered_by(row.view.text) > t.covered_by(covered) + 0.5)
    return new > 4 and row.score >= best.score - 1.5


def _tells_the_same(row: Scored, other: Scored) -> bool:
    return row.view.key == other.view.key or float(row.view.vector @ other.view.vector) > SAME_SENTENCE
