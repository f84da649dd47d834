"""Pairs of a question and an entry, with whether the one asks what the other answers: what the matcher is fitted on.

From `alike.txt`, the half of `faq.jsonl` that is for fitting, and the sets of `faq_parks` that are. Knows vectors; fits
nothing.
"""

import itertools
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.staff_projection import Projection, Vectors
from rag.sameness import said
from rag.staff_entries import as_asked
from rag.staff_ready import LOOKED_AT
from rag.staff_signals import Likeness, Taken, signals

ALIKE = Path(__file__).with_name("alike.txt")
FAQ = Path(__file__).with_name("faq.jsonl")
PARKS = Path(__file__).with_name("faq_parks")
"""Sets in the form of `faq.jsonl`, each of another made-up park and by another writer."""
HELD_OUT = frozenset({"building", "energy", "logistics", "river", "valley"})
"""Sets that nothing is fitted on."""
FIRST = frozenset(
    [
        "own",
        "auto",
        "biomedicine",
        "chemistry",
        "chips",
        "city",
        "film",
        "hall",
        "incubator",
        "instruments",
        "living",
        "plant",
        "software",
        "talent",
    ]
)
"""Of the sets that are: those that a first reader is trained on, to be tried on the others."""
Topic = list[list[str]]
"""Things asked that are near each other, each in several wordings."""
Sets = Mapping[str, Sequence[dict[str, Any]]]
"""Sets of entries by name."""
_ABSENT = -0.3
"""How far the next entry is said to lie behind where the right one is not published."""


@dataclass(frozen=True)
class Pair:
    """The signals of a question and an entry, and whether they belong together; `group` is never divided in testing.

    The rest is of sets: which one; and for a reader what is asked, the entry's wording nearest to it, and its answer.
    """

    figures: dict[str, float]
    right: bool
    group: str
    source: str = ""
    question: str = ""
    phrase: str = ""
    answer: str = ""


def topics(path: Path = ALIKE) -> list[Topic]:
    """Return the topics of a file like `alike.txt`."""
    found: list[Topic] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found.append([])
        elif line.strip() and not line.startswith("#"):
            found[-1].append(list(dict.fromkeys(as_asked(wording) for wording in line.split("|"))))
    return found


def faq(split: str | None = None, path: Path = FAQ) -> list[dict[str, Any]]:
    """Return the entries of `faq.jsonl`, of one half or all."""
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [item for item in items if split in (None, item.get("split"))]


def fitting_sets() -> dict[str, list[dict[str, Any]]]:
    """Return the sets that may be fitted on, by name; "own" is the half of `faq.jsonl`."""
    others = {path.stem: faq(path=path) for path in sorted(PARKS.glob("*.jsonl")) if path.stem not in HELD_OUT}
    return {"own": faq("fit"), **others}


def first_weights(home: Path) -> Path:
    """Return where the weights of the first reader are kept."""
    return home / "bench" / "staff_reader_first.npz"


@dataclass(frozen=True)
class Entry:
    """An entry as pairs are made of it."""

    id: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    answer: str
    vectors: Vectors
    projection: Projection

    @cached_property
    def taken(self) -> Taken:
        """Its questions and its answer, taken apart."""
        return Taken(tuple(map(said, self.positive)), said(as_asked(self.answer)))

    @cached_property
    def plain(self) -> NDArray[np.float32]:
        """The vectors of its questions."""
        return np.array([self.vectors[text] for text in self.positive])

    @cached_property
    def near(self) -> NDArray[np.float32]:
        """The same, projected."""
        return self.projection(self.plain)

    def nearest(self, question: str) -> str:
        """Return its wording that is nearest to a question."""
        return self.positive[int(np.argmax(self.near @ self.projection(self.vectors[question][None])[0]))]

    @cached_property
    def told(self) -> NDArray[np.float32] | None:
        """The projected vector of its answer; None for an entry of `alike.txt`, which has none."""
        return self.projection(self.vectors[as_asked(self.answer)][None])[0] if self.answer else None

    @cached_property
    def never(self) -> NDArray[np.float32]:
        """The projected vectors of its negative questions."""
        return self.projection(np.array([self.vectors[text] for text in self.negative]))


