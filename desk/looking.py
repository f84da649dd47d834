"""Words that staff look for, as conditions of a query: letter by letter, A and a alike. Knows no table."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from desk.types import storable

MOST_WORDS = 8
"""So many words are looked for at most."""
LONGEST_WORD = 60
"""So many characters of a word are looked for."""


def words_of(written: str) -> list[str]:
    """Return the words that are looked for, each of which must be found."""
    return [storable(word[:LONGEST_WORD]) for word in written[:2_000].split()[:MOST_WORDS]]


def holds(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Return the condition that a text holds a word."""
    return column.icontains(word, autoescape=True)
