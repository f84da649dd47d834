"""What a question asks, as far as its words show: of which thing, which matter, in what way, and whom it names.

Patterns of `aspects.toml`; knows neither meanings nor other questions.
"""

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FILE = Path(__file__).with_name("aspects.toml")


@dataclass(frozen=True, slots=True)
class Facets:
    """What one question asks; each set may be empty. `names` are the names and figures that stand in it."""

    things: frozenset[str]
    aspects: frozenset[str]
    ways: frozenset[str]
    names: frozenset[str] = frozenset()

    @property
    def kinds(self) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
        """The four sets, always in this order."""
        return self.things, self.aspects, self.ways, self.names


def facets(text: str, names: frozenset[str] = frozenset()) -> Facets:
    """Return what `text` (normalised) asks."""
    lower = text.lower()
    things, aspects, ways = (
        frozenset(name for name, pattern in table.items() if pattern.search(lower)) for table in _tables()
    )
    return Facets(things, aspects, ways, names)


@functools.cache
def _tables() -> tuple[dict[str, re.Pattern[str]], ...]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        {name: re.compile(pattern) for name, pattern in table[kind].items()} for kind in ("things", "aspects", "ways")
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
