"""Citations for made-up rows: the sentences of a corpus as the public contract spells them."""

from pathlib import Path
from typing import Any

from index.load import Loaded, scan


def citations_of(corpus: Path) -> list[dict[str, Any]]:
    """Return every sentence of the corpus as the public contract spells a citation; `number` is still to be set."""
    found = []
    for loaded in scan(corpus, 10_000_000):
        if isinstance(loaded, Loaded):
            document, place = loaded.document, 0
            headings = {heading.start: heading.title for heading in document.headings}
            above: list[str] = []
            for line in document.text.split("\n"):
                above = [headings[place]] if place in headings else above
                if len(line) > 40:
                    quote = line[: line.find("。") + 1] or line
                    about: dict[str, Any] = {
                        "document": document.title,
                        "document_id": document.id,
                        "path": document.path,
                    }
                    about |= {"date": document.date, "page": None, "headings": above}
                    words = {"quote": quote, "start": place, "end": place + len(quote), "passage": line}
                    found.append({**about, **words, "passage_start": place, "score": 0.8123})
                place += len(line) + 1
    return found
