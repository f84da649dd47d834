"""What a question asks, as far as its words show: of which thing, which matter, in what way, and whom it names.

Patterns of `aspects.toml`; knows neither meanings nor other questions.
"""

import functools
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FILE = Path(__file__).with_name("aspects.toml")


@dataclass(frozen=True, slots=True)
class Facets:
    """What one question asks; each set may be empty. `names` is what else it names: other things, figures."""

    things: frozenset[str]
    aspects: frozenset[str]
    ways: frozenset[str]
    names: frozenset[str] = frozenset()

    def of(self, kind: str) -> frozenset[str]:
        """Return one of the sets, by its name."""
        found: frozenset[str] = getattr(self, kind)
        return found


def facets(text: str, nouns: frozenset[str] = frozenset()) -> Facets:
    """Return what `text` (normalised) asks. `nouns` stand in it; those that no thing or aspect covers are its names."""
    lower = text.lower()
    things, aspects, ways = (_found(table, lower) for table in _tables())
    covered = "\n".join(lower[start:end] for spans in (things, aspects) for start, end in spans.values())
    found = frozenset((*things, *aspects))
    not_meant = frozenset(name for name, others in _file()["unless"].items() if found.intersection(others.split()))
    names = frozenset(noun for noun in nouns if noun not in covered)
    return Facets(frozenset(things) - not_meant, frozenset(aspects) - not_meant, frozenset(ways), names)


def asked(text: str, nouns: Callable[[str], frozenset[str]]) -> Facets:
    """Return what `text` (normalised) asks; its nouns, which take ten times as long, are found where no thing is."""
    found = facets(text)
    return found if found.things else facets(text, nouns(text))


def _found(table: dict[str, re.Pattern[str]], text: str) -> dict[str, tuple[int, int]]:
    """Return where each pattern that is found stands first."""
    return {name: match.span() for name, pattern in table.items() if (match := pattern.search(text))}


@functools.cache
def _file() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@functools.cache
def _tables() -> tuple[dict[str, re.Pattern[str]], ...]:
    return tuple(
        {name: re.compile(pattern) for name, pattern in _file()[kind].items()} for kind in ("things", "aspects", "ways")
    )


def shared(first: Sequence[frozenset[str]], second: Sequence[frozenset[str]]) -> NDArray[np.float32]:
    """Return how much of two sets' words is common (Jaccard, 0 to 1, 0 for two empty ones), for every pair of sets.

    The shape is (len(first), len(second)).
    """
    words = {word: place for place, word in enumerate(sorted(frozenset().union(*first, *second)))}
    rows, columns = _marked(first, words), _marked(second, words)
    common = rows @ columns.T
    either = rows.sum(axis=1)[:, None] + columns.sum(axis=1)[None, :] - common
    share: NDArray[np.float32] = common / np.maximum(either, 1)
    return share


def _marked(sets: Sequence[frozenset[str]], words: dict[str, int]) -> NDArray[np.float32]:
    marked = np.zeros((len(sets), len(words)), np.float32)
    for row, one in enumerate(sets):
        marked[row, [words[word] for word in one]] = 1
    return marked
