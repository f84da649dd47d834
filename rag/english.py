"""Which words of an English sentence its Chinese quotes do not bear out: each has to stand there in Chinese, or itself.

Knows a match, `english.toml` and the glossary of the lexicon; knows nothing of figures, which are looked at elsewhere.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.claims import table
from rag.lexicon import lexicon
from rag.matching import Match, in_pieces, others_of
from rag.spelling import sound

_FILE = Path(__file__).with_name("english.toml")
_WORD = re.compile(r"[A-Za-z]+(?:[&'’-][A-Za-z]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]+")
_LONGEST_PHRASE = 4  # words
_SHORTEST_NAME = 4  # letters: a shorter name is in the sound of almost any sentence
_HEARD = ("denying", "limiting", "planning")
"""Words that are looked at with what they are said of."""
_ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""), ("ing", "e"),
)  # fmt: skip


@dataclass(frozen=True)
class English:
    """The tables of `english.toml`, ready to look words up in."""

    light: frozenset[str]
    light_phrases: frozenset[str]
    irregular: Mapping[str, str]
    means: Mapping[str, tuple[str, ...]]


@cache
def english() -> English:
    """The tables shipped beside this file."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    heard = (word for kind in _HEARD for word in table()[kind].split())
    return English(
        frozenset(found["light"].split()) | frozenset(heard),
        frozenset(found["light_phrases"]),
        found["irregular"],
        {word: tuple(others.split()) for word, others in found["means"].items()},
    )


def untold_signals(match: Match) -> dict[str, float]:
    """Return how many words of an English sentence nothing in its quotes or their lead stands for."""
    return {"untold": float(len(_untold(match))) if match.english else 0.0}


def _untold(match: Match) -> set[str]:
    told = _Told(match)
    found = {run for run in _HAN.findall(_without_figures(match)) if not told.holds(run)}
    for words in _runs(match):
        place = 0
        while place < len(words):
            length = told.borne_out(words[place:])
            found |= set() if length else {words[place]}
            place += length or 1
    return found


def _without_figures(match: Match) -> str:
    """Return the sentence with its figures blanked out."""
    chars = list(match.said.text)
    for one in match.said.amounts:
        chars[one.start : one.end] = "\0" * (one.end - one.start)
    return "".join(chars)


def _runs(match: Match) -> Iterator[list[str]]:
    """Yield the words of each stretch without a mark or figure, a possessive's ending left out."""
    for stretch in re.split(r"[^A-Za-z&'’ -]+", _without_figures(match)):
        yield [_POSSESSIVE.sub("", word) for word in _WORD.findall(stretch)]


class _Told:
    """What the quotes of a sentence and their lead hold."""

    def __init__(self, match: Match) -> None:
        self._bare = match.bare
        self._latin = frozenset(_LATIN.findall(f"{match.quotes}\n{match.lead}"))
        self._sounds = "".join(sound(run) for run in _HAN.findall(match.bare))

    def borne_out(self, words: Sequence[str]) -> int:
        """Return of how many words the longest phrase is that begins here and is borne out, 0 when none is."""
        for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
            if self._names(words[:length]):
                return length
            phrase = [word.lower() for word in words[:length]]
            meant = _meant(phrase)
            if meant is None:
                continue
            if not meant or any(other in self._bare for other in meant.own) or self.holds(meant.glossary):
                return length
            if meant.own or length == 1:
                return 0
        return 1 if self._in_parts(words[0]) else 0

    def holds(self, term: str) -> bool:
        """Whether a Chinese word stands there, whole, in pieces or by a word for the same."""
        alike = (other for other in others_of(term) if len(other) > 1)
        return bool(term) and (
            term in self._bare or in_pieces(term, self._bare) or any(other in self._bare for other in alike)
        )

    def _names(self, words: Sequence[str]) -> bool:
        """Whether words stand there in Latin letters, or as the name whose pinyin they are: Qin Zhanyang."""
        if len(words) == 1 and words[0].lower() in self._latin:
            return True
        joined = "".join(words).lower()
        return all(word[0].isupper() for word in words) and len(joined) >= _SHORTEST_NAME and joined in self._sounds

    def _in_parts(self, word: str) -> bool:
        parts = word.split("-")
        return len(parts) > 1 and all(self.borne_out([part]) for part in parts if part)


@dataclass(frozen=True)
class _Meaning:
    """What a phrase may stand for: `own` words of `english.toml`, else the glossary's one; it is light with neither."""

    own: tuple[str, ...] = ()
    glossary: str = ""

    def __bool__(self) -> bool:
        return bool(self.own or self.glossary)


def _meant(phrase: Sequence[str]) -> _Meaning | None:
    """Return what a phrase means in the first of its forms that is known; None when none is."""
    whole = " ".join(phrase)
    if whole in english().light_phrases or whole in english().light:
        return _Meaning()
    forms, glossary = _forms(phrase), lexicon().english
    own = next((english().means[form] for form in forms if form in english().means), ())
    known = next((glossary[form] for form in forms if form in glossary), "")
    return _Meaning(own, "" if own else known) if own or known else None


def _forms(phrase: Sequence[str]) -> list[str]:
    """Return a phrase as it is, and with its first or its last word in the forms it may be one of."""
    first, last = phrase[0], phrase[-1]
    found = [" ".join(phrase)]
    found += [" ".join([base, *phrase[1:]]) for base in _bases(first)]
    return found + [" ".join([*phrase[:-1], base]) for base in _bases(last)]


@cache
def _bases(word: str) -> tuple[str, ...]:
    """Return what a word may be a form of: opened -> open, opene; but not parking -> park."""
    found = [english().irregular[word]] if word in english().irregular else []
    for ending, base in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            found.append(stem + base)
            if not base and len(stem) > 2 and stem[-1] == stem[-2]:
                found.append(stem[:-1])  # planned
    glossary = lexicon().english
    return tuple(one for one in found if word not in glossary or glossary.get(one) == glossary[word])
