"""A scored sentence becomes a citation; and the passages nearest to a text, each as one, whether they answer or not.

Knows scored sentences and the documents' text; nothing of how they were found.
"""

from collections.abc import Callable, Iterable, Sequence

from rag.paragraph import paragraph
from rag.records import Citation
from rag.scoring import Scored

DocumentText = Callable[[str], str]
"""Gives the canonical text of a document by its id."""


def citation_of(row: Scored, number: int, text_of: DocumentText) -> Citation:
    """Return the sentence as a citation under `number`, with the paragraph around it."""
    view = row.view
    chunk, stored = view.stored.chunk, view.stored
    start, end = view.span
    text = text_of(chunk.document_id)
    passage_start, passage_end = paragraph(text, start, end)
    return Citation(
        number=number,
        document_id=chunk.document_id,
        document=chunk.title,
        path=stored.path,
        date=stored.date,
        page=stored.page(start),
        headings=chunk.headings,
        quote=text[start:end],
        start=start,
        end=end,
        passage=text[passage_start:passage_end],
        passage_start=passage_start,
        score=max(0.0, min(1.0, row.similarity)),
    )


def nearest_passages(rankings: Sequence[Sequence[Scored]], limit: int, text_of: DocumentText) -> tuple[Citation, ...]:
    """Return the `limit` passages that come first, a paragraph once, by its best sentence; numbered from 1.

    `rankings` holds the sentences for each single question of a text, best first: each question has its turn.
    """
    found: dict[tuple[str, int], Citation] = {}
    for row in _in_turn(rankings):
        if len(found) >= limit:
            break
        citation = citation_of(row, len(found) + 1, text_of)
        found.setdefault((citation.document_id, citation.passage_start), citation)
    return tuple(found.values())


def _in_turn(rankings: Sequence[Sequence[Scored]]) -> Iterable[Scored]:
    """Yield the first of each ranking, then the second of each, and so on."""
    longest = max(map(len, rankings), default=0)
    return (ranking[place] for place in range(longest) for ranking in rankings if place < len(ranking))
