"""The sentences that answer a question, and how sure we are that any does.

Takes candidates, gives scored sentences and a probability; knows nothing of the index or of answer texts.
"""

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.records import Chunk, Sentence, StoredChunk
from rag.asked import IMPLIED, KINDS, ORGANISATION, Kind, asked_kind
from rag.calibration import Calibration
from rag.dates import resolve
from rag.lexicon import lexicon
from rag.question import normalise
from rag.retrieve import Candidate
from rag.terms import Term

CONTEXT = 0.8
"""How much of a word the heading or the sentences before cover, where the sentence itself does not say it."""
SAME_SENTENCE = 0.975
"""Cosine above which two sentences tell the same, and one is enough."""
_ORDERING = (
    "stranger",
    "hard_miss",
    "coverage",
    "own_coverage",
    "clause_coverage",
    "missing",
    "kind_match",
    "number_conflict",
    "rank",
)
_CLAUSE = re.compile(r"[^,，;；:：]+")


@dataclass(frozen=True)
class View:
    """A sentence made ready for matching: `text` normalised and in lower case.

    `headings` is what it stands under, `context` that and what is said just before.
    """

    stored: StoredChunk
    sentence: Sentence
    order: int
    text: str
    headings: str
    context: str

    @property
    def key(self) -> tuple[str, int]:
        """Identifies the sentence across overlapping chunks."""
        return self.stored.chunk.document_id, self.sentence.start

    @property
    def vector(self) -> NDArray[np.float32]:
        """The unit vector of the sentence."""
        row: NDArray[np.float32] = self.stored.sentence_vectors[self.order]
        return row

    @property
    def quote(self) -> str:
        """The words of the report, as they stand."""
        return self.stored.chunk.sentence_text(self.sentence)


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
        figures = {name: getattr(self, name) for name in _ORDERING}
        return {**figures, "similarity": self.similarity - mean_similarity}


@dataclass(frozen=True)
class Asked:
    """One single question, taken apart: its kind, its weighted words, its vector."""

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    vector: NDArray[np.float32]

    @classmethod
    def of(cls, text: str, terms: tuple[Term, ...], vector: NDArray[np.float32]) -> "Asked":
        """Take `text` (normalised) apart."""
        kind = asked_kind(text)
        telling = tuple(term for term in terms if term.text not in IMPLIED.get(kind.name, frozenset()))
        # "园区的面积" has nothing else to be told by
        vague = all(term.text in lexicon().generic for term in telling)
        return cls(text, kind, terms if vague else telling, vector)


@dataclass(frozen=True)
class Finding:
    """What the candidates hold for one question: its evidence, best first, and the probability that it answers."""

    asked: Asked
    probability: float
    evidence: tuple[Scored, ...]
    nearest: Scored | None


def find(asked: Asked, candidates: Sequence[Candidate], calibration: Calibration) -> Finding:
    """Score every sentence of the candidates for the question, choose the fewest that answer it, and say how surely."""
    scored = rank(asked, candidates, calibration)
    if not scored:
        return Finding(asked, 0.0, (), None)
    probability = calibration.probability(signals(asked, scored))
    return Finding(asked, probability, tuple(select(asked, scored)), nearest(asked, scored))


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
            rows.setdefault(view.key, _scored(asked, view, candidate))
    return _ordered(list(rows.values()), calibration)


def _ordered(rows: Sequence[Scored], calibration: Calibration) -> list[Scored]:
    """Return the rows with their scores, best first; ties keep the order of the report."""
    mean = sum(row.similarity for row in rows) / max(1, len(rows))
    scored = [replace(row, score=calibration.sentence_score(row.figures(mean))) for row in rows]
    return sorted(scored, key=lambda row: (-row.score, row.view.key))


