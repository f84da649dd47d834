"""False sentences: a true one with one thing changed that its quote does not bear out.

Knows one sentence, its document's other sentences, and sentences of elsewhere; knows nothing of the check.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.support_true import clauses, words
from index.words import Word, cut

_NAME_TAGS = ("nr", "ns", "nt", "nz")
_MARKED = re.compile(r"[《「“]([^》」”]{2,16})[》」”]")
_FIGURE = re.compile(
    r"\d[\d,]*(?:\.\d+)?|(?<![一二三四五六七八九十百千万])[一两二三四五六七八九十]+(?=[个名家座条位岁项种天年月万千百])"
)
_KIND = re.compile(r"\s?(?:[万亿千百]*(?:美元|元|平方公里|平方米|公里|米|吨|亩)|%|年|月|日|[个名家座条位岁项种天人])")
_JOINED = re.compile(r"^(?:、|和|与|及|以及|同|跟|·|,|/|—|-|至|到)$")
_VERB = re.compile(r"^(?:v|vd|vi)$")
_NEGATIVE = re.compile(r"没有|并非|尚未|未能|不能|不会|不是|未(?![来成])|不(?=[予准受收再需得包属])|无需|无法")
_NOUN = re.compile(r"^(?:n|nz|nt|vn|ns|nr)$")


@dataclass(frozen=True)
class Elsewhere:
    """What a sentence may be falsified with: sentences of its own document not quoted, and of other documents."""

    same: Sequence[str]
    other: Sequence[str]


Falsify = Callable[[str, Elsewhere, random.Random], str]


def renumbered(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Change a figure or a part of a date, or its unit."""
    found = list(_FIGURE.finditer(sentence))
    if not found:
        return ""
    match = chance.choice(found)
    said = match.group()
    kind = _KIND.match(sentence, match.end())
    way = chance.random()
    if way < 0.1 and kind and re.search("[万亿]", kind.group()):
        return sentence[: match.end()] + kind.group().translate(str.maketrans("万亿", "亿万")) + sentence[kind.end() :]
    if way < 0.35 and kind:  # another figure of the kind
        others = {
            one.group() for text in (*elsewhere.same, sentence) for one in _FIGURE.finditer(text)
            if (after := _KIND.match(text, one.end())) and after.group() == kind.group()
        } - {said}  # fmt: skip
        others = {one for one in others if _value(one) != _value(said)}
        if others:
            return sentence[: match.start()] + chance.choice(sorted(others)) + sentence[match.end() :]
    return sentence[: match.start()] + _other_number(said, chance) + sentence[match.end() :]


def _value(text: str) -> str:
    digits = text.replace(",", "").replace("两", "二")
    return digits if not digits.isdigit() else str(int(digits))


def _other_number(said: str, chance: random.Random) -> str:
    if not said[0].isdigit():
        return (
            chance.choice([char for char in "二三四五六七八九" if char != said.replace("两", "二")[-1:]])
            if len(said) == 1
            else (said[:-1] + chance.choice([char for char in "一二三四五六七八九" if char != said[-1]]))
        )
    if said.isdigit() and len(said) <= 2 and chance.random() < 0.5:
        return str(int(said) + chance.choice((1, 2, 3)))
    place = chance.choice([i for i, char in enumerate(said) if char.isdigit()])
    low = "123456789" if place == 0 else "0123456789"
    return said[:place] + chance.choice([digit for digit in low if digit != said[place]]) + said[place + 1 :]


def names_in(sentence: str) -> list[tuple[str, str]]:
    """Return the names of a sentence, each with its sort."""
    marked = [(name, "marked") for name in _MARKED.findall(sentence)]
    tagged = [
        (word.text, word.tag[:2]) for word in cut(sentence) if word.tag.startswith(_NAME_TAGS) and len(word.text) > 1
    ]
    latin = [(name, "latin") for name in re.findall(r"[A-Za-z][A-Za-z .&-]+[A-Za-z]", sentence)]
    return list(dict.fromkeys((*marked, *tagged, *latin)))


