"""A first draft of an answer from the passages nearest to a question: their words as they stand, or nothing. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from desk.facets import facets
from desk.unanswered import comparable
from rag.records import Citation

MOST = 3
"""Passages that a draft quotes."""
_NEAR = 0.82
"""Least cosine: below it a passage is about something else."""
_COVERED = 0.34
"""Least share of the question's neighbouring characters that stand in a passage."""
_ASKING = re.compile(
    r"请问|想问一下|麻烦问下|你好|你们|我们|多少钱|多少|怎么样?|如何|什么时候|什么|哪里|哪些|哪个|几点|几|有没有|能不能|可不可以|可以|是否|吗|呢|的|是|有"
)
_HOW_MANY = re.compile(r"(?:多少|几)([个辆位人名套间台栋层家条路趟])")
_NEEDED = {
    "price": re.compile(r"\d.{0,6}(?:元|万|折)|免费|免租|不收"),
    "time": re.compile(r"\d\s*[:：点时日号月年天周]|周[一二三四五六日末]|全天|上午|下午"),
    "phone": re.compile(r"\d{7,}|\d{3,4}-\d{4}"),
    "size": re.compile(r"\d.{0,6}(?:平|㎡|亩|方)"),
}
"""What a passage must hold to tell what is asked for."""


def fitting(question: str, nearest: Sequence[Citation]) -> tuple[Citation, ...]:
    """Return those of the nearest passages that may answer, best first; none, where none fits."""
    return tuple(one for one in nearest if _fits(comparable(question).lower(), one))[:MOST]


def drafted(quotes: Sequence[Citation]) -> str:
    """Return the quotes joined, in their order, each once."""
    return "\n".join(dict.fromkeys(" ".join(one.quote.split()) for one in quotes))


def _fits(question: str, citation: Citation) -> bool:
    told = comparable(" ".join((citation.document, *citation.headings, citation.quote))).lower()
    asked, there = facets(question), facets(told)
    if (
        citation.score < _NEAR
        or not asked.aspects <= there.aspects
        or (asked.things and not asked.things & there.things)
    ):
        return False
    needed = [pattern for way, pattern in _NEEDED.items() if way in asked.ways] + _counted(question)
    return all(pattern.search(citation.quote) for pattern in needed) and _covered(question, told) >= _COVERED


def _counted(question: str) -> list[re.Pattern[str]]:
    """Return how many of what a passage must tell, as "多少套" asks."""
    return [re.compile(rf"[\d一二三四五六七八九十百千万两][余多]?{unit}") for unit in _HOW_MANY.findall(question)]


def _covered(question: str, told: str) -> float:
    """Return how much of a question stands in a text, apart from the words that only ask."""
    pairs = {first + second for piece in _ASKING.split(question) for first, second in pairwise(piece)}
    return sum(pair in told for pair in pairs) / max(1, len(pairs))
