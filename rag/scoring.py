"""Every sentence of the candidates with what speaks for it as an answer, best first.

Takes candidates, gives scored sentences; knows nothing of the index or of answer texts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.asked import Asked
from rag.calibration import Calibration
from rag.fits import kind_match
from rag.lexicon import lexicon
from rag.retrieve import Candidate
from rag.terms import Term
from rag.view import View, views

CONTEXT = 0.8
"""How much of a word the heading or the sentences before cover, where the sentence itself does not say it."""
ORDERING = (
    "similarity", "coverage", "own_coverage", "clause_coverage", "missing", "kind_match", "hard_miss",
    "number_conflict", "stranger", "rank",
)  # fmt: skip
"""What orders the sentences; `calibration.json` weighs each by name."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLAUSE = re.compile(r"[^,，;；:：]+")


@dataclass(frozen=True)
class Scored:
    """A sentence with what speaks for it as an answer to one question; all lie between 0 and 1 but `score`.

    `missing` is the weight of the heaviest word left untold, and may be a little above 1 for a name. `share` is the
    sentence's part of what the reader takes for the answer, 0 where none has read.
    """

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
    share: float = 0.0

    @property
    def hard_miss(self) -> float:
        """1 when the sentence cannot answer, for want of the kind of thing asked for."""
        return float(self.kind_match == 0)

    def figures(self, mean_similarity: float) -> dict[str, float]:
        """Return what orders sentences, by name; cosines count by how far they are above the mean."""
        figures = {name: getattr(self, name) for name in ORDERING}
        return {**figures, "similarity": self.similarity - mean_similarity}


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
    whole = [max(mine, from_context(term, view)) for term, mine in zip(terms, own, strict=True)]
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


def from_context(term: Term, view: View) -> float:
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
