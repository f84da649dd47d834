"""What a text claims, taken apart: its clauses, the words and figures that tell something, which are denied or planned.

Takes text as `rag.writing.normalise` gives it, and the lists of `support.toml`; compares nothing.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from index.words import Word, cut, is_common
from rag.amounts import Amount, amounts
from rag.lexicon import lexicon

_TABLE = Path(__file__).with_name("support.toml")
_BREAK = re.compile(r"[,;:!?。，；：！？\n]")
_NOMINAL = ("n", "j", "eng", "f")
_TELLING = ("n", "v", "a", "j", "i", "l", "eng", "s", "b", "z", "g", "x", "t")
_NAMED = ("nr", "ns", "nt", "nz")
_DIRECTION = re.compile(r"[东南西北].|.[东南西北]")
_MARKS = ("denying", "limiting", "planning", "lasting", "owed", "done")
_ONLY = re.compile(r"[只仅][\u3400-\u9fff]")  # 只用, 仅以
_NOUN_PLANS = frozenset({"计划", "规划", "预期", "目标", "plan", "plans"})
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*)*")


@cache
def table() -> dict[str, Any]:
    """The lists of `support.toml`."""
    with _TABLE.open("rb") as file:
        return tomllib.load(file)


@cache
def _marks() -> dict[str, str]:
    return {word: kind for kind in _MARKS for word in table()[kind].split()}


@cache
def ahead() -> tuple[str, ...]:
    """Words for what is to come."""
    return tuple(table()["ahead"].split())


@cache
def _deeds() -> frozenset[str]:
    return frozenset(table()["deeds"].split())


@cache
def _surnames() -> frozenset[str]:
    return frozenset(table()["surnames"])


@cache
def _no_names() -> frozenset[str]:
    return frozenset(table()["no_names"].split())


@cache
def _light() -> frozenset[str]:
    return frozenset(table()["light"].split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word or figure that tells something; `clause` counts from 0, `marks` say what is said of it ("denying"…).

    `joined`: nothing but a middle dot stands between it and the token before.
    """

    text: str
    tag: str
    start: int
    end: int
    clause: int = 0
    amount: Amount | None = None
    marks: frozenset[str] = frozenset()
    joined: bool = False

    @property
    def is_nominal(self) -> bool:
        """Whether it names a thing."""
        return self.amount is None and self.tag.startswith(_NOMINAL)

    @property
    def is_name(self) -> bool:
        """Whether it is tagged as the name of a person, a place, an organisation or the like."""
        if self.amount or len(self.text) < 2 or not self.tag.startswith(_NAMED) or self.text in _no_names():
            return False
        # jieba takes words it does not know for persons
        return self.tag[:2] != "nr" or is_common(self.text) or self.text[0] in _surnames() or "·" in self.text

    @property
    def is_verb(self) -> bool:
        """Whether it tells what happens."""
        return self.tag.startswith("v") and self.tag != "vn"

    @property
    def key(self) -> str:
        """What it is told from others by."""
        if self.amount is None:
            return self.text
        moment, one = self.amount.moment, self.amount
        value = (moment.year, moment.month, moment.day, moment.minute, moment.part) if moment else one.value
        return f"{one.kind} {value} {one.unit}"


@dataclass(frozen=True)
class Claims:
    """A text taken apart. `marked` counts for each clause the words that deny, limit or plan."""

    text: str
    tokens: tuple[Token, ...]
    marked: Mapping[int, Counter[str]] = field(default_factory=dict)

    @property
    def amounts(self) -> list[Amount]:
        """Its figures."""
        return [token.amount for token in self.tokens if token.amount]

    @property
    def words(self) -> list[Token]:
        """Its words."""
        return [token for token in self.tokens if not token.amount]


