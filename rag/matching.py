"""A sentence set against its quotes: which of its words the quotes hold, and by which of theirs each is borne out.

Knows claims and the synonyms of the lexicon; how near two words are in meaning comes from outside.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from index.words import general_idf
from rag.claims import Claims, Token, ahead, table
from rag.lexicon import lexicon

SYNONYM = 0.9
LEAD = 0.8
LEAD_BEHIND = 0.5
SPOKEN = 0.6
"""How much of a word is covered by a synonym, by the title or a heading (before what the quotes tell, or behind), by a
word that a visitor may mean by it."""
_GLUE = "里上下内外中自以和与及等的为在于从由将被把了用是有"  # jieba takes these for a part of a word it does not know
_HAN = re.compile(r"[\u3400-\u9fff]")
_STRETCH = 3  # characters
_CLAUSES_APART = 1000
_MOST_COMPARED = 6  # words of a quote that one word is compared with in meaning
_NEAR, _ALIKE, _EQUAL = 0.915, 0.955, 0.975
"""Cosines of words: nine in ten unrelated ones are below the first, half of the synonyms above the second; things of
one kind that are not the same (南门, 北门) are hardly ever above the last."""

WordLikeness = Callable[[str, Sequence[str]], float]
"""Gives the highest cosine of a word with some others."""


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in table()["written"]["groups"]:
        members = set(group.split())
        for word in members:
            found.setdefault(word, set()).update(members - {word})
    return {word: frozenset(others) for word, others in found.items()}


@cache
def others_of(word: str) -> frozenset[str]:
    """Return the words that say about the same."""
    return _synonyms().get(word, frozenset())


@cache
def _general() -> frozenset[str]:
    return frozenset((table()["general"] + table()["attributes"]).split())


@dataclass(frozen=True)
class Match:
    """A sentence, taken apart, and the quotes it cites. `lead` is their titles and headings, normalised, lower case."""

    said: Claims
    told: tuple[Claims, ...]
    lead: str
    english: bool
    likeness: WordLikeness = field(default=lambda word, others: 0.0)

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of all quotes; no two quotes have a clause in common."""
        return [
            replace(token, clause=token.clause + number * _CLAUSES_APART)
            for number, one in enumerate(self.told)
            for token in one.tokens
        ]

    @staticmethod
    def quote_number(clause: int) -> int:
        """Return which quote a clause of `tokens` is of."""
        return clause // _CLAUSES_APART

    def marked(self, clause: int) -> Counter[str]:
        """Return how often a clause of `tokens` denies, limits or plans."""
        number, place = divmod(clause, _CLAUSES_APART)
        return self.told[number].marked.get(place, Counter[str]())

    @cached_property
    def _plans(self) -> bool:
        """Whether the quotes say that something is to come."""
        return any(marks["planning"] for one in self.told for marks in one.marked.values())

    @cached_property
    def quotes(self) -> str:
        """The text of all quotes, lower case, a line each."""
        return "\n".join(one.text for one in self.told).lower()

    @cached_property
    def bare(self) -> str:
        """Quotes and lead without marks and spaces: "A·B" holds "AB"."""
        return re.sub(r"[\W_]", "", f"{self.quotes}\n{self.lead}")

    @cached_property
    def bare_quotes(self) -> str:
        """The same of the quotes alone."""
        return re.sub(r"[\W_]", "", self.quotes)

    @cached_property
    def opening(self) -> int:
        """Offset of the first word that the quotes tell: what stands before may be the subject, told by the lead."""
        telling = (
            token.start
            for token in self.said.words
            if token.text in self.quotes and token.text not in lexicon().generic and token.text not in self.lead
        )
        return next(telling, len(self.said.text))

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the quotes' tokens, in order."""
        return [token.key for token in self.tokens]

    @cached_property
    def said_keys(self) -> list[str]:
        """For each token of the sentence the key of the quotes' token that bears it out, its own when none does."""
        known = {token.text: token.key for token in self.tokens}
        return [self._key(token, known) for token in self.said.tokens]

    def _key(self, token: Token, known: dict[str, str]) -> str:
        if token.amount:
            one = token.amount
            covering = (other.key for other in self.tokens if other.amount and other.amount.equals(one))
            return next(covering, token.key)
        if token.text in known:
            return known[token.text]
        return next((known[other] for other in others_of(token.text) if other in known), token.key)

    @cached_property
    def coverage(self) -> dict[Token, float]:
        """How much of each word of the sentence the quotes tell, between 0 and 1."""
        copied = self._copied()
        found = {token: 1.0 if self._is_copied(token, copied) else self._literal(token) for token in self.said.words}
        loose = [token for token, covered in found.items() if covered < SYNONYM - 0.1 and not token.is_name]
        left = self._unmatched()
        for token in loose:
            found[token] = max(found[token], self._in_meaning(token, left))
        return found

    def _copied(self) -> list[bool]:
        """Return for each character of the sentence whether it is of a stretch that stands in the quotes.

        Words are cut by what is around them, so that one may be in the quotes though none of theirs is cut like it.
        """
        text = self.said.text.lower()
        copied, start = [False] * len(text), 0
        while start < len(text):
            end = start + _STRETCH
            while end <= len(text) and text[start:end] in self.quotes:
                end += 1
            if end > start + _STRETCH:
                copied[start : end - 1] = [True] * (end - 1 - start)
            start += 1
        return copied

    def _is_copied(self, token: Token, copied: Sequence[bool]) -> bool:
        if self.english:
            return False
        chars = zip(token.text, copied[token.start : token.end], strict=False)
        if all(told or (char in _GLUE and not token.is_name) for char, told in chars):
            return True
        bare = token.text.strip(_GLUE)  # 制筝用: no word, but one with what is around it
        return token.text not in general_idf() and len(bare) > 1 and bare in self.quotes

    def _literal(self, token: Token) -> float:
        word = token.text
        if word in self.quotes:
            return 1.0
        if self._holds_one_of(others_of(word)) or (word in ahead() and self._plans):
            return SYNONYM
        if len(word) > 1 and (word in self.bare_quotes or in_pieces(word, self.bare_quotes)):
            return SYNONYM
        if word in self.lead or (len(word) > 1 and in_pieces(word, self.bare)):
            if self.english or token.start < self.opening:
                return LEAD
            return LEAD_BEHIND if _may_be_said_otherwise(token) else LEAD_BEHIND / 2
        if self.english and any(char in self.quotes for char in word if _HAN.match(char)):
            return SYNONYM  # 开业 for "opened" may stand for 开设
        loosely = word in _general() or word in lexicon().generic or self._holds_one_of(lexicon().others(word))
        return SPOKEN if loosely else 0.0

    def _holds_one_of(self, words: Collection[str]) -> bool:
        told = {token.text for token in self.tokens}
        return any(other in told or (len(other) > 1 and other in self.quotes) for other in words)

    def _unmatched(self) -> list[Token]:
        """Return the quotes' words that the sentence does not say: one of them may be what another stands for."""
        used, seen = {*self.said_keys}, set()
        left = []
        for token in self.tokens:
            if (
                not token.amount
                and token.text not in used
                and token.text not in seen
                and token.text not in self.said.text.lower()
            ):
                seen.add(token.text)
                left.append(token)
        return left

    def _in_meaning(self, token: Token, left: Sequence[Token]) -> float:
        """Return how far a word of the quotes that the sentence leaves out means the same."""
        if not _may_be_said_otherwise(token):
            return 0.0
        alike = [one for one in left if _may_be_said_otherwise(one) and one.is_nominal == token.is_nominal]
        alike.sort(key=lambda one: -len(set(one.text) & set(token.text)))
        if not alike:
            return 0.0
        cosine = self.likeness(token.text, [one.text for one in alike[:_MOST_COMPARED]])
        near, same, most = (_NEAR, _ALIKE, SYNONYM) if token.is_verb else (_ALIKE, _EQUAL, SPOKEN)
        return most * min(1.0, max(0.0, (cosine - near) / (same - near)))


def _may_be_said_otherwise(token: Token) -> bool:
    """Whether it is a word of the general dictionary and no name."""
    return not token.is_name and token.text in general_idf() and bool(_HAN.match(token.text))


def in_pieces(word: str, text: str) -> bool:
    """Whether a word is made of pieces of two characters and more that stand in the text."""
    if len(word) < 2:
        return False
    ends = {0}
    for start in range(len(word)):
        if start in ends:
            ends |= {end for end in range(start + 2, len(word) + 1) if word[start:end] in text}
    return len(word) in ends
