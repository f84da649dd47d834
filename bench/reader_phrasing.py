"""How people say questions, and made-up statements about a park's buildings and firms to ask about.

Knows the lexicon and `reader_templates.toml`; knows no public set.
"""

import random
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.words import cut
from rag.lexicon import lexicon
from rag.reader_input import Line
from rag.writing import normalise

TEMPLATES = Path(__file__).with_name("reader_templates.toml")
_ASIDE = [
    ("什么时候", "啥时候"), ("什么", "啥"), ("什么", "啥子"), ("怎么", "咋"), ("如何", "咋个"), ("多少", "好多"),
    ("哪里", "哪儿"), ("哪里", "哪点"), ("是否", "是不是"), ("谁", "哪个"), ("多久", "好久"), ("有没有", "有没得"),
]  # fmt: skip
_TOLD = 0.5  # chance of most things
_OPENINGS = ("请问", "问一下", "想了解", "请问一下,", "你好,", "打听一下,", "听说", "想问问")


@dataclass(frozen=True)
class Example:
    """A question and lines to read. `answers`: strings of which each occurrence answers; none: nothing does."""

    question: str
    lines: tuple[Line, ...]
    answers: tuple[str, ...]


def aside(question: str, chance: random.Random) -> str:
    """Say the question as people also do: other words, dialect, a few key words, a polite opening."""
    if chance.random() < 0.5:
        question = _synonymous(question, chance)
    if chance.random() < 0.08:
        words = [word.text for word in cut(question) if word.text not in lexicon().stop and word.tag[0] != "x"]
        return chance.choice(("", " ")).join(words) or question
    if chance.random() < 0.3:
        for old, new in chance.sample(_ASIDE, 3):
            question = question.replace(old, new)
    if chance.random() < 0.35:
        question = question.rstrip("?") + chance.choice(("", "", "呀", "嘛", "哟", "呢", "啊"))
    if chance.random() < 0.08:
        question = chance.choice(_OPENINGS) + question
    return question


def _synonymous(question: str, chance: random.Random) -> str:
    """Say some words of the question by others that mean about the same."""
    others = {word.text: lexicon().others(word.text) for word in cut(question) if len(word.text) > 1}
    return "".join(
        chance.choice(others[word.text]) if others.get(word.text) and chance.random() < 0.4 else word.text
        for word in cut(question)
    )


@cache
def _templates() -> dict[str, Any]:
    return tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))


def made_up(others: Sequence[str], chance: random.Random) -> Example:
    """Ask an attribute of a thing: told, told of another thing only, or another attribute told only.

    `others` are sentences about something else.
    """
    thing, rival = _thing(chance), _thing(chance)
    asked, *rest = chance.sample(_templates()["attribute"], chance.randint(3, 7))
    third = max(1, len(rest) // 3)
    lines = [_statement(thing, one, chance)[0] for one in rest[third:]]
    lines += [_statement(rival, one, chance)[0] for one in rest[:third]]
    answers: tuple[str, ...] = ()
    if chance.random() < _TOLD:
        gold, value = _statement(thing, asked, chance)
        lines.append(gold)
        answers = (value,)
    elif chance.random() < _TOLD and rival != thing:
        lines.append(_statement(rival, asked, chance)[0])
    if chance.random() < _TOLD:
        lines += [line for line in others if not any(answer in line for answer in answers)]
    chance.shuffle(lines)
    lead = chance.choice(("园区概况", "产业配套", "生活服务", thing, rival, "招商指南", "重点项目"))
    question = normalise(str(chance.choice(asked["questions"])).replace("{e}", thing))
    return Example(aside(question, chance), tuple(Line(normalise(line), lead) for line in lines), answers)


def _thing(chance: random.Random) -> str:
    table = _templates()
    head, place, kind = (str(chance.choice(table[name].split())) for name in ("heads", "places", "kinds"))
    number = chance.choice(("", "", "一号", "二号", "A区", "B区", "C3栋", "北区"))
    return chance.choice((head + place, head + kind, head + kind + "公司", number + place, place))


def _statement(thing: str, attribute: dict[str, Any], chance: random.Random) -> tuple[str, str]:
    pattern: str = chance.choice(attribute["values"])
    value = normalise(re.sub(r"\{([^}]+)\}", lambda match: _drawn(match[1], chance), pattern))
    statement: str = chance.choice(attribute["statements"])
    return statement.replace("{e}", thing).replace("{v}", value), value


def _drawn(choices: str, chance: random.Random) -> str:
    low, _, high = choices.partition("-")
    if high and low.isdigit() and high.isdigit():
        return str(chance.randint(int(low), int(high)))
    return chance.choice(choices.split("|"))