def compared(question: str, entries: Sequence[Entry], limit: int) -> list[tuple[Entry, dict[str, float]]]:
    """Return the nearest entries of a question, by their wordings or answers, with their signals, the nearest first."""
    vector = entries[0].vectors[question]
    near = entries[0].projection(vector[None])[0]
    best = [float((one.near @ near).max()) for one in entries]
    told = [best[place] if one.told is None else float(one.told @ near) for place, one in enumerate(entries)]
    found = []
    for place in sorted(range(len(entries)), key=lambda place: -max(best[place], told[place]))[:limit]:
        one = entries[place]
        after = max((score for other, score in enumerate(best) if other != place), default=0.0)
        negative = float((one.never @ near).max()) if one.negative else None
        likeness = Likeness(float((one.plain @ vector).max()), one.near @ near, told[place], negative, max(0.0, after))
        found.append((one, signals(said(question), one.taken, likeness) | {"_best": best[place]}))
    return found


def pairs_of_topic(topic: Topic, vectors: Vectors, projection: Projection, dice: random.Random) -> list[Pair]:
    """Make an entry of each thing asked, ask the other wordings, and pair each with its own and the nearest other."""
    entries, asked = [], []
    for number, wordings in enumerate(topic):
        first, rest = _standard(wordings, dice)
        similar = dice.choice([0, 1, 2]) if len(rest) > 2 else 0
        entries.append(Entry(str(number), (first, *rest[:similar]), (), "", vectors, projection))
        asked += [(number, text) for text in rest[similar:]]
    found = []
    for number, text in asked:
        own = compared(text, [entries[number]], 1)[0][1]
        others = [one for one in entries if one.id != str(number)]
        near = compared(text, others, 1)[0][1] if others else {"_best": 0.0}
        own["next"] = near["_best"] - own["_best"]
        found.append(Pair(own, True, topic[number][0]))
        if others:
            near["next"] = own["_best"] - near["_best"] if dice.random() < 0.4 else _ABSENT
            found.append(Pair(near, False, topic[number][0]))
    return found


def _standard(wordings: Sequence[str], dice: random.Random) -> tuple[str, list[str]]:
    """Choose the wording that is the entry's own: no English one."""
    order = dice.sample(list(wordings), len(wordings))
    first = next((text for text in order if not text.isascii()), order[0])
    return first, [text for text in order if text != first]


def pairs_of_set(
    name: str, items: Sequence[dict[str, Any]], vectors: Vectors, projection: Projection, limit: int = LOOKED_AT
) -> list[list[Pair]]:
    """Return for each question of a set its pairs with the nearest of these entries."""
    entries = [entry_of(item, vectors, projection) for item in items]
    found = []
    for item in items:
        for text, wanted in questions_of(item):
            asked = as_asked(text)
            near = compared(asked, entries, limit)
            group = f"{name} {item['id']}"
            found.append(
                [
                    Pair(row, one.id == str(wanted), group, name, asked, one.nearest(asked), one.answer)
                    for one, row in near
                ]
            )
    return found


def entry_of(item: dict[str, Any], vectors: Vectors, projection: Projection) -> Entry:
    """Make an entry of an item of `faq.jsonl`."""
    positive = tuple(map(as_asked, (item["question"], *item["similar"])))
    return Entry(str(item["id"]), positive, tuple(map(as_asked, item["negative"])), item["answer"], vectors, projection)


def questions_of(item: dict[str, Any]) -> list[tuple[str, int | None]]:
    """Return what is asked about an item, each with the entry that should answer."""
    return [(one["text"], item["id"]) for one in item["paraphrases"]] + [
        (one["text"], one["entry"]) for one in item["near"]
    ]


def things_of_set(items: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return for each item everything that belongs to it: its wordings, what is asked in other words, its answer."""
    asked: dict[int, list[str]] = {item["id"]: [] for item in items}
    for item in items:
        for text, wanted in questions_of(item):
            if wanted in asked:
                asked[wanted].append(as_asked(text))
    return [
        list(dict.fromkeys([*map(as_asked, (item["question"], *item["similar"], item["answer"])), *asked[item["id"]]]))
        for item in items
    ]


def all_texts(sets: Iterable[Sequence[dict[str, Any]]]) -> list[str]:
    """Return every text that has to be embedded, of the topics and of some sets."""
    texts = {text for topic in topics() for wordings in topic for text in wordings}
    for item in itertools.chain.from_iterable(sets):
        own = (item["question"], item["answer"], *item["similar"], *item["negative"])
        texts |= {as_asked(text) for text in own}
        texts |= {as_asked(text) for text, _ in questions_of(item)}
    return sorted(texts)
