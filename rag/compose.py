"""Findings become an answer's text: the evidence quoted as it stands, or a refusal that names the nearest thing told.

Knows findings and phrases; knows nothing of retrieval.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.words import is_common
from rag.asked import Asked
from rag.dates import resolve
from rag.evidence import Finding
from rag.lexicon import lexicon
from rag.passages import DocumentText, citation_of
from rag.phrases import label, phrase
from rag.records import Citation, Language
from rag.scoring import Scored
from rag.topics import topics

NEAREST_SIMILARITY = 0.80
"""Below this cosine the nearest sentence is not worth showing: the question is about something else."""

_LEADABLE = frozenset({"money", "phone", "clock", "date", "duration", "area", "percent", "people"})
_LONGEST_TOPIC = 14  # characters
_LONG_QUOTE = 45  # characters: a shorter quote is as quick to read as a lead before it
_CLAUSE = re.compile(r"[^,，;；:：。]+")
_OFFERED = 5
"""Sentences that a chat model is given, unless the answer itself quotes more."""
_WORTH_OFFERING = 0.02
"""Share of what the reader takes for the answer."""


@dataclass(frozen=True)
class Draft:
    """An answer before it is verified: `sentences` pair each sentence's text with the citation it rests on.

    `further` is no part of it, but what a chat model may word an answer from besides: the next best sentences.
    """

    sentences: tuple[tuple[str, Citation | None], ...]
    refused: bool
    nearby: tuple[Citation, ...] = ()
    further: tuple[tuple[str, Citation], ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each citation once, by number."""
        unique = {citation.number: citation for _, citation in self.sentences if citation}
        return tuple(unique[number] for number in sorted(unique))

    @property
    def offered(self) -> tuple[Citation, ...]:
        """All that a chat model may word an answer from, by number."""
        return (*self.citations, *(citation for _, citation in self.further))

    @property
    def text(self) -> str:
        """The answer as a visitor reads it."""
        return "".join(sentence for sentence, _ in self.sentences).strip()


class Composer:
    """Writes answers by quoting. `titles` name what the reports are about, `contact` is the line to a person."""

    def __init__(self, text_of: DocumentText, titles: Sequence[str], park: str, contact: str, contact_en: str) -> None:
        self._text_of = text_of
        self._titles = titles
        self._park = park
        self._contact = contact
        self._contact_en = contact_en

    def quote(self, findings: Sequence[Finding], threshold: float, language: Language) -> Draft:
        """Quote the evidence of every finding that is sure enough, part by part; say which part is not told."""
        told = [finding for finding in findings if finding.probability >= threshold]
        if not told:
            return self.refuse(findings, language)
        numbers: dict[tuple[str, int], Citation] = {}
        sentences: list[tuple[str, Citation | None]] = [(phrase("lead_in", language), None)]
        for finding in findings:
            if finding in told:
                sentences.extend(self._quoted(finding, numbers, language))
            else:
                sentences.append((self._not_told(finding, language) + "\n", None))
        return Draft(tuple(sentences), refused=False, further=self._further(told, numbers))

    def refuse(self, findings: Sequence[Finding], language: Language) -> Draft:
        """Say that the reports do not tell, what they do tell nearby, and who to ask."""
        lines, nearby = self._nearest(findings, language)
        if not nearby:
            lines = [phrase("not_told" if self._titles else "empty", language), self._help(language)]
        lines.append(phrase("contact", language, contact=self._contact_en if language == "en" else self._contact))
        return Draft(tuple((line + "\n", None) for line in lines if line), refused=True, nearby=tuple(nearby))

    def greet(self, language: Language) -> Draft:
        """Say hello, and what can be asked."""
        lines = [phrase("greeting", language, park=self._park), self._help(language)]
        return Draft(tuple((line + "\n", None) for line in lines if line), refused=True)

    def _help(self, language: Language) -> str:
        return phrase("help", language, titles=_joined(self._titles, language)) if self._titles else ""

    def _nearest(self, findings: Sequence[Finding], language: Language) -> tuple[list[str], list[Citation]]:
        """Return what is told nearest to the first part whose subject the reports know."""
        for finding in findings:
            topic = told_topic(finding)
            if finding.nearest and topic:
                citation = citation_of(finding.nearest, 1, self._text_of)
                name = "differs" if finding.nearest.number_conflict else "nearest"
                told = phrase(name, language, topic=topic, quote=_shown(citation), number=1)
                return [self._not_told(finding, language), told], [citation]
        return [], []

    def _quoted(
        self, finding: Finding, numbers: dict[tuple[str, int], Citation], language: Language
    ) -> list[tuple[str, Citation | None]]:
        sentences: list[tuple[str, Citation | None]] = []
        fresh = [row for row in finding.evidence if row.view.key not in numbers]
        for row in in_reading_order(fresh or [row for row in finding.spare if row.view.key not in numbers]):
            citation = citation_of(row, len(numbers) + 1, self._text_of)
            numbers[row.view.key] = citation
            first = lead(finding.asked, citation.quote) if row is finding.evidence[0] else ""
            if first:
                sentences.append((f"{first}。[{citation.number}]", citation))
            sentences.append((f"{_shown(citation)}[{citation.number}]", citation))
        if sentences:
            text, last = sentences[-1]
            sentences[-1] = (text + "\n", last)
        return sentences

    def _further(
        self, told: Sequence[Finding], numbers: Mapping[tuple[str, int], Citation]
    ) -> tuple[tuple[str, Citation], ...]:
        """Return what the reader takes for an answer besides the evidence, likeliest first."""
        rows = {row.view.key: row for finding in told for row in finding.ranked if row.share >= _WORTH_OFFERING}
        likeliest = sorted((row for key, row in rows.items() if key not in numbers), key=lambda row: -row.share)
        wanted = likeliest[: max(0, _OFFERED - len(numbers))]
        chosen = [citation_of(row, number, self._text_of) for number, row in enumerate(wanted, len(numbers) + 1)]
        return tuple((f"{_shown(one)}[{one.number}]\n", one) for one in chosen)

    def _not_told(self, finding: Finding, language: Language) -> str:
        topic, asked_for = told_topic(finding), label(finding.asked.kind.name, language)
        if not topic or not asked_for or finding.asked.kind.name == "number":
            return phrase("not_told", language)
        return phrase("not_told_topic", language, topic=topic, label=asked_for)


