"""Which figures and names of a sentence its quotes do not hold: each must stand there, or, as subject, in the lead.

Knows a match; how names sound in pinyin tells English sentences about Chinese names.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import cache

from rag.amounts import Amount
from rag.claims import table
from rag.lexicon import lexicon
from rag.matching import Match, in_pieces
from rag.row import units
from rag.spelling import sound

Names = Callable[[str], Collection[str]]
"""Gives the corpus's own names that stand in a text."""

_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[.&'’-][A-Za-z0-9]+)*")
_MARKED = re.compile(r"[《「『“\"]([^《》「」『』“”\"]{2,40})[》」』”\"]")
_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z'’]*(?:[ -][A-Z][A-Za-z'’]*)*")
_SUFFIX = re.compile(r"(?:省|市|县|区|镇|村|公司|集团|大学|学院)$")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_SYLLABLE = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u|v)"
)
_PINYIN = re.compile(rf"(?:{_SYLLABLE}){{2,}}")
_NAME_LENGTHS = range(3, 13)
_MOSTLY = 0.8  # covered so far, a word is no slip


def figure_signals(match: Match) -> dict[str, float]:
    """Return how many figures the quotes do not hold, or not so often."""
    told = [token.amount for token in match.tokens if token.amount]
    missing = sum(not _is_told(one, told, match) for one in match.said.amounts)
    groups = defaultdict(list)
    for token in match.said.tokens:
        if token.amount and not _is_only_an_article(token.amount, told) and not _in_lead(token.amount, match):
            groups[token.key if token.amount.moment else token.amount.value, token.amount.bound].append(token.amount)
    for group in groups.values():
        covering = sum(any(other.covers(one) for one in group) for other in told)
        missing += len(group) > covering > 0
    return {"figure": float(missing)}


def _is_told(one: Amount, told: Collection[Amount], match: Match) -> bool:
    if any(other.covers(one) for other in told) or _in_lead(one, match):
        return True
    if one.is_article:
        return _is_only_an_article(one, told)
    return one.kind == "code" and re.sub(r"[-_\s]", "", str(one.value)) in match.bare


def _is_only_an_article(one: Amount, told: Collection[Amount]) -> bool:
    """Whether "一家" says no more than "a": no other number of them is told."""
    same = (other for other in told if (other.kind, other.unit) == (one.kind, one.unit))
    return one.is_article and all(other.is_article for other in same)


def _in_lead(one: Amount, match: Match) -> bool:
    """Whether a figure is part of the title's words, said as they are: the 7 of "BMW 7系列"."""
    around = match.said.text[max(0, one.start - 1) : one.end + 1].lower()
    return len(around) > 2 and around in match.lead and one.start < match.opening


def name_signals(match: Match, names: Names) -> dict[str, float]:
    """Return how many names stand neither in the quotes nor, as the subject, in the lead."""
    text = match.said.text
    missing = {one[1] for one in _MARKED.finditer(text) if not _told(one[1], one.start(1), match)}
    missing |= {name for name in names(text) if not _told(name, text.find(name), match) and not _pieced(name, match)}
    if match.english:
        return {"name": float(len(missing | _english_strangers(match)))}
    missing |= {one.group() for one in _LATIN.finditer(text) if not _told(one.group(), one.start(), match)}
    missing |= {
        token.text
        for token in match.said.words
        if token.is_name and not match.coverage[token] and not _stem_told(token.text, match.bare)
    }
    return {"name": float(len(missing | _slips(match) | _only_within(match)))}


def _only_within(match: Match) -> set[str]:
    """Return the names that the quotes hold only within the longer name of something else: no 中国 in "中国旅游周"."""
    longer = [one[1] for one in _MARKED.finditer(match.quotes)]
    told, said = match.quotes, match.said.text
    for whole in longer:
        told, said = told.replace(whole, " "), said.replace(whole, " ")
    words = {token.text for token in match.said.words if token.is_name and any(token.text in one for one in longer)}
    own = words - set(longer)
    return {name for name in own if name in said and name not in told and name not in match.lead}


def _told(name: str, place: int, match: Match) -> bool:
    bare = re.sub(r"[\W_]", "", name).lower()
    return bare in match.bare_quotes or (bare in match.bare and (place < match.opening or match.english))


def _pieced(name: str, match: Match) -> bool:
    """Whether a name of the corpus, some of which are whole headings, is made of words that are told."""
    return in_pieces(name.lower(), match.bare)


def _stem_told(name: str, bare: str) -> bool:
    stem = _SUFFIX.sub("", name)
    return len(stem) > 1 and stem in bare


def _slips(match: Match) -> set[str]:
    """Return the noun phrases that are one character off what stands in the quotes: 纳微生物 for 纳锐生物."""
    found = set()
    for unit in units(match.said.tokens, match.said_keys):
        name = "".join(token.text for token in unit.tokens)
        odd = any(match.coverage.get(token, 1.0) < _MOSTLY and len(token.text) > 1 for token in unit.tokens)
        if odd and unit.is_thing and len(name) in _NAME_LENGTHS and _HAN.fullmatch(name) and name not in match.bare:
            pattern = "|".join(f"{name[:place]}[\u3400-\u9fff]{name[place + 1 :]}" for place in range(len(name)))
            found |= {name} if re.search(pattern, match.bare) else set()
    return found


def _english_strangers(match: Match) -> set[str]:
    """Return the capitalised runs that the quotes do not know, neither in Latin letters nor by their sound.

    What stands beside a known name may be the English for the rest of it ("Narui Biotech"), unless it looks like
    pinyin.
    """
    sounds = "".join(sound(run) for run in _HAN.findall(match.bare))
    found = set()
    for run in _CAPITALS.finditer(match.said.text):
        words = [re.sub(r"['’]s?$", "", word).lower() for word in re.split(r"[ -]", run.group())]
        proper = [word for word in words if not _is_common_english(word)]
        strange = [word for word in proper if word not in match.bare and not (len(word) > 2 and word in sounds)]
        opens = match.said.text[: run.start()].rstrip()[-1:] in ("", ".", ":", "!", "?")
        if opens and len(words) == 1 and not any(_PINYIN.fullmatch(word) for word in strange):
            continue  # any word may open a sentence
        if strange and (strange == proper or any(_PINYIN.fullmatch(word) for word in strange)):
            found.add(run.group())
    return found


def _is_common_english(word: str) -> bool:
    return word in lexicon().stop or word in _known_english()


@cache
def _known_english() -> frozenset[str]:
    parts = {part for term in lexicon().english for part in re.split(r"[ -]", term)}
    return frozenset(parts | set(table()["capitalised"].split()))
