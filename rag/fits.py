"""Whether a sentence holds the kind of thing that a question asks for. Pure patterns; knows no index."""

import functools
import re

from index.words import cut
from rag.asked import KINDS, ORGANISATION, Asked
from rag.lexicon import lexicon

_LAND = re.compile(r"平方公里|公顷|亩")
_CLAUSE = re.compile(r"[^,，;；:：]+")


def kind_match(asked: Asked, text: str) -> float:
    """Return 1 when `text` holds the kind of thing asked for, 0 when a hard kind is absent, else .5."""
    kind = asked.kind
    if kind.name == "person":
        return _person_match(asked, text)
    if kind.name == "area" and _LAND.search(asked.text):
        return float(_LAND.search(text) is not None)
    if kind.name == "count":
        return float(_holds_count(asked.text, text))
    wanted = _WHICH_MANY.search(asked.text) if kind.name == "list" else None
    if wanted:
        clauses = _CLAUSE.findall(text)
        about = max(clauses, key=lambda clause: sum(t.weight * t.covered_by(clause) for t in asked.terms), default="")
        return float(len(_JOINT.findall(about)) >= _DIGIT[wanted["count"]] - 1)
    if kind.span is None:
        return 0.5
    if kind.spans(text):
        return 1.0
    return 0.0 if kind.hard else 0.3


def _person_match(asked: Asked, text: str) -> float:
    """Who holds a post is a person; who else does something may be an organisation."""
    known = {term.text for term in asked.terms}  # jieba takes a company's short name for a person's
    if persons(text) - known:
        return 1.0
    post = any(term.text in lexicon().relational for term in asked.terms)
    return 0.0 if post or not ORGANISATION.search(text) else 0.3


def one_of_many(asked: Asked, text: str) -> bool:
    """Whether what is asked about is but one name of an enumeration, and the figure stands in another clause.

    "招引甲、乙、丙等项目30余个,引资200亿元" does not tell what 甲 invests.
    """
    spans = asked.kind.spans(text)
    for term in asked.terms:
        name = _ENUMERATED.format(re.escape(term.text)) if term.tag.startswith("n") and len(term.text) > 1 else ""
        place = re.search(name, text) if name and text.count(term.text) == 1 else None
        if place and not any(
            _CLAUSE_MARK.search(text[min(place.start(), span.start()) : max(place.end(), span.end())]) is None
            for span in spans
        ):
            return True
    return False


_ENUMERATED = r"(?:、[^、,，;；。]{{0,6}}{0}|{0}[^、,，;；。]{{0,6}}、)"
_CLAUSE_MARK = re.compile(r"[,，;；。]")
_WHICH_MANY = re.compile(r"哪(?P<count>[两二三四五六七八九2-9])")
_DIGIT = {
    char: number
    for number, pair in enumerate(("两二2", "三3", "四4", "五5", "六6", "七7", "八8", "九9"), 2)
    for char in pair
}
_JOINT = re.compile(r"、|和|与|及")
_TITLED = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,3})(?:博士|教授|院士|先生|女士|工程师)")
_COUNTED = "家项条套栋座间台份篇届期户本艘架件只"  # things that a report may count with 个 instead
_UNIT = re.compile(r"(?:多少|几|好多)个?(?P<unit>[家项条套栋座层间亩辆台份篇届期吨米度班趟户张本艘架件瓶只岁兆斤])")


def _holds_count(question: str, text: str) -> bool:
    """A question that names its unit ("多少套") wants a number with that unit or a general one."""
    unit = _UNIT.search(question)
    if not unit:
        return bool(KINDS["count"].spans(text))
    units = unit["unit"] + ("个" if unit["unit"] in _COUNTED else "")
    return bool(re.search(rf"(?:\d|(?<!第)[二两三四五六七八九十百千万余多])\s*(?:余|多)?[{units}]", text))


@functools.lru_cache(maxsize=4096)
def persons(text: str) -> frozenset[str]:
    """Return the names of persons in `text`: a surname with a given name, as jieba tags it, or who bears a title."""
    titled = {match["name"] for match in _TITLED.finditer(text)}
    tagged = {word.text for word in cut(text) if word.tag.startswith("nr") and len(word.text) >= 2}
    return frozenset(tagged | titled)
