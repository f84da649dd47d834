"""A text as a row of units (noun phrases, verbs, figures), each with its surrounding: the units near it in its clause.

Knows claims; compares nothing but two surroundings.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.words import general_idf
from rag.amounts import Amount
from rag.claims import Token

SAME = 0.5
"""Share of its words by which a phrase is the same as another."""
THINGS = ("n", "j", "eng")
"""Parts of speech of what is named."""
_REACH = 5  # units to either side
_LISTED = re.compile(r"、|和|与|及|以及|而|；")
_MODIFIERS = (*THINGS, "vn", "b", "a", "s", "x", "l")
_COMMON = 0.4  # weight of a phrase's common words beside its names


@dataclass(frozen=True, slots=True)
class Unit:
    """A noun phrase, a verb or a figure, by the keys of its words and what each weighs."""

    weights: tuple[tuple[str, float], ...]
    tokens: tuple[Token, ...]

    @property
    def keys(self) -> set[str]:
        """The keys of its words."""
        return {key for key, _ in self.weights}

    @property
    def clause(self) -> int:
        """The clause it stands in."""
        return self.tokens[0].clause

    @property
    def amount(self) -> Amount | None:
        """The figure that it is."""
        return self.tokens[0].amount

    @property
    def start(self) -> int:
        """Its first character's offset."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.tokens[-1].end

    @property
    def is_thing(self) -> bool:
        """Whether it is a noun phrase."""
        return self.amount is None and any(token.tag.startswith(THINGS) for token in self.tokens)

    @property
    def is_name(self) -> bool:
        """Whether it holds a name, or a noun that no dictionary has."""
        return self.is_thing and any(weight(token) == 1 for token in self.tokens)

    def same_as(self, other: "Unit") -> float:
        """Return the share of its words that another has; names count most."""
        keys = other.keys
        return sum(weight for key, weight in self.weights if key in keys) / sum(weight for _, weight in self.weights)


def units(tokens: Sequence[Token], keys: Sequence[str]) -> list[Unit]:
    """Return the row of units that tokens make: nouns and what modifies them without a gap are one."""
    rows: list[list[int]] = []
    for place, token in enumerate(tokens):
        if rows and token.amount is None and _in_phrase(tokens[rows[-1][-1]], token):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [
        Unit(tuple((keys[place], weight(tokens[place])) for place in row), tuple(tokens[place] for place in row))
        for row in rows
    ]


def weight(token: Token) -> float:
    """Return how much a word of a phrase counts: what tells 王主任 from 李主任 is the name."""
    return 1.0 if token.amount or token.is_name or token.text not in general_idf() else _COMMON


def _in_phrase(before: Token, token: Token) -> bool:
    if before.amount or before.clause != token.clause or not token.joined:
        return False
    return all(one.tag.startswith(_MODIFIERS) or one.text not in general_idf() for one in (before, token))


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit, and those of its clause with how near each is, between 0 and 1."""

    unit: Unit
    around: tuple[tuple[Unit, float], ...]


def placed(row: Sequence[Unit], texts: Sequence[str]) -> list[Placed]:
    """Return each unit of the row with its surrounding. `texts[i]` is what unit i stands in."""
    steps = [0]
    for (before, after), text in zip(pairwise(row), texts, strict=False):
        steps.append(steps[-1] + 1 + (_LISTED.search(text[before.end : after.start]) is not None))
    return [Placed(unit, tuple(_around(row, steps, place))) for place, unit in enumerate(row)]


def _around(row: Sequence[Unit], steps: Sequence[int], place: int) -> list[tuple[Unit, float]]:
    """Return the units near one in its clause; for a figure that is alone in its own, those of the clause before."""
    near = [other for other in range(max(0, place - _REACH), min(len(row), place + _REACH + 1)) if other != place]
    own = [other for other in near if row[other].clause == row[place].clause]
    if not own and place and row[place].amount:
        own = [other for other in near if row[other].clause == row[place - 1].clause]
    return [(row[other], 1 / abs(steps[other] - steps[place])) for other in own]


def likeness(said: Placed, told: Placed) -> float:
    """Return how much of a surrounding in the sentence is one in a quote, between 0 and 1."""
    whole = shared = 0.0
    for unit, near in said.around:
        whole += near
        shared += max((unit.same_as(other) * min(near, as_near) for other, as_near in told.around), default=0.0)
    return shared / whole if whole else 0.0
