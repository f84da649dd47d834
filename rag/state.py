"""One question on its way through the chain: what each step adds to it. Knows the steps' results, none of the steps."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.compose import Draft
from rag.evidence import Finding
from rag.records import Language, Request
from rag.retrieve import Candidate
from rag.writing import normalise

NOTHING_SAID = Draft((), refused=True)


@dataclass
class State:
    """One question on its way through the chain. `clock` and `timings_ms` measure each step."""

    request: Request
    language: Language = "zh"
    readings: list[list[str]] = field(default_factory=list)
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    reading: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    draft: Draft = NOTHING_SAID
    timings_ms: dict[str, float] = field(default_factory=dict)
    clock: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Book the time since the last lap to `step`."""
        now = time.perf_counter()
        self.timings_ms[step] = self.timings_ms.get(step, 0.0) + (now - self.clock) * 1000
        self.clock = now


def as_read(state: State) -> str:
    """Return the question as it is matched: normalised, and in English lower case."""
    question = normalise(state.request.question)
    return question.lower() if state.language == "en" else question


def all_parts(state: State) -> list[str]:
    """Return the single questions of every reading, each once."""
    return list(dict.fromkeys(part for reading in state.readings for part in reading))


def confidence(findings: Sequence[Finding]) -> float:
    """Return the probability of the part best answered: one answered part makes an answer."""
    return max((finding.probability for finding in findings), default=0.0)


def essential(state: State, threshold: float) -> frozenset[int]:
    """Return the numbers of the citations that hold the best sentence of each part that is told."""
    best = {
        (finding.evidence[0].view.stored.chunk.document_id, finding.evidence[0].view.span[0])
        for finding in state.findings
        if finding.evidence and finding.probability >= threshold
    }
    return frozenset(one.number for one in state.draft.citations if (one.document_id, one.start) in best)
