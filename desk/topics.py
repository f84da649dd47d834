"""What a turn is about: the sections of the reports that its answer cites."""

from collections.abc import Iterable
from typing import Any

MOST = 8
"""So many sections of a turn are kept."""
LONGEST = 200  # characters; what is counted by must stay small


def sections_of(citations: Iterable[Any]) -> list[str]:
    """Return the sections that citations, as JSON, are from, each once: document › heading › heading."""
    titles = dict.fromkeys(title for citation in citations if (title := _section(citation)))
    return list(titles)[:MOST]


def _section(citation: object) -> str:
    if not isinstance(citation, dict):
        return ""
    headings = citation.get("headings")
    parts = [citation.get("document"), *(headings if isinstance(headings, list) else [])]
    return " › ".join(part for part in parts if isinstance(part, str) and part)[:LONGEST]
