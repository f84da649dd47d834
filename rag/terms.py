"""What a question is made of: its content words with weights, and how far a text covers them.

Weights are general rarity times part of speech; how common a word is in this corpus comes from outside.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.words import RARE_IDF, Word, cut, is_common
from rag.lexicon import lexicon

ALTERNATIVE = 0.9  # how much of a word a synonym covers
_TAG_WEIGHTS = [
    ("nr", 1.2), ("nt", 1.2), ("nz", 1.1), ("ns", 0.9), ("n", 1.0), ("vn", 0.8), ("v", 0.6), ("eng", 1.0), ("j", 1.0),
    ("a", 0.5), ("b", 0.6), ("l", 0.8), ("i", 0.8), ("s", 0.7), ("t", 0.8), ("x", 0.6), ("g", 0.6), ("z", 0.3),
    ("m", 0.7), ("k", 0.4), ("q", 0.3), ("f", 0.2), ("d", 0.1),
]  # fmt: skip
_NUMBER = re.compile(r"(?<![a-z\d.])\d+(?:\.\d+)?")  # the 3 of C3 is no figure
_LONGEST_WORD = 12  # characters: what is longer is no word, and looking for all its parts would take its cube
_GENERIC_WEIGHT = 0.15
_ATTRIBUTE_WEIGHT = 8.0
"""Least weight of an attribute ("产品"): it is what is asked of the thing, so a sentence without it hardly answers."""
_UNTRANSLATED_WEIGHT = 1.5
_THERE = r"(?=$|[,?!。\s]|[你咱]们|你[这那]|[这那贵]|园|科学城|北碚|公司|上班)"
_WAY = re.compile(
    rf"(?:怎么样?|咋个?|如何|怎样)才?(?:能|可以)?(?:坐车)?(?:过[去来]|[去来到]|前往|抵达|到达){_THERE}"
    r"|[去来到][^,?]{0,8}(?:园区?|你们[这那]?[里儿边]?)(?:怎么|咋个?|如何)走"
    r"|\bhow (?:(?:do|can|could|would|should) (?:i|we|you) |to )get (?:to|there)"
)
_WAY_TERM = "交通"
"""What is asked by "怎么去园区", which names it by no noun."""
_GLUE = frozenset(
    "自从在到由于上下里内外不没无未老太很最更完了过着给把被让跟和与或也都还就才又再各每该将约边旁么呢吗吧啊能会要想得可请去起并而所以之的地"
)
_QUOTED = re.compile(r"[“\"『「]([\u3400-\u9fff\d]{2,12})[”\"』」]")
_QUOTED_WEIGHT = 10.0
"""Weight of what a visitor puts in quotation marks: it is a name, and stands so or not at all."""
ORGANISATION_TAG = "nt"
_COMPANY_KINDS = frozenset(
    ["科技", "集团", "股份", "实业", "仪表", "检测", "生物", "电子", "光电", "资本", "银行", "大学", "学院"]
)
_KNOWN_WEIGHT = 4.0
"""Least weight of a word the lexicon knows: "住" is short and common, and yet what the question is about."""


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of a question; `alternatives` are words a report may use for it."""

    text: str
    weight: float
    tag: str
    alternatives: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the term is a figure, which only itself can cover."""
        return bool(_NUMBER.fullmatch(self.text))

    @property
    def is_nominal(self) -> bool:
        """Whether the term names a thing, so that a heading may supply it."""
        return self.tag.startswith(("n", "eng", "j", "vn", "l", "i", "x"))

    @property
    def is_name(self) -> bool:
        """Whether the term names an organisation, or is a noun that no general dictionary has."""
        unknown = self.tag.startswith(("n", "eng")) and len(self.text) > 1 and not is_common(self.text)
        return unknown or self.tag == ORGANISATION_TAG

    def covered_by(self, text: str) -> float:
        """Return how much of this term `text` (normalised, lower case) holds, between 0 and 1."""
        if self.is_number:
            return float(any(self.text == number.group() for number in _NUMBER.finditer(text.replace(",", ""))))
        if self.text in text:
            return 1.0
        if any(other in text for other in self.alternatives):
            return ALTERNATIVE
        return self._part_covered(text)

    def _part_covered(self, text: str) -> float:
        """A long word may stand in part: "月租金" by "租金", "污水厂" by "污水处理厂"."""
        size = len(self.text)
        if not 3 <= size <= _LONGEST_WORD or self.tag == "eng":
            return 0.0
        for length in range(size - 1, 1, -1):
            if any(self.text[start : start + length] in text for start in range(size - length + 1)):
                return 0.8 * length / size
        return 0.0


def question_terms(question: str) -> tuple[Term, ...]:
    """Return the content words of `question` (normalised), each once, in order."""
    english = is_english(question)
    words = cut(lexicon().translate(question).lower() if english else question.lower())
    found = {quoted: Term(quoted, _QUOTED_WEIGHT, "nz") for quoted in _QUOTED.findall(question.lower())}
    for word in (piece for whole in _with_organisations(words) for piece in _unglued(whole)):
        for term in _terms_of(word):
            found.setdefault(term.text, _untranslated(term) if english else term)
    if _WAY.search(question.lower()):
        found.setdefault(_WAY_TERM, Term(_WAY_TERM, _ATTRIBUTE_WEIGHT, "n", lexicon().others(_WAY_TERM)))
    return tuple(found.values())


def _with_organisations(words: Sequence[Word]) -> list[Word]:
    """Tag the noun before a company's kind ("纵目科技") as the organisation's name that it is."""
    following = [*(word.text for word in words[1:]), ""][: len(words)]
    return [
        replace(word, tag=ORGANISATION_TAG)
        if after in _COMPANY_KINDS and word.tag.startswith("n") and word.text not in lexicon().generic
        else word
        for word, after in zip(words, following, strict=True)
    ]


def _unglued(word: Word) -> list[Word]:
    """Take apart what no dictionary has and a function word is glued into ("馆自", "电老"): a wrong cut, not a name."""
    glued = 1 < len(word.text) <= 3 and not is_common(word.text) and _GLUE & set(word.text)
    if not glued:
        return [word]
    return [Word(char, "n", word.start + place) for place, char in enumerate(word.text) if char not in _GLUE]


def _untranslated(term: Term) -> Term:
    """An English word that the glossary lacks tells little; only figures and acronyms are the reports' own."""
    if not re.fullmatch(r"[a-z]{2,}", term.text) or len(term.text) <= 3:
        return term
    return replace(term, weight=min(term.weight, _UNTRANSLATED_WEIGHT), tag="x")