@lru_cache(maxsize=512)
def claims(text: str, report_date: str = "", english: bool = False) -> Claims:
    """Take `text` (normalised, its relative dates resolved) apart; English words become the lexicon's Chinese ones."""
    figures = [
        Token(text[one.start : one.end], "m", one.start, one.end, amount=one) for one in amounts(text, report_date)
    ]
    tokens, found = list(figures), list[tuple[int, str]]()
    words = _translated(text) if english else cut(text)
    for word, after in zip(words, [*words[1:], None], strict=False):  # no word at all: nothing to pair
        if any(one.start < word.end and word.start < one.end for one in figures):
            continue
        if kind := _mark(word, after, text):
            found.append((word.start, kind))
        elif _tells(word) or _is_predicate(word, after):
            tokens.append(Token(word.text.lower(), "v" if word.text in _deeds() else word.tag, word.start, word.end))
    inside = {place for one in figures for place in range(one.start, one.end)}
    breaks = [mark.start() for mark in _BREAK.finditer(text) if mark.start() not in inside]
    tokens.sort(key=lambda one: (one.start, one.end))
    before = [0, *(one.end for one in tokens)]
    placed = [
        replace(one, clause=_clause(one.start, breaks), joined=text[end : one.start] in ("", "·"))
        for one, end in zip(tokens, before, strict=False)
    ]
    marked: dict[int, Counter[str]] = {}
    for place, kind in found:
        marked.setdefault(_clause(place, breaks), Counter())[kind] += 1
    return Claims(text, _marked(placed, found, breaks), marked)


def _mark(word: Word, after: Word | None, text: str) -> str:
    """Return what a word says of those behind it ("denying"…), "" when it says something of its own."""
    kind = _marks().get(word.text.lower(), "limiting" if _ONLY.fullmatch(word.text) else "")
    return "" if kind == "planning" and not _plans(word, after, text) else kind


def _plans(word: Word, after: Word | None, text: str) -> bool:
    """Whether a word like 将 or 计划 says that something is to come: not 将车辆清洗, 比原计划早, 计划的内容, 需要."""
    if word.text == "要":
        return text[: word.start].endswith(ahead())
    if word.text == "将":
        before = text[word.start - 1 : word.start]
        return before != "误" and (after is None or not after.tag.startswith(("n", "r", "j")))
    if word.text in _NOUN_PLANS:
        before = text[word.start - 1 : word.start]
        return before not in set("比原按较的本该此一") and (after is None or not after.tag.startswith(("uj", "x", "w")))
    return True


def _clause(place: int, breaks: Sequence[int]) -> int:
    return sum(one < place for one in breaks)


def _translated(text: str) -> list[Word]:
    """Cut an English text: each word as its Chinese one where the lexicon has it, all at the place of their phrase."""
    words: list[Word] = []
    for run in re.finditer(r"[A-Za-z][A-Za-z'’-]*", text):
        word = run.group().lower()
        if word in _marks():
            words.append(Word(word, "d", run.start()))
    taken = {word.start for word in words}
    for run in _LATIN_WORD.finditer(text):
        parts = lexicon().translate(run.group()).split()
        for number, part in enumerate(parts):
            place = run.start() + number * len(run.group()) // max(1, len(parts))
            if re.search(r"[\u3400-\u9fff]", part):
                words += [Word(one.text, one.tag, place) for one in cut(part)]
    chinese = [Word(one.text, one.tag, one.start) for one in cut(text) if re.match(r"[\u3400-\u9fff]", one.text)]
    return sorted(
        (*(word for word in words if word.start not in taken or word.tag == "d"), *chinese), key=lambda word: word.start
    )


def _tells(word: Word) -> bool:
    text = word.text.lower()
    if word.tag == "f" and _DIRECTION.search(text):  # 以北
        return True
    named = word.tag.startswith(_NAMED) and len(text) > 1
    return (
        bool(re.search(r"\w", text))
        and (named or text not in _light())
        and word.tag.startswith(_TELLING)
        and word.tag != "ad"
    )


def _is_predicate(word: Word, after: Word | None) -> bool:
    """Whether a word that jieba takes for an adverb ends its clause: it is what the clause says, as in "月租全免"."""
    ends = after is None or _BREAK.fullmatch(after.text) is not None
    return ends and word.tag in ("d", "ad", "vd") and len(word.text) > 1 and word.text not in _light()


def _marked(tokens: Sequence[Token], found: Sequence[tuple[int, str]], breaks: Sequence[int]) -> tuple[Token, ...]:
    """Put each mark on the word it is said of, the next one of its clause; a plan on the next verb."""
    marks: dict[int, set[str]] = {}
    for place, kind in found:
        stop = next((one for one in breaks if one > place), 1 << 30)
        after = [number for number, token in enumerate(tokens) if place < token.start < stop]
        if kind == "planning":
            after = [number for number in after if tokens[number].is_verb] or after
        if after:
            marks.setdefault(after[0], set()).add(kind)
    return tuple(
        replace(one, marks=frozenset(marks[place])) if place in marks else one for place, one in enumerate(tokens)
    )
