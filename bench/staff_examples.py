"""Examples for the reader of staff's answers: a question, what an entry says, and whether that answers it.

From the sets that the matcher is fitted on and from `alike.txt`. Knows texts and vectors; trains nothing.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.staff_pairs import Topic, questions_of
from bench.staff_projection import Vectors
from rag.reader_input import Line
from rag.staff_entries import as_asked
from rag.writing import normalise

_NEIGHBOURS = 6
"""Entries near a question, of which one is shown as not answering it."""
_BORROWED = 0.4
"""Share of examples where the entry's question is in a visitor's words: so few entries have too few of their own."""
_BARE = 0.15
"""Share of examples that show the entry's question without its answer."""
_FAR = 0.3
"""Share of questions that are shown with an entry taken at random too."""


@dataclass(frozen=True)
class StaffExample:
    """A question and an entry as the reader gets it."""

    question: str
    line: Line
    answers: bool


def phrases(item: dict[str, Any]) -> list[str]:
    """Return an entry's own wordings."""
    return [as_asked(text) for text in (item["question"], *item["similar"])]


class Neighbours:
    """For each question of a set the entries nearest to it but its own, by the embedding model's vectors."""

    def __init__(self, items: Sequence[dict[str, Any]], vectors: Vectors) -> None:
        rows = [np.array([vectors[text] for text in phrases(item)]) for item in items]
        self._near: dict[str, list[int]] = {}
        for own, item in enumerate(items):
            for one in item["paraphrases"]:
                text = as_asked(one["text"])
                best = np.array([float((row @ vectors[text]).max()) for row in rows])
                best[own] = -np.inf
                self._near[text] = [int(place) for place in np.argsort(-best)[:_NEIGHBOURS]]

    def of(self, text: str) -> list[int]:
        """Return places of entries, the nearest first."""
        return self._near[text]


def examples_of_set(
    items: Sequence[dict[str, Any]], neighbours: Neighbours, dice: random.Random
) -> Iterator[StaffExample]:
    """Yield one epoch's examples of a set, half of them answered or so."""
    by_id = {item["id"]: item for item in items}

    def pairs() -> Iterator[tuple[str, dict[str, Any], bool]]:
        for item in items:
            for text, wanted in questions_of(item):
                question = as_asked(text)
                if wanted == item["id"]:
                    yield question, item, True
                    yield question, items[dice.choice(neighbours.of(question))], False
                    if dice.random() < _FAR:
                        yield question, dice.choice([other for other in items if other is not item]), False
                else:
                    yield question, item, False
                    if wanted in by_id:
                        yield question, by_id[wanted], True
            yield from ((text, item, True) for text in phrases(item)[:2])
            yield from ((as_asked(text), item, False) for text in item["negative"])

    for question, item, answers in pairs():
        lead = _lead(item, question, dice)
        if lead:
            line = Line(lead) if dice.random() < _BARE else Line(normalise(item["answer"]), lead)
            yield StaffExample(question, line, answers)


def _lead(item: dict[str, Any], question: str, dice: random.Random) -> str:
    """Return a wording of the entry's question that is not the one asked; "" when there is none."""
    own = [text for text in phrases(item) if text != question]
    if not own or dice.random() < _BORROWED:
        others = [as_asked(one["text"]) for one in item["paraphrases"] if one["kind"] != "english"]
        own = [text for text in others if text != question] or own
    return dice.choice(own) if own else ""


def examples_of_topics(topics: Sequence[Topic], dice: random.Random) -> Iterator[StaffExample]:
    """Yield for each wording another one of the same thing, and mostly one of another thing that is near."""
    for topic in topics:
        for number, wordings in enumerate(topic):
            others = [one for place, one in enumerate(topic) if place != number]
            for question in wordings:
                if len(wordings) > 1:
                    yield StaffExample(question, Line(dice.choice([one for one in wordings if one != question])), True)
                if others and dice.random() < 0.8:
                    yield StaffExample(question, Line(dice.choice(dice.choice(others))), False)
