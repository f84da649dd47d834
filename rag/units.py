"""The units that figures are said with, by what they measure: 公顷 and 平方米 are areas, 名 and 人 count the same.

Knows `amounts.toml`; knows nothing of numbers.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("amounts.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit's name means: a kind of measure, the unit that all of the kind are counted in, how many of that."""

    kind: str = "plain"
    name: str = ""
    factor: int = 1


NO_UNIT = Unit()


def _by_name() -> Mapping[str, Unit]:
    units = {name: Unit("count", name) for name in _TABLE["counted"]["others"].split()}
    for group in _TABLE["counted"]["groups"]:
        units |= {name: Unit("count", group.split()[0]) for name in group.split()}
    for kind, measured in _TABLE["measures"].items():
        for unit, names in measured.items():
            units |= {name: Unit(kind, unit, factor) for name, factor in names.items()}
    return units


_UNITS = _by_name()
_BY_LENGTH = sorted(_UNITS, key=lambda name: (-len(name), name))
_HAN = "|".join(name for name in _BY_LENGTH if not name.isascii())
# a single letter has its own case: 5g is a weight, 5G is not
LATIN_UNIT = "|".join(
    re.escape(name) if len(name) == 1 else f"(?i:{re.escape(name)})"
    for name in _BY_LENGTH
    if name.isascii() and name != "%"
)
"""A pattern of the units in Latin letters."""
UNIT = (
    rf"(?:%|(?!方[面便式向案法针])(?!点[击燃明亮评名])(?!分[为成别布析期])(?:{_HAN})|(?:{LATIN_UNIT})(?![A-Za-z0-9]))"
)
"""A pattern of every unit, the longest first."""
SIGNS: Mapping[str, str] = _TABLE["signs"]
"""What stands before an amount of money, and the unit it means."""
ARTICLES = frozenset(_TABLE["counted"]["articles"].split())
"""Units whose 一 may say no more than "a"."""
_LOOSE = frozenset(_TABLE["counted"]["loose"].split())
_NAMED = re.compile(UNIT)


def unit_of(name: str) -> Unit:
    """Return what a unit's name, or a sign of money, means; NO_UNIT when it means none."""
    name = SIGNS.get(name.lower(), name)
    return _UNITS.get(name) or _UNITS.get(name.lower(), NO_UNIT)


def unit_in(text: str) -> Unit:
    """Return the last unit named in the text of an amount."""
    found = _NAMED.findall(text)
    return unit_of(found[-1]) if found else NO_UNIT


def counts_in_order(unit: str) -> bool:
    """Whether 三期 is 第三期: with these units a number tells which one, not how many."""
    return unit in _LOOSE or not unit


def exchangeable(one: str, other: str) -> bool:
    """Whether two measure words may be said of the same thing, or one is left out."""
    return one == other or not one or not other or "个" in (one, other)
