"""The sentences that answer a question, and how sure we are that any does.

Takes candidates, gives scored sentences and a probability; knows nothing of the index or of answer texts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.asked import CATEGORY_TAG, Asked
from rag.calibration import Calibration
from rag.fits import kind_match, one_of_many
from rag.lexicon import lexicon
from rag.retrieve import Candidate
from rag.terms import Term
from rag.view import View, views

CONTEXT = 0.8
"""How much of a word the heading or the sentences before cover, where the sentence itself does not say it."""
SAME_SENTENCE = 0.975
"""Cosine above which two sentences tell the same, and one is enough."""
_BROAD = frozenset({"list"})
"""What may be asked of the park as a whole; "怎么去园区" names nothing, and covering its words says nothing."""
ORDERING = (
    "similarity", "coverage", "own_coverage", "clause_coverage", "missing", "kind_match", "hard_miss",
    "number_conflict", "stranger", "rank",
)  # fmt: skip
"""What orders the sentences; `calibration.json` weighs each by name."""
DECISION = (
    "similarity", "coverage", "own_coverage", "clause_coverage", "missing", "kind_match", "hard_miss",
    "number_conflict", "stranger", "attribute", "thin", "unlike", "enumerated",
)  # fmt: skip
"""What decides whether the best sentence answers."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLAUSE = re.compile(r"[^,，;；:：]+")


@dataclass(frozen=True)
class Scored:
    """A sentence with what speaks for it as an answer to one question; all lie between 0 and 1 but `score`."""

    view: View
    similarity: float
    coverage: float
    own_coverage: float
    clause_coverage: float
    missing: float
    kind_match: float
    number_conflict: float
    stranger: float
    rank: float
    score: float = 0.0

    @property
    def hard_miss(self) -> float:
        """1 when the sentence cannot answer, for want of the kind of thing asked for."""
        return float(self.kind_match == 0)

    def figures(self, mean_similarity: float) -> dict[str, float]:
        """Return what orders sentences, by name; cosines count by how far they are above the mean."""
        figures = {name: getattr(self, name) for name in ORDERING}
        return {**figures, "similarity": self.similarity - mean_similarity}


@dataclass(frozen=True)
class Finding:
    """What the candidates hold for one question: its evidence, best first, and the probability that it answers.

    `spare` is what comes next, for a part whose evidence another part has quoted already.
    """

    asked: Asked
    probability: float
    evidence: tuple[Scored, ...]
    nearest: Scored | None
    spare: tuple[Scored, ...] = ()


def find(asked: Asked, candidates: Sequence[Candidate], calibration: Calibration) -> Finding:
    """Score every sentence of the candidates for the question, choose the fewest that answer it, and say how surely."""
    scored = rank(asked, candidates, calibration)
    if not scored:
        return Finding(asked, 0.0, (), None)
    probability = calibration.probability(signals(asked, scored))
    chosen = tuple(select(asked, scored))
    spare = tuple(row for row in scored[1:4] if row not in chosen and row.score >= scored[0].score - _SPARE)
    return Finding(asked, probability, chosen, nearest(asked, scored), spare[:1])


def nearest(asked: Asked, scored: Sequence[Scored]) -> Scored:
    """Return the sentence that tells most of the things the question names, whatever it asks of them."""
    nominal = [term for term in asked.terms if term.is_nominal]

    def told(row: Scored) -> float:
        return sum(term.weight * max(term.covered_by(row.view.text), _from_context(term, row.view)) for term in nominal)

    return max(scored[:20], key=lambda row: (told(row), row.similarity))


def rank(asked: Asked, candidates: Sequence[Candidate], calibration: Calibration) -> list[Scored]:
    """Return the candidates' sentences, best first."""
    rows: dict[tuple[str, int], Scored] = {}
    for candidate in candidates:
        for view in views(candidate.stored):
            if view.key not in rows:  # chunks overlap
                rows[view.key] = _scored(asked, view, candidate)
    return _ordered(list(rows.values()), calibration)


