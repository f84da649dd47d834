"""Sentences set against quotes without a model: words are alike only where the test says so."""

from collections.abc import Mapping, Sequence

from rag.claims import claims
from rag.matching import Match
from rag.terms import is_english
from rag.writing import normalise


def match(said: str, *quotes: str, lead: str = "", alike: Mapping[frozenset[str], float] | None = None) -> Match:
    """Set `said` against quotes; `alike` gives cosines of pairs of words, 0 for any other pair."""

    def likeness(word: str, others: Sequence[str]) -> float:
        return max((alike or {}).get(frozenset({word, other}), 0.0) for other in others)

    text = normalise(said)
    english = is_english(text)
    told = tuple(claims(normalise(quote)) for quote in quotes)
    return Match(claims(text, english=english), told, normalise(lead).lower(), english, likeness)
