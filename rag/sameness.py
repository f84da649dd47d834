"""What a question says, as far as it can be compared with another one: kinds of thing asked for, concepts, other words.

Knows `sameness.toml` and the lexicon; knows no vectors and no entries.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.words import RARE_IDF, cut, general_idf
from rag.lexicon import lexicon
from rag.writing import normalise

_FILE = Path(__file__).with_name("sameness.toml")
_FILLER = "filler"
_LONGEST = 300
"""Characters of a text that are read; no standard question is as long."""
LIGHT = 0.25
"""What a concept counts that tells little."""
_WEIGHTS = {"thing": 1.0, "act": 0.7, "condition": 1.0}

PRIORITY = (
    "often", "contact", "materials", "condition", "long", "price", "many", "size", "measure", "ratio", "when", "where",
    "why", "remedy", "who", "how", "free", "which", "need", "may", "have", "amount", "what", "yes",
)  # fmt: skip
"""Kinds of question, the narrower before the wider: a question asks for the first one that it names."""
_OFTEN = re.compile(r"(?:多久|多长时间|好久|多少天|几天).{0,8}?[一1][次回趟遍道班]")
_YES = re.compile(r"(?:吗|[不没](?:有|得)?|没有|么)[?。! ]*$|^(?:is|are|do|does|did|will|has|have) ")
_PLACE_NUMBER = re.compile(r"[a-z]?\d+\s?号?[楼栋幢座库线路门]|[a-z][座区栋幢]|[一二三四五六七八九十\d]+期")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NOT = re.compile(
    r"(?P<asks>(?P<verb>[\u4e00-\u9fff])[不没](?P=verb)|[能可][不否]|有没有|有没得|有无|是否|能否|[不没]有?[?!。 ]*$"
    r"|不[?？]|不过|不好意思|差不多|不同|不少|不但|不知道|得不得)|不|没|未|别|无法|非"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One text, taken apart. `asks` are kinds of question, `concepts` concept -> weight, `words` other word -> weight.

    `numbers` are figures and numbered places; `denies` tells whether something is denied.
    """

    text: str
    asks: frozenset[str]
    concepts: dict[str, float]
    conditions: frozenset[str]
    words: dict[str, float]
    numbers: frozenset[str]
    denies: bool

    @property
    def ask(self) -> str:
        """The kind of thing that is asked for, "" when nothing tells."""
        return next((kind for kind in PRIORITY if kind in self.asks), "")


@dataclass(frozen=True)
class Table:
    """`sameness.toml`, ready to look things up in."""

    kind_of: dict[str, tuple[str, str]]
    many: re.Pattern[str]
    near: dict[frozenset[str], float]
    kin: dict[frozenset[str], float]
    implied: dict[frozenset[str], float]
    light: frozenset[str]
    classes: dict[str, str]


@functools.cache
def table() -> Table:
    """The table shipped beside this file."""
    with _FILE.open("rb") as file:
        told = tomllib.load(file)
    kind_of: dict[str, tuple[str, str]] = {}
    for sort in ("ask", "thing", "act", "condition"):
        for name, words in told[sort].items():
            for word in words.split():
                kind_of.setdefault(word.replace("_", " "), (sort, name))
    for word in told[_FILLER]["words"].split():
        kind_of.setdefault(word.replace("_", " "), (_FILLER, ""))
    longest_first = sorted((word for word in kind_of if len(word) > 1), key=len, reverse=True)
    pattern = "|".join(rf"\b{re.escape(w)}(?![a-z])" if w[0].isascii() else re.escape(w) for w in longest_first)
    return Table(
        kind_of,
        re.compile(pattern),
        _pairs(told["near"]),
        _pairs(told["kin"]),
        _pairs(told["implied"]),
        frozenset(told["light"]["concepts"].split()),
        {name: sort for sort in ("thing", "act", "condition") for name in told[sort]},
    )


def _pairs(rows: dict[str, str]) -> dict[frozenset[str], float]:
    found = {}
    for name, others in rows.items():
        fields = others.split()
        for other, share in zip(fields[::2], fields[1::2], strict=True):
            found[frozenset((name, other))] = float(share)
    return found


