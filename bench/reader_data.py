"""What the reader is trained on: questions with the sentences that answer them, and near misses made from them.

From DRCD and the public half of CMRC 2018 (CC BY-SA), and from `reading/`: texts and questions of our own, asked in
visitors' words, half of them not told by their text. Knows the files; knows nothing of networks.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.reader_phrasing import Example, aside, made_up
from index.sentences import split_sentences
from index.words import cut
from rag.reader_input import Line
from rag.writing import normalise

OWN = Path(__file__).with_name("reading")
"""Texts of our own: lines of title, text, what is `asked` with its answer, and what is `missing`."""
DEV_SHARE = 12
"""One document in so many is kept aside to watch the training by."""
_NEIGHBOURS = 3  # documents nearest to a question that are not its own
_MADE_UP = 0.15  # share of examples from templates
_ANSWERED = 0.55  # share of the sets' questions that keep their answer
_OWN_ANSWERED = 0.9  # share of our own answered questions that do; as many again never had one
_OWN_TIMES = 2  # how often a question of our own is asked while one of the sets is asked once
_YEAR = re.compile(r"\d{4}|\d{1,3}")


@dataclass(frozen=True)
class Text:
    """A document, normalised, in sentences. `source` names its file: texts of one file may tell of the same things."""

    id: str
    title: str
    sentences: tuple[str, ...]
    source: str

    @property
    def is_own(self) -> bool:
        """Whether it is of `reading/`, not of a public set."""
        return "/" not in self.source


@dataclass(frozen=True)
class Item:
    """A question, its answers (none: its document does not tell), the place of its document."""

    question: str
    answers: tuple[str, ...]
    document: int


@dataclass
class Pool:
    """All documents and questions, and what making examples needs to know of them.

    `near[i]` are documents (not its own) nearest to question i; `likeness(i, sentences)` orders sentences for it.
    """

    texts: list[Text]
    items: list[Item]
    near: NDArray[np.int64]
    vectorizer: TfidfVectorizer
    rows: dict[int, Any] = field(default_factory=dict)

    def likeness(self, question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return the cosine of rare character pairs between the question and each sentence."""
        rows = self.vectorizer.transform([question, *sentences])
        product: NDArray[np.float64] = (rows[1:] @ rows[0].T).toarray()[:, 0]
        return product


def load(data: Path, own: Path = OWN) -> Pool:
    """Read the sets below `data` and our own texts. Raises FileNotFoundError naming the missing file."""
    texts: list[Text] = []
    items: list[Item] = []
    for name in ("public/cmrc2018", "train/drcd"):
        places = {}
        for row in _rows(data / f"{name}.docs.jsonl"):
            places[row["id"]] = len(texts)
            texts.append(Text(row["id"], normalise(row["title"]), _sentences(row["text"]), name))
        for row in _rows(data / f"{name}.questions.jsonl"):
            answers = tuple(dict.fromkeys(normalise(answer) for answer in row["answers"]))
            items.append(Item(normalise(row["question"]), answers, places[row["gold_doc_ids"][0]]))
    for path in sorted(own.glob("*.jsonl")):
        for row in _rows(path):
            asked = [*row["asked"], *([question] for question in row["missing"])]
            items += [Item(normalise(one), tuple(map(normalise, answers)), len(texts)) for one, *answers in asked]
            id_ = hashlib.sha256(row["title"].encode()).hexdigest()
            texts.append(Text(id_, normalise(row["title"]), _sentences(row["text"]), path.stem))
    items = [item for item in items if not item.answers or _holding(texts[item.document].sentences, item.answers)]
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), lowercase=True, sublinear_tf=True)
    rows = vectorizer.fit_transform([f"{text.title} {''.join(text.sentences)}" for text in texts])
    near = _nearest(vectorizer.transform([item.question for item in items]), rows, items, texts)
    return Pool(texts, items, near, vectorizer)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _sentences(body: str) -> tuple[str, ...]:
    return tuple(normalise(body[one.start : one.end]) for one in split_sentences(body))


def _nearest(
    questions: Any,  # noqa: ANN401 - sparse matrices
    rows: Any,  # noqa: ANN401
    items: Sequence[Item],
    texts: Sequence[Text],
) -> NDArray[np.int64]:
    """Return the documents nearest to each question but its own; to one without an answer, none of the same file."""
    near = np.zeros((len(items), _NEIGHBOURS), np.int64)
    files = np.array([text.source for text in texts])
    for start in range(0, len(items), 1000):
        scores = (questions[start : start + 1000] @ rows.T).toarray()
        for place, row in enumerate(scores, start):
            item = items[place]
            row[item.document] = -1
            if not item.answers:
                row[files == files[item.document]] = -1
            near[place] = np.argpartition(-row, _NEIGHBOURS)[:_NEIGHBOURS]
    return near


def _holding(sentences: Sequence[str], answers: Sequence[str]) -> list[int]:
    return [place for place, text in enumerate(sentences) if any(answer in text for answer in answers)]


