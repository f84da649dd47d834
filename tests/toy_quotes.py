"""Citations and drafts made of a few words."""

from rag.compose import Draft
from rag.records import Citation


def quote(number: int, text: str, document: str = "园区概况", date: str = "2023-05") -> Citation:
    """Return a citation of a report that holds nothing else."""
    return Citation(
        number, f"id-{document}", document, f"{document}.md", date, None, (), text, 0, len(text), text, 0, 0.9
    )


def draft(*quotes: Citation, note: str = "") -> Draft:
    """Return an answer that quotes, and says of a further part that it is not told."""
    said = [(f"{one.quote}[{one.number}]\n", one) for one in quotes]
    return Draft((("", None), *said, *([(note + "\n", None)] if note else [])), refused=False)