def _ordered(rows: Sequence[Scored], calibration: Calibration) -> list[Scored]:
    """Return the rows with their scores, best first; ties keep the order of the report."""
    mean = sum(row.similarity for row in rows) / max(1, len(rows))
    scored = [replace(row, score=calibration.sentence_score(row.figures(mean))) for row in rows]
    return sorted(scored, key=lambda row: (-row.score, row.view.key))


def _scored(asked: Asked, view: View, candidate: Candidate) -> Scored:
    terms = asked.terms
    total = sum(term.weight for term in terms) or 1.0
    own = [_own(term, view) for term in terms]
    whole = [max(mine, _from_context(term, view)) for term, mine in zip(terms, own, strict=True)]
    gaps = [term.weight * (1 - covered) for term, covered in zip(terms, whole, strict=True)]
    strange = [1 - covered for term, covered in zip(terms, whole, strict=True) if term.is_name and not term.is_number]
    return Scored(
        view=view,
        similarity=float(view.vector @ asked.vector),
        coverage=1 - sum(gaps) / total if terms else 0.0,
        own_coverage=sum(term.weight * mine for term, mine in zip(terms, own, strict=True)) / total,
        clause_coverage=_clause_coverage(asked, view, total),
        missing=max(gaps, default=0.0) / 12,
        kind_match=kind_match(asked, view.text),
        number_conflict=float(any(term.is_number and not mine for term, mine in zip(terms, own, strict=True))),
        stranger=max(strange, default=0.0),
        rank=candidate.score,
    )


def _own(term: Term, view: View) -> float:
    """Return how much of a word the sentence tells, as its own or by pointing back ("该公司…")."""
    if term.is_number and _YEAR.fullmatch(term.text):
        return float(_in_year(term.text, view))
    own = term.covered_by(view.text)
    if view.leans and term.is_nominal and term.text not in lexicon().relational:
        return max(own, term.covered_by(view.context))
    return own


def _in_year(year: str, view: View) -> bool:
    """Whether the sentence may tell of `year`: it says so, or no other and the report is of that year or undated."""
    if _YEAR.search(view.text):
        return year in view.text
    return view.stored.date[:4] in ("", year)


def _from_context(term: Term, view: View) -> float:
    """What stands before may supply the subject; an attribute ("产品") must be told by the sentence or its headings."""
    if term.is_number:
        return term.covered_by(view.context)
    if not term.is_nominal or term.text in lexicon().relational:
        return term.covered_by(view.headings) * CONTEXT / 2
    return term.covered_by(view.context) * CONTEXT


def _clause_coverage(asked: Asked, view: View, total: float) -> float:
    """Return the coverage of the best clause among those that hold the kind of thing asked for."""
    clauses = [match.group() for match in _CLAUSE.finditer(view.text)]
    holding = [clause for clause in clauses if asked.kind.spans(clause)] or clauses
    return max(
        (sum(term.weight * term.covered_by(clause) for term in asked.terms) / total for clause in holding), default=0.0
    )


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
        term.weight / 12 * (1 - max(term.covered_by(row.view.text), _from_context(term, row.view)))
        for term in asked.terms
        if term.text in lexicon().relational and term.tag != CATEGORY_TAG
    ]


_MOST = {"list": 4, "how": 3, "what": 2, "why": 2, "use": 2, "place": 2, "yes_no": 2}
_MARGIN = {"list": 0.8, "how": 0.5, "use": 0.5}
_SPARE = 0.8
_LISTED = 5
"""Sentences that a lead-in ending in a colon brings along."""


def select(asked: Asked, scored: Sequence[Scored]) -> list[Scored]:
    """Return the fewest sentences that answer: the best, those that add a word of the question, those as good."""
    chosen = [scored[0], *_pointed_to(scored[0], scored), *_announced(scored[0], scored)]
    for row in scored[1:12]:
        if len(chosen) >= _MOST.get(asked.kind.name, 2):
            break
        if row.number_conflict > chosen[0].number_conflict or any(_tells_the_same(row, other) for other in chosen):
            continue
        if _adds(asked, row, chosen):
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