@functools.lru_cache(maxsize=50_000)
def said(text: str) -> Said:
    """Take `text` (normalised) apart."""
    low = text[:_LONGEST].lower()
    places = [match.group().replace(" ", "") for match in _PLACE_NUMBER.finditer(low)]
    numbers = frozenset((*places, *_NUMBER.findall(low)))
    asks: set[str] = {"often"} if _OFTEN.search(low) else set()
    asks |= {"yes"} if _YES.search(low) else set()
    concepts: dict[str, float] = {}
    words: dict[str, float] = {}
    for word, weight in _pieces(low):
        sort, name = table().kind_of.get(word, ("", ""))
        if sort == "ask":
            asks.add(name)
        elif sort in _WEIGHTS:
            concepts[name] = LIGHT if name in table().light else _WEIGHTS[sort]
        elif not sort and weight:
            words[word] = weight
    conditions = frozenset(name for name in concepts if table().classes[name] == "condition")
    return Said(text, frozenset(asks), concepts, conditions, words, numbers, _denies(low))


def _denies(text: str) -> bool:
    return any(match["asks"] is None for match in _NOT.finditer(text))


def _pieces(text: str) -> Iterator[tuple[str, float]]:
    """Yield the known words of `text`, then what is left between them, with a weight each."""
    taken = [False] * len(text)
    for match in table().many.finditer(text):
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())
        yield match.group(), 1.0
    for word in cut(text):
        left = [place for place in range(word.start, word.end) if not taken[place]]
        if not left:
            continue
        rest = "".join(text[place] for place in left).strip()
        if rest in table().kind_of:
            yield rest, 1.0
        elif re.fullmatch(r"[a-z]{2,}", rest):
            yield from _translated(rest)
        elif _tells(rest):
            whole = len(left) == word.end - word.start
            yield rest, _weight(rest, word.tag if whole else "x")


def _translated(word: str) -> Iterator[tuple[str, float]]:
    chinese = lexicon().english.get(word)
    if chinese:
        yield from _pieces(chinese)
    elif word not in lexicon().stop:
        yield word, 0.6


def _tells(word: str) -> bool:
    if not word or not re.search(r"[\u3400-\u9fff]|[a-z]", word):
        return False
    return word not in lexicon().stop and word not in lexicon().generic


def _weight(word: str, tag: str) -> float:
    by_tag = {"n": 1.0, "v": 0.6, "a": 0.5, "d": 0.2, "r": 0.1, "u": 0.0, "p": 0.1, "c": 0.1, "y": 0.0, "m": 0.3}
    weight = by_tag.get(tag[:1], 0.6) * min(general_idf().get(word, RARE_IDF), RARE_IDF) / RARE_IDF
    return weight * (0.5 if len(word) == 1 else 1.0)


def nearness(one: str, other: str) -> float:
    """Return how far two kinds of question ask for the same, between 0 and 1; .5 when one is not told."""
    if one == other:
        return 1.0
    return 0.5 if not one or not other else table().near.get(frozenset((one, other)), 0.0)


def covered(concept: str, told: Iterable[str], asks: Iterable[str] = ()) -> float:
    """Return how far the concepts `told`, and the kinds of question `asks`, say `concept`, between 0 and 1."""
    kin, implied = table().kin, table().implied
    said_by = max((1.0 if concept == one else kin.get(frozenset((concept, one)), 0.0) for one in told), default=0.0)
    return max(said_by, max((implied.get(frozenset((kind, concept)), 0.0) for kind in asks), default=0.0))


_POLITE = re.compile(
    r"请问一下|请问|想问一下|想问下|想问|问一下|问下|麻烦|您好|你好|谢谢|劳驾|打扰一下|你们|您们|贵园区|贵园|咱们|我们"
)
_SOFT_END = re.compile(r"(?:吗|呢|呀|啊|嘛|吧|哦|哈|噻|哟)+$")


def bare(text: str) -> str:
    """Return `text` without what changes no question: width, script, case, marks, politeness, particles at its end."""
    low = _POLITE.sub("", re.sub(r"[\W_的]+", "", normalise(text[:2000]).lower()))
    return _SOFT_END.sub("", low) or low