def _scored(asked: Asked, view: View, candidate: Candidate) -> Scored:
    total = sum(term.weight for term in asked.terms) or 1.0
    own = [term.covered_by(view.text) for term in asked.terms]
    whole = [max(mine, _from_context(term, view)) for term, mine in zip(asked.terms, own, strict=True)]
    gaps = [term.weight * (1 - covered) for term, covered in zip(asked.terms, whole, strict=True)]
    return Scored(
        view=view,
        similarity=float(view.vector @ asked.vector),
        coverage=1 - sum(gaps) / total if asked.terms else 0.0,
        own_coverage=sum(term.weight * mine for term, mine in zip(asked.terms, own, strict=True)) / total,
        clause_coverage=_clause_coverage(asked, view, total),
        missing=max(gaps, default=0.0) / 12,
        kind_match=kind_match(asked, view.text),
        number_conflict=float(any(term.is_number and not mine for term, mine in zip(asked.terms, own, strict=True))),
        stranger=max(
            (1 - c for t, c in zip(asked.terms, whole, strict=True) if t.is_name and not t.is_number), default=0.0
        ),
        rank=candidate.score,
    )


def _from_context(term: Term, view: View) -> float:
    """What stands before may supply the subject; an attribute ("产品") must be told by the sentence or its headings."""
    if not term.is_nominal or term.text in lexicon().relational:
        return term.covered_by(view.headings) * CONTEXT / 2
    return term.covered_by(view.context) * (1.0 if term.is_number else CONTEXT)


def _clause_coverage(asked: Asked, view: View, total: float) -> float:
    """Return the coverage of the best clause among those that hold the kind of thing asked for."""
    clauses = [match.group() for match in _CLAUSE.finditer(view.text)]
    holding = [clause for clause in clauses if asked.kind.spans(clause)] or clauses
    return max(
        (sum(term.weight * term.covered_by(clause) for term in asked.terms) / total for clause in holding), default=0.0
    )


def kind_match(asked: Asked, text: str) -> float:
    """Return 1 when `text` holds the kind of thing asked for, 0 when a hard kind is absent, else .5."""
    kind = asked.kind
    if kind.name == "person":
        return 1.0 if holds_person(text) else 0.0 if not ORGANISATION.search(text) else 0.3
    if kind.name == "count":
        return float(_holds_count(asked.text, text))
    wanted = _WHICH_MANY.search(asked.text) if kind.name == "list" else None
    if wanted:
        about = max(_CLAUSE.findall(text), key=lambda clause: sum(t.weight * t.covered_by(clause) for t in asked.terms))
        return float(len(_JOINT.findall(about)) >= _DIGIT[wanted["count"]] - 1)
    if kind.span is None:
        return 0.5
    if kind.spans(text):
        return 1.0
    return 0.0 if kind.hard else 0.3


def one_of_many(asked: Asked, text: str) -> bool:
    """Whether what is asked about is but one name of an enumeration, and the figure stands in another clause.

    "招引甲、乙、丙等项目30余个,引资200亿元" does not tell what 甲 invests.
    """
    spans = asked.kind.spans(text)
    for term in asked.terms:
        name = _ENUMERATED.format(re.escape(term.text)) if term.tag.startswith("n") and len(term.text) > 1 else ""
        place = re.search(name, text) if name and text.count(term.text) == 1 else None
        if place and not any(
            _CLAUSE_MARK.search(text[min(place.start(), span.start()) : max(place.end(), span.end())]) is None
            for span in spans
        ):
            return True
    return False


_ENUMERATED = r"(?:、[^、,，;；。]{{0,6}}{0}|{0}[^、,，;；。]{{0,6}}、)"
_CLAUSE_MARK = re.compile(r"[,，;；。]")
_WHICH_MANY = re.compile(r"哪(?P<count>[两二三四五六七八九2-9])")
_DIGIT = {
    char: number
    for number, pair in enumerate(("两二2", "三3", "四4", "五5", "六6", "七7", "八8", "九9"), 2)
    for char in pair
}
_JOINT = re.compile(r"、|和|与|及")
_UNIT = re.compile(r"(?:多少|几|好多)个?(?P<unit>[家项条套栋座层间亩辆台份篇届期]|大|岁)")


def _holds_count(question: str, text: str) -> bool:
    """A question that names its unit ("多少套") wants a number with that unit or a general one."""
    unit = _UNIT.search(question)
    if not unit:
        return bool(KINDS["count"].spans(text))
    units = unit["unit"] + "个"
    return bool(re.search(rf"(?:\d|(?<!第)[二两三四五六七八九十百千万余多])\s*(?:余|多)?[{units}]", text))


