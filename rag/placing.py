"""Whether figures and names stand with the things they stand with in the quotes, or have changed places.

Where another unit of the quotes has the surrounding that a figure or name has in the sentence, rather than its own
namesake there, the two were exchanged. Knows rows of units; knows nothing of what the words mean.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from rag.amounts import Amount
from rag.claims import Token
from rag.lexicon import lexicon
from rag.matching import Match
from rag.row import SAME, THINGS, Placed, Unit, likeness, placed, units, weight
from rag.units import exchangeable

NOWHERE = -1.0
"""What is said of a figure or name that nothing could have changed places with."""
_NEAR_WORDS = 3  # words within which two nouns belong together: 中科光智的董事长是秦占阳
_CLEARLY = 0.2  # how much better a rival has to fit
_CLOSE = 6  # characters between two units that a word like 由 joins
_ROW = 3  # units that two clauses have in common for their order to tell
_DIRECTED = re.compile(r"由|被|为|给|向|对|把|将|比|从|到|至|在|于|让|令|使|替|帮")


def place_signals(match: Match) -> dict[str, float]:
    """Return how well a rival fits that fits better, for figures, names, other nouns and what only the lead tells.

    `order` and `seam` tell of two units exchanged within a clause, and of names put together from parts of others.
    """
    worst = dict.fromkeys(("figure_place", "name_place", "noun_place", "lead_place"), NOWHERE)
    said = placed(units(match.said.tokens, match.said_keys), [match.said.text] * len(match.said.tokens))
    told = _told(match)
    for one in said:
        own = _namesakes(one.unit, told)
        kind = _kind(one.unit, bool(own), match)
        if not kind or len(one.around) < 1 + (kind == "noun_place"):  # one word beside a common one tells too little
            continue
        fit = max((likeness(one, other) for other in own), default=0.0)
        for rival in _rivals(one.unit, own, told, kind, match):
            better = likeness(one, rival)
            if better > fit + _CLEARLY and better > max(worst[kind], _fit(rival, said)):
                worst[kind] = better
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
    return [other for other, share in zip(told, shares, strict=True) if share == most >= SAME]


def _fit(rival: Placed, said: Iterable[Placed]) -> float:
    """Return how well a unit of the quotes stands in its own place in the sentence, beside the one it would rival."""
    return max((likeness(one, rival) for one in said if rival.unit.same_as(one.unit) >= SAME), default=0.0)


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
        return [
            one
            for one in told
            if one.unit.amount
            and not one.unit.tokens[0].text.startswith("一")  # 每逾期一天 tells a rate
            and _rival_figures(one.unit.amount, unit.amount)
        ]
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
    if one.is_article or other.is_article or one.equals(other):
        return False
    return (
        exchangeable(one.unit, other.unit)
        if kinds <= {"count", "plain"}
        else len(kinds) == 1 and one.unit == other.unit
    )


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
            named = max(weight(one), weight(other)) == 1.0
            things = one.tag.startswith(THINGS) and other.tag.startswith(THINGS)
            if both_told and named and things and one.text[-1] + other.text[0] not in match.bare:
                found += (one.text, other.text) not in told and not _turned(one, other, told)
    return found


def _turned(one: Token, other: Token, told: Collection[tuple[str, str]]) -> bool:
    """Whether two common words, no names, are near one another the other way round: 土石方场平 of 场平有土石方."""
    return (other.text, one.text) in told and not one.is_name and not other.is_name


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
            if len(moved) != 2:
                continue
            first, last = pairs[moved[0]], pairs[moved[1]]
            if first[0].amount and last[0].amount:
                return True
            if len(pairs) < min(_ROW, len(row)):
                continue
            if moved[1] - moved[0] > 1:
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
        if best >= SAME and shares.count(best) == 1 and all(shares.index(best) != place for _, place in found):
            found.append((unit, shares.index(best)))
    ranks = {place: rank for rank, place in enumerate(sorted(place for _, place in found))}
    return [(unit, told[place], ranks[place]) for unit, place in found]