def is_dev(text: Text) -> bool:
    """Whether the document is kept aside."""
    return int(text.id[-6:], 16) % DEV_SHARE == 0


def examples(pool: Pool, seed: int, dev: bool = False) -> Iterator[Example]:
    """Yield an example of every question of the (kept aside or other) documents, and made-up ones, in random order.

    Questions of our own come `_OWN_TIMES` over, each time among other lines.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    times = [_OWN_TIMES if text.is_own and not dev else 1 for text in pool.texts]
    chosen = [
        i
        for i, item in enumerate(pool.items)
        if is_dev(pool.texts[item.document]) == dev
        for _ in range(times[item.document])
    ]
    chance.shuffle(chosen)
    for number in chosen:
        if chance.random() < _MADE_UP:
            yield made_up(chance.choice(pool.texts).sentences[:2], chance)
        yield _example(pool, number, chance)


def _example(pool: Pool, number: int, chance: random.Random) -> Example:
    item = pool.items[number]
    question, answers, lacking, foreign = item.question, item.answers, False, False
    if answers and chance.random() > (_OWN_ANSWERED if pool.texts[item.document].is_own else _ANSWERED):
        answers = ()
        kind = chance.random()
        other = swapped(pool, number, chance) if kind < 0.3 else None
        if other:
            question = other
        else:
            lacking, foreign = True, kind > 0.7
    lines = _lines(pool, number, chance, lacking, foreign)
    return Example(aside(question, chance), lines, answers)


def _lines(pool: Pool, number: int, chance: random.Random, lacking: bool, foreign: bool) -> tuple[Line, ...]:
    """Choose sentences as answering would: those most like the question, with others near it."""
    item = pool.items[number]
    own = [] if foreign else [(item.document, place) for place in range(len(pool.texts[item.document].sentences))]
    others = [int(one) for one in pool.near[number]] if foreign or chance.random() < 0.6 else []
    places = own + [(one, place) for one in others for place in range(len(pool.texts[one].sentences))]
    sentences = [pool.texts[one].sentences[place] for one, place in places]
    holding = set(_holding(sentences, item.answers))
    if lacking:
        keep = [i for i in range(len(places)) if i not in holding]
        places, sentences = [places[i] for i in keep], [sentences[i] for i in keep]
    if not places:
        places, sentences = [(int(pool.near[number][0]), 0)], [pool.texts[int(pool.near[number][0])].sentences[0]]
    noise = chance.choice((0.02, 0.1))
    like = pool.likeness(item.question, sentences) + [chance.gauss(0, noise) for _ in sentences]
    order = [int(i) for i in np.argsort(-like)]
    if not lacking:  # one that answers is never missed; where none does, the best of the text asked about comes first
        gold = [i for i in order if places[i][0] == item.document and (i in holding or not item.answers)][:1]
        order = gold + [i for i in order if i not in gold]
    chosen = order[: chance.choice((2, 3, 4, 5, 6, 8))]
    if chance.random() < 0.5:  # what stands before the best often says who "he" is
        one, place = places[chosen[0]]
        chosen += [i for i in order if places[i] == (one, place - 1) and i not in chosen]
    return tuple(Line(sentences[i], pool.texts[places[i][0]].title) for i in _grouped(chosen, places))


def _grouped(chosen: Sequence[int], places: Sequence[tuple[int, int]]) -> list[int]:
    """Order the chosen by document, the best one's first, then by place."""
    rank: dict[int, int] = {}
    for i in chosen:
        rank.setdefault(places[i][0], len(rank))
    return sorted(chosen, key=lambda i: (rank[places[i][0]], places[i][1]))


def swapped(pool: Pool, number: int, chance: random.Random) -> str | None:
    """Return the question asked of something else, which its document does not tell of; None when nothing can be."""
    item = pool.items[number]
    body = "".join(pool.texts[item.document].sentences)
    options: list[tuple[str, str]] = []
    title = pool.texts[item.document].title
    if len(title) > 1 and title in item.question:
        options.append((title, chance.choice(pool.texts).title))
    moved = (-20, -7, -3, -2, -1, 1, 2, 4, 11)
    options += [(figure, str(int(figure) + chance.choice(moved))) for figure in _YEAR.findall(item.question)]
    for word, tag in _nouns(item.question):
        if word in body and word not in title:
            other = [w for w, t in _nouns(chance.choice(pool.items).question) if t == tag and w not in body]
            options += [(word, one) for one in other[:1]]
    options = [(old, new) for old, new in options if new and new not in body and new != old]
    if not options:
        return None
    old, new = chance.choice(options)
    return item.question.replace(old, new)


@cache
def _nouns(question: str) -> tuple[tuple[str, str], ...]:
    return tuple((word.text, word.tag[:2]) for word in cut(question) if word.tag[0] == "n" and len(word.text) > 1)