@functools.lru_cache(maxsize=4096)
def holds_person(text: str) -> bool:
    """Whether `text` names a person: a surname with a given name, as jieba tags it, beside a title or a verb."""
    from index.words import cut

    return any(word.tag.startswith("nr") and len(word.text) >= 2 for word in cut(text))


def signals(asked: Asked, scored: Sequence[Scored]) -> dict[str, float]:
    """Return what the decision is made from, of the best sentence and its rivals."""
    best = scored[0]
    return {
        "similarity": best.similarity,
        "lift": best.similarity - sum(row.similarity for row in scored) / len(scored),
        "coverage": best.coverage,
        "own_coverage": best.own_coverage,
        "clause_coverage": best.clause_coverage,
        "missing": best.missing,
        "kind_match": best.kind_match,
        "hard_miss": best.hard_miss,
        "stranger": best.stranger,
        "enumerated": float(asked.kind.hard and one_of_many(asked, best.view.text)),
        "number_conflict": best.number_conflict,
        **_gaps(asked, best),
        "gap": best.score - scored[1].score if len(scored) > 1 else 1.0,
        "terms": math.log1p(len(asked.terms)),
        "subject": _subject_coverage(asked, best),
    }


def _gaps(asked: Asked, row: Scored) -> dict[str, float]:
    """Return the weight of the words left uncovered: attributes ("租金"), other things, and all else."""
    gaps = {"gap_relational": 0.0, "gap_nominal": 0.0, "gap_other": 0.0}
    for term in asked.terms:
        covered = max(term.covered_by(row.view.text), _from_context(term, row.view))
        relational = term.text in lexicon().relational
        name = "gap_relational" if relational else "gap_nominal" if term.is_nominal else "gap_other"
        gaps[name] += term.weight * (1 - covered) / 12
    return gaps


def _subject_coverage(asked: Asked, row: Scored) -> float:
    """Return how much of the question's heaviest two words the sentence and its context hold."""
    heaviest = sorted(asked.terms, key=lambda term: -term.weight)[:2]
    total = sum(term.weight for term in heaviest)
    if not total:
        return 0.0
    return sum(t.weight * max(t.covered_by(row.view.text), _from_context(t, row.view)) for t in heaviest) / total


_MOST = {"list": 4, "how": 3, "what": 2, "why": 2, "use": 2, "place": 2, "yes_no": 2}
_MARGIN = {"list": 0.8, "how": 0.5, "use": 0.5}
_LISTED = 5
"""Sentences that a lead-in ending in a colon brings along."""


def select(asked: Asked, scored: Sequence[Scored]) -> list[Scored]:
    """Return the fewest sentences that answer: the best, those that add a word of the question, those as good."""
    chosen = [scored[0], *_announced(scored[0], scored)]
    for row in scored[1:12]:
        if len(chosen) >= _MOST.get(asked.kind.name, 2):
            break
        if row.number_conflict > chosen[0].number_conflict or any(_tells_the_same(row, other) for other in chosen):
            continue
        if _adds(asked, row, chosen):
            chosen.append(row)
    return chosen


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


@functools.lru_cache(maxsize=8192)
def _matching_text(text: str) -> str:
    return normalise(text).lower()


def views(stored: StoredChunk) -> tuple[View, ...]:
    """Return the chunk's sentences that may be quoted (headings are context only)."""
    chunk = stored.chunk
    headings = _matching_text(" ".join((chunk.title, *chunk.headings)))
    return tuple(
        View(
            stored,
            sentence,
            order,
            _matching_text(_dated(stored, sentence)),
            headings,
            _context(chunk, order, headings),
        )
        for order, sentence in enumerate(chunk.sentences)
        if not sentence.heading and chunk.sentence_text(sentence).strip()
    )


def _dated(stored: StoredChunk, sentence: Sentence) -> str:
    """Return the sentence with its relative dates made absolute: a visitor asks for 2022年10月, not for 去年10月."""
    return resolve(stored.chunk.sentence_text(sentence), stored.date)


def _context(chunk: Chunk, order: int, headings: str) -> str:
    """Return the headings and the two sentences before, for what the sentence leaves unsaid."""
    before = [chunk.sentence_text(sentence) for sentence in chunk.sentences[max(0, order - 2) : order]]
    return f"{headings} {_matching_text(' '.join(before))}"
