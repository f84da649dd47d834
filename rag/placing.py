"""Whether figures and names stand with the things they stand with in the quotes, or have changed places.

A text is read as a row of units: noun phrases, verbs, figures. Each has a surrounding: the units of its clause, and how
far they are. Where another unit of the quotes has the surrounding that a figure or name has in the sentence, rather
than its own namesake there, the two were exchanged.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.words import is_common
from rag.amounts import Amount
from rag.claims import Token
from rag.lexicon import lexicon
from rag.matching import Match

NOWHERE = -1.0
"""What is said of a figure or name that nothing could have changed places with."""
_REACH = 5  # units to either side
_NEAR_WORDS = 3  # words within which two nouns belong together: 中科光智的董事长是秦占阳
_CLOSE = 6  # characters between two units that a word like 由 joins
_LISTED = re.compile(r"、|和|与|及|以及|而|；")
_DIRECTED = re.compile(r"由|被|为|给|向|对|把|将|比|从|到|至|在|于|让|令|使|替|帮")
_THINGS = ("n", "j", "eng")
_MODIFIERS = (*_THINGS, "vn", "b", "a", "s", "x", "l")
_COMMON = 0.4  # weight of a phrase's common words beside its names
_SAME = 0.5  # share of its words by which a phrase is the same


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
        return self.amount is None and any(token.tag.startswith(_THINGS) for token in self.tokens)

    @property
    def is_name(self) -> bool:
        """Whether it holds a name, or a noun that no dictionary has."""
        return self.is_thing and any(_weight(token) == 1 for token in self.tokens)

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
        Unit(tuple((keys[place], _weight(tokens[place])) for place in row), tuple(tokens[place] for place in row))
        for row in rows
    ]


def _weight(token: Token) -> float:
    """What tells 王主任 from 李主任 is the name."""
    return 1.0 if token.amount or token.is_name or not is_common(token.text) else _COMMON


def _in_phrase(before: Token, token: Token) -> bool:
    if before.amount or before.clause != token.clause or not token.joined:
        return False
    return before.tag.startswith(_MODIFIERS) and token.tag.startswith(_MODIFIERS)


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
    found = []
    for place, unit in enumerate(row):
        near = range(max(0, place - _REACH), min(len(row), place + _REACH + 1))
        around = tuple(
            (row[other], 1 / abs(steps[other] - steps[place]))
            for other in near
            if row[other].clause == unit.clause and other != place
        )
        found.append(Placed(unit, around))
    return found


def likeness(said: Placed, told: Placed) -> float:
    """Return how much of a surrounding in the sentence is one in a quote, between 0 and 1."""
    whole = shared = 0.0
    for unit, near in said.around:
        whole += near
        shared += max((unit.same_as(other) * min(near, as_near) for other, as_near in told.around), default=0.0)
    return shared / whole if whole else 0.0


def place_signals(match: Match) -> dict[str, float]:
    """Return, for figures, names, other nouns and what only the lead tells, how much better a rival fits its place."""
    worst = dict.fromkeys(("figure_place", "name_place", "noun_place", "lead_place"), NOWHERE)
    said = placed(units(match.said.tokens, match.said_keys), [match.said.text] * len(match.said.tokens))
    told = _told(match)
    for one in said:
        own = _namesakes(one.unit, told)
        kind = _kind(one.unit, bool(own), match)
        if not kind or not one.around:
            continue
        fit = max((likeness(one, other) for other in own), default=0.0)
        for rival in _rivals(one.unit, own, told, kind, match):
            better = likeness(one, rival)
            if better - fit > worst[kind] and better > _fit(rival, said):
                worst[kind] = better - fit
    exchanged = not match.english and _is_exchanged(match, [one.unit for one in told])
    return worst | {"order": float(exchanged), "seam": float(_seams(match))}


def _told(match: Match) -> list[Placed]:
    row: list[Placed] = []
    start = 0
    for one in match.told:
        end = start + len(one.tokens)
        own = units(match.tokens[start:end], match.keys[start:end])
        row += placed(own, [one.text] * len(own))
        start = end
    return row


def _namesakes(unit: Unit, told: Sequence[Placed]) -> list[Placed]:
    """Return the units of the quotes that are most nearly the same as one of the sentence, if any is."""
    shares = [unit.same_as(other.unit) for other in told]
    most = max(shares, default=0.0)
    return [other for other, share in zip(told, shares, strict=True) if share == most >= _SAME]


def _fit(rival: Placed, said: Iterable[Placed]) -> float:
    """Return how well a unit of the quotes stands in its own place in the sentence, beside the one it would rival."""
    return max((likeness(one, rival) for one in said if rival.unit.same_as(one.unit) >= _SAME), default=0.0)


def _kind(unit: Unit, is_told: bool, match: Match) -> str:
    if unit.amount or match.english:
        return "figure_place" if is_told and unit.amount else "name_place" if is_told and unit.is_name else ""
    if is_told:
        return "name_place" if unit.is_name else "noun_place" if unit.is_thing else ""
    in_lead = unit.is_thing and any(token.text in match.lead for token in unit.tokens)
    return "lead_place" if in_lead else ""


def _rivals(unit: Unit, own: Sequence[Placed], told: Sequence[Placed], kind: str, match: Match) -> list[Placed]:
    """Return the units of the quotes that `unit` could have changed places with."""
    if unit.amount:
        return [one for one in told if one.unit.amount and _rival_figures(one.unit.amount, unit.amount)]
    found = [
        other
        for other in told
        if other.unit.amount is None
        and other.unit.is_thing == unit.is_thing
        and other not in own
        and max(unit.same_as(other.unit), other.unit.same_as(unit)) < 1
        and not other.unit.keys <= lexicon().generic
        and not any(_side_by_side(other.unit, one.unit) for one in own)
    ]
    if kind != "lead_place":
        return found
    # the title may stand for "公司", which is part of it, and beside what the sentence says anyway
    said = set(match.said_keys)
    return [
        one
        for one in found
        if not any(token.text in match.lead for token in one.unit.tokens) and not one.unit.keys & said
    ]


def _rival_figures(one: Amount, other: Amount) -> bool:
    """Whether two figures differ and could be of the same thing."""
    kinds = {one.kind, other.kind}
    if one.is_article or other.is_article:
        return False
    return (kinds <= {"count", "plain"} or (len(kinds) == 1 and one.unit == other.unit)) and not one.covers(other)


def _side_by_side(one: Unit, other: Unit) -> bool:
    """Whether only a 的 is between two phrases: 华虹仪表的基地."""
    first, last = sorted((one, other), key=lambda unit: unit.start)
    return first.clause == last.clause and last.start - first.end <= 1


def _seams(match: Match) -> int:
    """Count the pairs of nouns, one a name, that stand side by side in a phrase and nowhere so in the quotes.

    Each is told, so that the phrase was put together from parts of others: 石桥县城 from 松坪县城 and 石桥水厂.
    """
    if match.english:
        return 0
    told, found = _neighbours(match.tokens), 0
    for unit in units(match.said.tokens, match.said_keys):
        for one, other in pairwise(unit.tokens):
            both_told = match.coverage.get(one) == match.coverage.get(other) == 1.0
            named = max(_weight(one), _weight(other)) == 1.0
            things = one.tag.startswith(_THINGS) and other.tag.startswith(_THINGS)
            if both_told and named and things and one.text[-1] + other.text[0] not in match.bare:
                found += (one.text, other.text) not in told
    return found


def _neighbours(tokens: Sequence[Token]) -> set[tuple[str, str]]:
    """Return the pairs of words that are near one another in a clause, in their order."""
    return {
        (token.text, after.text)
        for place, token in enumerate(tokens)
        for after in tokens[place + 1 : place + 1 + _NEAR_WORDS]
        if token.clause == after.clause
    }


def _is_exchanged(match: Match, told: Sequence[Unit]) -> bool:
    """Whether a clause is one of the quotes' with two units exchanged, all others in their places.

    Two neighbours may be exchanged ("甲、乙", "甲与乙"), unless they are figures or the same word between them tells on
    both sides which does what to which.
    """
    said = units(match.said.tokens, match.said_keys)
    for clause in {unit.clause for unit in said}:
        row = [unit for unit in said if unit.clause == clause]
        for other in {unit.clause for unit in told}:
            pairs = _common(row, [unit for unit in told if unit.clause == other])
            moved = [place for place, (_, _, rank) in enumerate(pairs) if rank != place]
            if len(pairs) < 3 or len(moved) != 2:
                continue
            first, last = pairs[moved[0]], pairs[moved[1]]
            if moved[1] - moved[0] > 1 or (first[0].amount and last[0].amount):
                return True
            if _joint(match.said.text, first[0], last[0]) & _joint(_quote_of(match, last[1]), last[1], first[1]):
                return True
    return False


def _joint(text: str, first: Unit, last: Unit) -> set[str]:
    """Return the words like 由 that stand between two units that are close to one another."""
    between = text[first.end : last.start]
    return set(_DIRECTED.findall(between)) if len(between) <= _CLOSE else set()


def _quote_of(match: Match, unit: Unit) -> str:
    return match.told[match.quote_number(unit.clause)].text


def _common(row: Sequence[Unit], told: Sequence[Unit]) -> list[tuple[Unit, Unit, int]]:
    """Return the units of `row` that stand once in `told`, each with its namesake there and that one's rank."""
    found: list[tuple[Unit, int]] = []
    for unit in row:
        shares = [unit.same_as(other) for other in told]
        best = max(shares, default=0.0)
        if best >= _SAME and shares.count(best) == 1 and all(shares.index(best) != place for _, place in found):
            found.append((unit, shares.index(best)))
    ranks = {place: rank for rank, place in enumerate(sorted(place for _, place in found))}
    return [(unit, told[place], ranks[place]) for unit, place in found]