def renamed(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Put another name of the sort where one stands."""
    found = names_in(sentence)
    if not found:
        return ""
    name, sort = chance.choice(found)
    pool = elsewhere.same if chance.random() < 0.5 else elsewhere.other
    others = sorted({
        other for text in pool for other, kind in names_in(text)
        if kind == sort and other not in sentence and name not in other and other not in name
    })  # fmt: skip
    return sentence.replace(name, chance.choice(others)) if others else ""


def exchanged(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Let two names, or two figures of a kind, change places."""
    found = _exchangeable(sentence)
    if not found:
        return ""
    (a, b), (c, d) = chance.choice(found)
    return sentence[:a] + sentence[c:d] + sentence[b:c] + sentence[a:b] + sentence[d:]


def _exchangeable(sentence: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    figures = [
        (match.span(), (_KIND.match(sentence, match.end()) or match).group())
        for match in _FIGURE.finditer(sentence)
        if _KIND.match(sentence, match.end())
    ]
    names = [
        ((word.start, word.end), word.tag[:2])
        for word in cut(sentence)
        if word.tag.startswith(_NAME_TAGS) and len(word.text) > 1
    ]
    pairs = []
    for group in (figures, names):
        for place, (first, kind) in enumerate(group):
            for second, other in group[place + 1 :]:
                between = sentence[first[1] : second[0]]
                said, told = sentence[slice(*first)], sentence[slice(*second)]
                listed = group is names and all(
                    _JOINED.match(word.text) or word.tag.startswith(("n", "x")) for word in cut(between)
                )
                if (
                    kind == other
                    and _value(said) != _value(told)
                    and between
                    and not listed
                    and sentence.count(said) == sentence.count(told) == 1
                ):
                    pairs.append((first, second))
    return pairs


def resubjected(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Put the subject of another sentence of the document where the sentence's own stands."""
    own = subject(sentence)
    others = sorted(
        {
            other
            for text in elsewhere.same
            if (other := subject(text)) and other not in sentence and own not in other and other not in own
        }
    )
    return chance.choice(others) + sentence[len(own) :] if own and others else ""


def subject(sentence: str) -> str:
    """Return the noun phrase that a sentence begins with, "" when it does not begin with one."""
    taken: list[Word] = []
    for word in cut(sentence):
        if not (word.tag.startswith(("n", "vn", "eng", "m", "a", "j", "b")) or word.text in "·的《》“”()（）"):
            break
        taken.append(word)
    while taken and not taken[-1].tag.startswith(("n", "eng", "j")) and taken[-1].text not in "》”":
        taken.pop()
    text = "".join(word.text for word in taken)
    return text if len(text) > 1 and any(word.tag.startswith("n") and len(word.text) > 1 for word in taken) else ""


def appended(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Add a clause of elsewhere."""
    pool = elsewhere.same if chance.random() < 0.6 else elsewhere.other
    others = [part.strip("，；,;。！？") for text in pool for part in clauses(text)]
    others = [part for part in others if 6 <= len(part) <= 30 and part not in sentence]
    if not others:
        return ""
    parts = [part.rstrip("，；,;") for part in clauses(sentence.rstrip("。！？"))]
    parts.insert(chance.randint(1, len(parts)), chance.choice(others))
    return "，".join(parts) + "。"


def embellished(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Add an adverbial of cause, purpose, comparison or extent that nothing bears out."""
    kind = chance.choice(("cause", "purpose", "comparison", "tail", "tail", "extent"))
    template = chance.choice(words()["adverbials"][kind])
    filled = _filled(template, sentence, elsewhere, chance)
    if kind == "tail":
        return sentence.rstrip("。！？") + filled + "。"
    verbs = [word for word in cut(sentence) if _VERB.match(word.tag) and word.start > 1]
    if kind == "extent":
        return sentence[: verbs[0].start] + filled + sentence[verbs[0].start :] if verbs else ""
    if chance.random() < 0.5 or not verbs:
        return filled + sentence
    return sentence[: verbs[0].start] + filled.rstrip("，") + sentence[verbs[0].start :]


def _filled(template: str, sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    pool = chance.sample(list(elsewhere.other), min(6, len(elsewhere.other)))
    cutted = [word for text in pool for word in cut(text) if len(word.text) > 1 and word.text not in sentence]
    nouns = [word.text for word in cutted if word.tag in {"n", "vn"}] or ["市场"]
    names = [word.text for word in cutted if word.tag in {"ns", "nt", "nr"}] or ["邻市"]
    return template.format(noun=chance.choice(nouns), name=chance.choice(names), figure=f"{chance.randint(2, 60)}%")


def negated(sentence: str, elsewhere: Elsewhere, chance: random.Random) -> str:
    """Add or take away a negation, or tell what is planned as done and what is done as planned."""
    if _NEGATIVE.search(sentence):
        return _NEGATIVE.sub("", sentence, count=1)
    if re.search(
        r"(?<![\u4e00-\u9fff]即)将(?=[于在会成要建投])|计划(?=[在于\u4e00-\u9fff])(?!的|生育)|预计|拟(?=[在于对])",
        sentence,
    ):
        return re.sub(
            r"即?将(?=[于在会成要建投])|计划(?=[在于\u4e00-\u9fff])(?!的|生育)|预计|拟(?=[在于对])",
            "已",
            sentence,
            count=1,
        )
    verbs = [
        word
        for word in cut(sentence)
        if word.tag == "v"
        and word.start > 1
        and len(word.text) > 1
        and word.text not in {"包括", "成为", "作为", "根据", "可能", "以及", "没有"}
    ]
    if not verbs:
        return ""
    verb = verbs[0]
    return sentence[: verb.start] + chance.choice(("没有", "并未", "尚未", "不", "计划", "将")) + sentence[verb.start :]


FALSIFIED: dict[str, dict[str, Falsify]] = {
    "number": {"renumbered": renumbered},
    "name": {"renamed": renamed},
    "swapped": {"exchanged": exchanged, "resubjected": resubjected},
    "added": {"appended": appended, "embellished": embellished},
    "negation": {"negated": negated},
}
"""Kind -> the ways to make a sentence of it."""
