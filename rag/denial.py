"""What a sentence denies, plans, explains, compares or praises that its quotes do not, and the other way round.

Knows a match and the lists of `support.toml`; weighs nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from rag.claims import Claims, Token, table
from rag.matching import Match

_NEUTRAL = "|".join(table()["neutral"].split())


def _han(words: str) -> list[str]:
    """Return the Chinese ones of some words, the longest first; 要 and 欲 alone are too often a part of others."""
    return sorted((word for word in words.split() if not word.isascii() and word not in "要欲"), key=len, reverse=True)


_DENIED = re.compile(
    rf"(?:{_NEUTRAL})(?P<neutral>)|(?:没有|并非|尚未|还未|未能|不能|不会|不是|并未|并不|并没有|无法|无需|从未|不予|不得|不|没|未|无|非)"
)
_DENIES = re.compile(r"[不没未无非否]有?$|并非$|[未不没]能$|不会$|不是$|无[法需]$|不[予得]$")
_PLANNED = re.compile(
    rf"(?:{'|'.join(table()['no_plans'].split())})(?P<neutral>)|(?:{'|'.join(_han(table()['planning']))})"
)
_UNTIMED = re.compile(rf"[^,;!?]*(?:{'|'.join(table()['untimed']['patterns'])})[^,;!?]*")
_SOME = 0.4  # share of a clause's words by which it may be of the same thing
_MUCH = 0.6  # share of two clauses' words that they have in common when one rests on the other


@cache
def _added() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(patterns)) for kind, patterns in table()["added"].items()}


def mark_signals(match: Match) -> dict[str, float]:
    """Return 1 for each kind of thing that is said and not told, or told and not said, else 0."""
    said = match.said.text.lower()
    found = {
        kind: float(len(pattern.findall(said)) > len(pattern.findall(match.quotes)))
        for kind, pattern in _added().items()
    }
    found["denial"] = float(_denial_changed(match) or _marks_changed(match, "denying"))
    found["limit"] = float(_marks_changed(match, "limiting"))
    found["plan"] = float(_plan_changed(match))
    found["opposite"] = float(_opposite(match))
    return found


def _plan_changed(match: Match) -> bool:
    """Whether the sentence plans what no quote plans, or says that something is which is only to come."""
    if not match.english and _counted(_PLANNED, match.said.text) and not _counted(_PLANNED, match.quotes):
        return True
    if not _kinds(match.said) & {"planning", "done"} and _UNTIMED.fullmatch(match.said.text):
        return False
    return _marks_changed(match, "planning")


def _kinds(text: Claims) -> set[str]:
    """Return the kinds of marks that a text has."""
    return {kind for marks in text.marked.values() for kind, count in marks.items() if count}


def _denial_changed(match: Match) -> bool:
    """Whether two characters that are denied on one side stand undenied on the other: words may be cut differently."""
    if match.english:
        return False
    said, told = match.said.text, match.quotes
    if _counted(_DENIED, said) and not _counted(_DENIED, told):
        return True
    denied_said, denied_told = _after_denial(said), _after_denial(told)
    first_said, first_told = _after_denial(said, 1), _after_denial(told, 1)
    for after in {*denied_said, *denied_told}:
        free_said, free_told = _free(after, said), _free(after, told)
        more = first_said[after[0]] > first_told[after[0]]  # 不扣款 is told where "不扣。" is
        if denied_said[after] > denied_told[after] and free_told and more:
            return True
        if denied_told[after] > denied_said[after] and free_said > free_told:
            return True
    return False


def _counted(pattern: re.Pattern[str], text: str) -> int:
    """Return how often a pattern is found in a text, but in a word that only looks like it."""
    return sum(one["neutral"] is None for one in pattern.finditer(text))


def _after_denial(text: str, length: int = 2) -> Counter[str]:
    ends = [one.end() for one in _DENIED.finditer(text) if one["neutral"] is None]
    after = (text[end : end + length] for end in ends)
    return Counter(one for one in after if len(one) == length and all("\u3400" <= char <= "\u9fff" for char in one))


def _free(after: str, text: str) -> int:
    return sum(
        not _DENIES.search(text[max(0, one.start() - 3) : one.start()]) for one in re.finditer(re.escape(after), text)
    )


def _marks_changed(match: Match, kind: str) -> bool:
    """Whether a word bears a mark on one side only, or the clause that one rests on has other marks."""
    said = _by_key(zip(match.said.tokens, match.said_keys, strict=True), kind)
    told = _by_key(zip(match.tokens, match.keys, strict=True), kind)
    if not match.english:
        for key, (with_mark, without) in said.items():
            told_with, told_without = told.get(key, (0, 0))
            if any(other != key and other[0] == key[0] and marks for other, (marks, _) in told.items()):
                continue  # 不扣款 is told where "不扣" is
            if told_with + told_without and (
                (with_mark > told_with and without < told_without)
                or (with_mark > told_with + told_without)
                or (without > told_without and told_with > with_mark and not _may_be_left_out(match, key, kind))
            ):
                return True
    return _english_changed(match, kind) if match.english else _clause_changed(match, kind)


def _may_be_left_out(match: Match, key: str, kind: str) -> bool:
    """Whether a clause that says the word has such a mark on another one, or the mark only stresses a figure."""
    pairs = [(token, other) for token, other in zip(match.said.tokens, match.said_keys, strict=True) if other == key]
    if kind == "limiting" and any(token.amount for token, _ in pairs):
        return True
    return any(match.said.marked.get(token.clause, Counter[str]())[kind] for token, _ in pairs)


def _by_key(tokens: Iterable[tuple[Token, str]], kind: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for token, key in tokens:
        with_mark, without = found.get(key, (0, 0))
        marked = kind in token.marks
        found[key] = with_mark + marked, without + (not marked)
    return found


def _clause_changed(match: Match, kind: str) -> bool:
    """Whether a clause has more or fewer marks than the one clause of the quotes that says about the same.

    A mark on a word that bears it on both sides is left out: clauses may be cut otherwise.
    """
    said, told = _clauses(match.said.tokens, match.said_keys), _clauses(match.tokens, match.keys)
    said_marks = _marked_clauses(match.said.tokens, match.said_keys, kind)
    told_marks = _marked_clauses(match.tokens, match.keys, kind)
    for number, keys in said.items():
        shared = {other: len(keys & others) for other, others in told.items()}
        best = max(shared, key=lambda other: (shared[other], -len(told[other])), default=None)
        if best is None or not shared[best]:
            continue
        here, there = match.said.marked.get(number, Counter[str]()), match.marked(best)
        if kind == "planning" and shared[best] >= _SOME * len(keys) and _is_over(here, there):
            return True
        more = here[kind] - _explained(said_marks.get(number, set()), keys, told_marks, told)
        less = there[kind] - _explained(told_marks.get(best, set()), told[best], said_marks, said)
        if kind == "limiting":
            less = min(less, more)  # that it was only so many may be left out
        # a clause that leaves words out may still add a mark
        alike = len(keys) if more > less else max(len(keys), len(told[best]))
        changed = more != less
        if kind == "planning":
            changed = (here[kind] > 0) != (there[kind] > 0) and (more > 0) != (less > 0)
        if shared[best] >= _MUCH * alike and changed:
            return True
    return False


def _english_changed(match: Match, kind: str) -> bool:
    """The same of an English sentence, whose clauses are not those of its quotes.

    It may say what any clause says that it touches, and has to say what the one says that it shares most with; that
    something is still to come, what any clause of the quotes it touches says.
    """
    said, told = set(match.said_keys), _clauses(match.tokens, match.keys)
    touched = {clause: len(said & keys) for clause, keys in told.items() if said & keys}
    if any(marks[kind] for marks in match.said.marked.values()):
        return bool(told) and not any(match.marked(clause)[kind] for clause in touched or told)
    if kind == "limiting" or not touched:
        return False  # that it was only so many may be left out
    if kind == "planning":
        return any(marks[kind] for one in _quotes_of(match, touched) for marks in one.marked.values())
    return match.marked(max(touched, key=lambda clause: touched[clause]))[kind] > 0


def _quotes_of(match: Match, clauses: Iterable[int]) -> list[Claims]:
    return [match.told[number] for number in {match.quote_number(clause) for clause in clauses}]


def _marked_clauses(tokens: Iterable[Token], keys: Iterable[str], kind: str) -> dict[int, set[str]]:
    """Return clause -> the keys that bear such a mark in it."""
    found: dict[int, set[str]] = {}
    for token, key in zip(tokens, keys, strict=True):
        if kind in token.marks:
            found.setdefault(token.clause, set()).add(key)
    return found


def _explained(marked: set[str], keys: set[str], other_marks: dict[int, set[str]], others: dict[int, set[str]]) -> int:
    """Count the marked words of a clause that bear the mark on the other side too, beside words of the same clause."""
    return sum(
        any(
            key in heads and (others[number] == {key} or (others[number] - {key}) & keys)
            for number, heads in other_marks.items()
        )
        for key in marked
    )


def _is_over(said: Counter[str], told: Counter[str]) -> bool:
    """Whether something is said to be over that is told to go on, or to be still to come."""
    return said["done"] > 0 and told["done"] == 0 and told["lasting"] + told["planning"] + told["owed"] > 0


def _clauses(tokens: Iterable[Token], keys: Iterable[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for token, key in zip(tokens, keys, strict=True):
        found.setdefault(token.clause, set()).add(key)
    return found


def _opposite(match: Match) -> bool:
    """Whether a word is said whose opposite is told, and neither it nor its like."""
    said = {token.text for token in match.said.words}
    told = {token.text for token in match.tokens}
    for sides in _opposites():
        for mine, theirs in (sides, sides[::-1]):
            if mine & said and theirs & told and not theirs & said and not any(word in match.quotes for word in mine):
                return True
    return False


@cache
def _opposites() -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = (pair.split(" | ") for pair in table()["opposites"]["pairs"])
    return [(frozenset(one.split()), frozenset(other.split())) for one, other in pairs]