def is_english(question: str) -> bool:
    """Whether `question` reads as English, Chinese names in it or not."""
    return len(re.findall(r"[a-z]+", question.lower())) > len(re.findall(r"[\u3400-\u9fff]", question))


def _terms_of(word: Word) -> list[Term]:
    text = word.text.strip()
    numbers = _NUMBER.findall(text) if word.tag in {"m", "t", "eng", "x"} else []
    if numbers and not re.search(r"[a-z]", text):
        return [Term(number, RARE_IDF, "m") for number in numbers]
    if not text or text in lexicon().stop or not re.search(r"\w", text):
        return []
    return [Term(text, _weight(word, text), word.tag, lexicon().others(text))]


def _weight(word: Word, text: str) -> float:
    if text in lexicon().generic:
        return _GENERIC_WEIGHT * RARE_IDF
    by_tag = next((weight for tag, weight in _TAG_WEIGHTS if word.tag.startswith(tag)), 0.0)
    weight = by_tag * min(word.idf, RARE_IDF) * (0.6 if len(text) == 1 else 1.0)
    if text in lexicon().relational:
        return max(weight, _ATTRIBUTE_WEIGHT)
    return max(weight, _KNOWN_WEIGHT) if lexicon().others(text) else weight


def weighted(terms: Sequence[Term], rarity: Callable[[str], float]) -> tuple[Term, ...]:
    """Scale each term's weight by its rarity in the corpus (between 0 and 1)."""
    return tuple(replace(term, weight=term.weight * rarity(term.text)) for term in terms)
