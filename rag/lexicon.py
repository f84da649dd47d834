"""What the words of visitors mean in the words of reports: stop words, synonym groups, an English glossary.

Knows only `lexicon.toml`; knows nothing of the corpus.
"""

import functools
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("lexicon.toml")
_LONGEST_ENGLISH_TERM = 3  # words


@dataclass(frozen=True)
class Lexicon:
    """The tables of `lexicon.toml`, ready to look words up in."""

    asking: frozenset[str]
    stop: frozenset[str]
    places: frozenset[str]
    generic: frozenset[str]
    relational: frozenset[str]
    events: frozenset[str]
    alternatives: dict[str, tuple[str, ...]]
    english: dict[str, str]
    new: frozenset[str]

    def knows(self, word: str) -> bool:
        """Whether `word` is spelt right though neither the dictionary nor the corpus may have it."""
        return word in self.new or word in self.alternatives

    def others(self, word: str) -> tuple[str, ...]:
        """Return the words a report may use for `word`, longest first (a synonym's, or a wide word's narrower ones)."""
        return self.alternatives.get(word, ())

    def translate(self, text: str) -> str:
        """Return the Chinese terms for the English words in `text`, space-separated; unknown words as they are."""
        words = re.findall(r"[a-z0-9]+(?:[.-][a-z0-9]+)*|[\u3400-\u9fff]+", re.sub(r"['’]s?\b", "", text.lower()))
        found, position = [], 0
        while position < len(words):
            length = self._longest_term(words, position)
            term = " ".join(words[position : position + length])
            found.append(self.english.get(term, "" if term in self.stop else term))
            position += length
        return " ".join(filter(None, found))

    def _longest_term(self, words: list[str], position: int) -> int:
        for length in range(_LONGEST_ENGLISH_TERM, 1, -1):
            if " ".join(words[position : position + length]) in self.english:
                return length
        return 1


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon shipped beside this file."""
    with _FILE.open("rb") as file:
        table = tomllib.load(file)
    return Lexicon(
        asking=frozenset(table["asking"].split()),
        stop=frozenset(table["stop"].split()),
        places=frozenset(table["places"].split()),
        generic=frozenset(f"{table['places']} {table['common']}".split()),
        relational=frozenset(table["relational"].split()),
        events=frozenset(table["events"].split()),
        alternatives=_alternatives(table["groups"], table["covers"]),
        english=table["english"],
        new=frozenset(table["new"].split()),
    )


def _alternatives(groups: list[str], covers: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        members = group.split()
        for word in members:
            found[word].update(members)
    for word, narrower in covers.items():
        found[word].update(narrower.split())
    return {
        word: tuple(sorted(others - {word}, key=lambda other: (-len(other), other))) for word, others in found.items()
    }
