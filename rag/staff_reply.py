"""A matched entry becomes an Answer: its text as staff wrote it, the marks of its sources, and verbatim citations.

Knows entries and reports; knows nothing of matching. Gives no answer whose citation is not verbatim.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from index.records import Document
from rag.paragraph import paragraph
from rag.records import Answer, Citation, Request, StaffReply
from rag.staff_answers import PassageSource, StaffAnswer
from rag.staff_ready import Match
from rag.writing import language

TITLE = "园区工作人员答复"
"""What an entry's own answer is called where it is cited like a report."""
_MARK = re.compile(r"\[(\d{1,3})\]")


class Reports(Protocol):
    """The reports that are answered from."""

    def document(self, document_id: str) -> Document:
        """Return the report; raise LookupError when there is none."""
        ...

    def documents(self) -> list[Document]:
        """Return every report."""
        ...


@dataclass(frozen=True)
class StaffDocument(Document):
    """An entry's answer as a document: its id is the one under which the answer is cited, whatever it says."""

    known_as: str = ""

    @property
    def id(self) -> str:
        """The id under which it is cited."""
        return self.known_as

    @classmethod
    def of(cls, entry: StaffAnswer) -> "StaffDocument":
        """Make a document whose whole text is the answer."""
        day = entry.answered_on.isoformat()
        return cls(path="", title=TITLE, text=entry.answer, date=day, source=TITLE, known_as=entry.document_id)


def reply(match: Match, request: Request, asked: str, reports: Reports) -> Answer | None:
    """Return the answer to `request`, read as `asked`; None when a report that it rests on no longer says so."""
    entry = match.entry
    citations = citations_of(entry, match.probability, reports)
    if citations is None:
        return None
    return Answer(
        id=request.id,
        question=request.question,
        standalone_question=asked,
        language=language(request.question),
        answer=marked(entry.answer, citations),
        refused=False,
        confidence=match.probability,
        mode="faq",
        citations=citations,
        staff=StaffReply(entry.id, entry.answered_on),
    )


def citations_of(entry: StaffAnswer, score: float, reports: Reports) -> tuple[Citation, ...] | None:
    """Return the citations of an entry's sources, numbered in order; None when one does not stand any more."""
    found: list[Citation] = []
    for source in entry.sources:
        if isinstance(source, PassageSource):
            cited = _passage(source, score, reports)
            if cited is None:
                return None
            found.append(cited)
        else:
            found.append(_told(entry, source.told_on.isoformat(), score))
    unique = {(one.document_id, one.start, one.end): one for one in reversed(found)}
    ordered = [one for one in found if unique.pop((one.document_id, one.start, one.end), None)]
    ordered = ordered or [_told(entry, entry.answered_on.isoformat(), score)]
    return tuple(replace(one, number=number) for number, one in enumerate(ordered, 1))


def _told(entry: StaffAnswer, day: str, score: float) -> Citation:
    """Cite the answer itself."""
    text = entry.answer
    return Citation(1, entry.document_id, TITLE, "", day, None, (), text, 0, len(text), text, 0, score)


def _passage(source: PassageSource, score: float, reports: Reports) -> Citation | None:
    """Cite a report where the words of the source stand in it now, if they do."""
    if not source.quote:
        return None
    for document, start in _places(source, reports):
        end = start + len(source.quote)
        first, last = paragraph(document.text, start, end)
        first, last = min(first, start), max(last, end)
        return Citation(
            number=1,
            document_id=document.id,
            document=document.title,
            path=document.path,
            date=document.date,
            page=sum(page <= start for page in document.pages) or None,
            headings=_headings(document, start),
            quote=source.quote,
            start=start,
            end=end,
            passage=document.text[first:last],
            passage_start=first,
            score=score,
        )
    return None


def _places(source: PassageSource, reports: Reports) -> Iterator[tuple[Document, int]]:
    """Yield where the words stand: as they were picked, else in the report that is now at that path."""
    try:
        document = reports.document(source.document_id)
    except LookupError:
        pass
    else:
        if document.text[source.start : source.end] == source.quote:
            yield document, source.start
            return
    for document in reports.documents():
        if document.path == source.path and (start := _nearest(document.text, source)) >= 0:
            yield document, start


def _nearest(text: str, source: PassageSource) -> int:
    """Return where the words stand nearest to their former place, -1 when nowhere."""
    starts = [found.start() for found in re.finditer(re.escape(source.quote), text)]
    return min(starts, key=lambda start: abs(start - source.start), default=-1)


def _headings(document: Document, start: int) -> tuple[str, ...]:
    """Return the headings that a place stands under, outermost first."""
    above: list[tuple[int, str]] = []
    for heading in sorted(document.headings, key=lambda one: one.start):
        if heading.start > start:
            break
        above = [one for one in above if one[0] < heading.level] + [(heading.level, heading.title)]
    return tuple(title for _, title in above)


def marked(text: str, citations: tuple[Citation, ...]) -> str:
    """Return staff's text with the marks of all citations behind each of its lines.

    What looks like a mark in it is put in wide brackets: it is staff's own, and leads to none of our citations.
    """
    marks = "".join(f"[{one.number}]" for one in citations)
    lines = _MARK.sub(r"［\1］", text).split("\n")
    return "\n".join(f"{line.rstrip()}{marks}" if line.strip() else line for line in lines)
