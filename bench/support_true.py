"""True sentences: a report's own sentence said otherwise by rule, so that its quote still bears it out.

Knows one sentence at a time and `support_words.toml`; knows nothing of the check that is measured with them.
"""

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from index.words import cut

WORDS = Path(__file__).with_name("support_words.toml")
_CLAUSE = re.compile(r"(?:[^，；,;]|(?<=\d),(?=\d))+[，；,;]?")
# A clause that begins so needs the one before it.
_LEANS = re.compile(
    r"^(?:而|但|并|且|也|还|又|因此|所以|从而|其|该|这|此|使|以|则|却|反而|然而|不过|甚至|包括|如|即|和|与)"
)
_ADVERBIAL = 8  # characters: a shorter clause leans on the next one ("1月15日，")
_PRONOUN = re.compile(
    r"^(?:该(?:公司|校|企业|片|剧|站|市|县|镇|书|队|机构|项目|园区|线|桥)|它|本(?:片|剧|作|书|站|线)|这座城市|此[片书剧]|公司)"
    r"(?=[\u4e00-\u9fff])"
)
_LONGEST_TITLE = 14  # characters: a longer one is a headline
_SAME_BOUND = {"约": "大约", "大约": "约", "超过": "逾", "逾": "超过", "将近": "近"}
_DIGITS = "零一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

Rephrase = Callable[[str, random.Random], str]
"""Says a sentence otherwise, "" where it cannot."""


@cache
def words() -> dict[str, Any]:
    """The tables of `support_words.toml`."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def clauses(sentence: str) -> list[str]:
    """Return the clauses of a sentence, each with its mark."""
    return _CLAUSE.findall(sentence)


def dropped(sentence: str, chance: random.Random) -> str:
    """Leave a clause out, not the first, which names the subject."""
    parts = clauses(sentence.rstrip("。！？"))
    places = [
        place
        for place in range(1, len(parts))
        if len(parts[place - 1]) > _ADVERBIAL and (place + 1 == len(parts) or not _LEANS.match(parts[place + 1]))
    ]
    if not places:
        return ""
    del parts[chance.choice(places)]
    return "".join(parts).rstrip("，；,;") + "。"


def reordered(sentence: str, chance: random.Random) -> str:
    """Tell the clauses behind the first in another order."""
    first, *rest = [part.rstrip("，；,;") for part in clauses(sentence.rstrip("。！？"))] or [""]
    if len(rest) < 2 or any(_LEANS.match(part) for part in rest):
        return ""
    turn = chance.randrange(1, len(rest))
    return "，".join([first, *rest[turn:], *rest[:turn]]) + "。"


def synonymous(sentence: str, chance: random.Random) -> str:
    """Say up to two words by others."""
    groups = [group.split() for group in words()["synonyms"]]
    others = {word: [other for other in members if other != word] for members in groups for word in members}
    pieces = [word.text for word in cut(sentence)]
    places = [place for place, word in enumerate(pieces) if word in others]
    for place in chance.sample(places, min(2, len(places))):
        pieces[place] = chance.choice(others[pieces[place]])
    return "".join(pieces) if places else ""


def renotated(sentence: str, chance: random.Random) -> str:
    """Write a figure in another notation, or say otherwise that it is a round one."""
    ways: list[tuple[str, Callable[[re.Match[str]], str]]] = [
        (r"(?<![\d.])(\d{1,2})%", lambda m: f"百分之{_han(int(m[1]))}"),
        (r"(?<![\d.])([1-9]\d?)(?=[个名家座条位岁项种天])", lambda m: _han(int(m[1]))),
        (r"(?<![\d.,年])(\d{4,6})(?=[个名家座人平公元吨株户])", lambda m: f"{int(m[1]):,}"),
        (r"([一二三四五六七八九])(?=[家名座条位岁项])", lambda m: str(_DIGITS.index(m[1]))),
        (r"(?<!\d)(\d{4})年(\d{1,2})月(\d{1,2})日", lambda m: _dated(m, chance)),
        (r"(?<!\d)(\d{4})年(?!\d)", lambda m: "".join("〇一二三四五六七八九"[int(one)] for one in m[1]) + "年"),
        (r"(?<![\d.])(\d{2,3})万(?=[元人吨平户])", lambda m: f"{int(m[1])}0000"),
        (r"(?<![\d.,])([1-9]\d?)([1-9])000(?=[元人吨平户])", lambda m: f"{m[1]}.{m[2]}万"),
        (r"(?<![不将大接最得])(?:约|大约|超过|逾|将近)(?=\d)", lambda m: _SAME_BOUND[m[0]]),
        (r"\d+", lambda m: m[0].translate(_FULL_WIDTH)),
    ]
    chance.shuffle(ways)
    changed = (re.sub(pattern, write, sentence, count=1) for pattern, write in ways)
    return next((one for one in changed if one != sentence), "")


def _dated(match: re.Match[str], chance: random.Random) -> str:
    year, month, day = match.groups()
    return chance.choice([f"{month}月{day}日", f"{year}年{month}月", f"{year}-{int(month):02}-{int(day):02}"])


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def named(sentence: str, title: str) -> str:
    """Put the title where the sentence begins with a pronoun."""
    return (
        _PRONOUN.sub(title, sentence, count=1) if 0 < len(title) <= _LONGEST_TITLE and _PRONOUN.match(sentence) else ""
    )


def joined(first: str, second: str, chance: random.Random) -> str:
    """Tell two sentences as one."""
    return first.rstrip("。！？") + chance.choice(("，", "；", "，同时", "，另外，", "，而")) + second


REPHRASINGS: dict[str, Rephrase] = {
    "dropped": dropped,
    "reordered": reordered,
    "synonym": synonymous,
    "notation": renotated,
}
"""The ways to say one sentence otherwise that need no more than itself."""
