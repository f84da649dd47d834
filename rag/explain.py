"""Why a question was answered as it was: what each leg found, how its sentences were judged, what decided.

Reads what the chain's steps have left in its state; changes nothing and decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.asked import KindName
from rag.calibration import Calibration
from rag.evidence import Finding
from rag.records import Answer
from rag.retrieve import Candidate, HybridRetriever
from rag.scoring import Scored
from rag.state import State, confidence

SHOWN = 8
"""Sentences of a part that are told of, besides the chosen ones."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: a slice of a document's canonical text, in characters."""

    document_id: str
    document: str
    headings: tuple[str, ...]
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk that was found, by its sentence nearest to the question.

    `dense` is the cosine of that sentence, `lexical` the chunk's BM25, `score` both fused, 0 to 1. Places count from 1;
    None: that leg did not propose it.
    """

    where: Place
    score: float
    dense: float
    dense_place: int | None
    lexical: float
    lexical_place: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence as it was judged: cosine, share of the question's words that it tells, the reader's share, all 0 to 1.

    `score` orders sentences and has no unit. `chosen`: it is evidence.
    """

    where: Place
    similarity: float
    coverage: float
    share: float
    score: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """One of the things that decide; `pull` is what it adds to the log-odds that the reports answer."""

    name: str
    value: float
    pull: float


@dataclass(frozen=True, slots=True)
class Part:
    """One single question: the kind of thing it asks for, its words with their weights, what was found and judged."""

    question: str
    kind: KindName
    words: tuple[tuple[str, float], ...]
    probability: float
    found: tuple[Found, ...]
    judged: tuple[Judged, ...]
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of staff's, and the probability that it asks the same; `chosen`: it has answered."""

    id: int
    question: str
    probability: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer and why it is so. `readings` are the ways the question was understood, `parts` that of the one taken.

    `confidence` is that of the reports, whoever answered; `threshold` is what it takes. `entries` are staff's nearest.
    """

    answer: Answer
    confidence: float
    threshold: float
    readings: tuple[str, ...]
    parts: tuple[Part, ...]
    entries: tuple[Entry, ...] = ()


def explained(
    state: State,
    answer: Answer,
    retriever: HybridRetriever,
    calibration: Calibration,
    threshold: float,
    expansions: Sequence[str],
) -> Explanation:
    """Return why `answer` came of `state`; `expansions` are the further words that each finding was sought by."""
    parts = [
        _part(finding, state.candidates.get(finding.asked.text, []), retriever, calibration, threshold, expanded)
        for finding, expanded in zip(state.findings, expansions, strict=True)
    ]
    readings = dict.fromkeys("；".join(reading) for reading in state.readings)
    return Explanation(answer, confidence(state.findings), threshold, tuple(readings), tuple(parts))


def _part(
    finding: Finding,
    candidates: Sequence[Candidate],
    retriever: HybridRetriever,
    calibration: Calibration,
    threshold: float,
    expanded: str,
) -> Part:
    asked = finding.asked
    chosen = {row.view.key for row in finding.evidence if finding.probability >= threshold}
    rows = [row for place, row in enumerate(finding.ranked) if place < SHOWN or row.view.key in chosen]
    return Part(
        asked.text,
        asked.kind.name,
        tuple((term.text, term.weight) for term in asked.terms),
        finding.probability,
        tuple(_found(finding, candidates, retriever, expanded)),
        tuple(_judged(row, chosen=row.view.key in chosen) for row in rows),
        tuple(_signals(finding, calibration)),
    )


def _found(finding: Finding, candidates: Sequence[Candidate], retriever: HybridRetriever, expanded: str) -> list[Found]:
    dense, lexical = (
        {id_: place for place, id_ in enumerate(leg, 1)} for leg in retriever.legs(finding.asked.text, expanded)
    )
    return [
        Found(
            _nearest(one, finding),
            one.score,
            one.dense,
            dense.get(one.stored.chunk.id),
            one.lexical,
            lexical.get(one.stored.chunk.id),
        )
        for one in candidates
    ]


def _nearest(candidate: Candidate, finding: Finding) -> Place:
    """Return the place of the chunk's sentence that is nearest to the question."""
    stored = candidate.stored
    best = stored.chunk.sentences[int(np.argmax(stored.sentence_vectors @ finding.asked.vector))]
    chunk = stored.chunk
    return Place(chunk.document_id, chunk.title, chunk.headings, chunk.sentence_text(best), best.start, best.end)


def _judged(row: Scored, *, chosen: bool) -> Judged:
    chunk = row.view.stored.chunk
    where = Place(chunk.document_id, chunk.title, chunk.headings, row.view.quote, *row.view.span)
    return Judged(where, row.similarity, row.coverage, row.share, row.score, chosen)


def _signals(finding: Finding, calibration: Calibration) -> list[Signal]:
    """Return what decided, the strongest first; nothing where no decision was to be made."""
    if not finding.signals:
        return []
    values = {**finding.signals, **({} if finding.told is None else {"told": finding.told})}
    pulls = calibration.pulls(dict(finding.signals), finding.told)
    found = [Signal(name, values.get(name, 1.0), pull) for name, pull in pulls.items()]
    return sorted(found, key=lambda signal: -abs(signal.pull))