def lead(asked: Asked, quote: str) -> str:
    """Return the few words of a long `quote` that are the answer, "" unless one place alone can be meant.

    That is the one figure of the kind asked for in the one clause that says most of the question's words.
    """
    if asked.kind.name not in _LEADABLE or len(quote) < _LONG_QUOTE:
        return ""
    clauses = [clause for clause in _CLAUSE.findall(quote) if asked.kind.spans(clause)]
    told = [sum(term.weight * term.covered_by(clause.lower()) for term in asked.terms) for clause in clauses]
    best = max(told, default=0.0)
    if not best or best < 0.5 * sum(term.weight for term in asked.terms) or told.count(best) > 1:
        return ""
    found = {match.group().strip() for match in asked.kind.spans(clauses[told.index(best)])}
    return found.pop() if len(found) == 1 else ""


def in_reading_order(evidence: Sequence[Scored]) -> list[Scored]:
    """Return the evidence, the best document's first, each document's in its own order."""
    rank: dict[str, int] = {}
    for row in evidence:
        rank.setdefault(row.view.stored.chunk.document_id, len(rank))
    return sorted(evidence, key=lambda row: (rank[row.view.stored.chunk.document_id], row.view.sentence.start))


def told_topic(finding: Finding) -> str:
    """Return the thing the question is about as far as the nearest sentence tells of it, "" when it does not.

    Only words that stand in the reports are ever repeated to a visitor.
    """
    nearest = finding.nearest
    if nearest is None or nearest.similarity < NEAREST_SIMILARITY:
        return ""
    known = f"{nearest.view.text} {nearest.view.context}"
    words = [term.text for term in sorted(finding.asked.terms, key=lambda term: -term.weight) if term.is_nominal]
    vague = lexicon().generic | lexicon().relational
    named = [word for word in (*topics(finding.asked.text), *words) if len(word) > 1 and word not in vague]
    found = next((word for word in named if word.lower() in known), "")
    wholes = [whole for whole in topics(nearest.view.text) if found and found in whole and len(whole) <= _LONGEST_TOPIC]
    return found if is_common(found) or found in topics(known) else min(wholes, key=len, default=found)


def _shown(citation: Citation) -> str:
    return resolve(" ".join(citation.quote.split("\n")), citation.date)


def _joined(titles: Sequence[str], language: Language) -> str:
    return (", " if language == "en" else "、").join(titles[:12])
