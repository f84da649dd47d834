"""The public question sets as values, read from the folder that the setting PARK_EVAL_DATA names.

A document is a plain text file, with title and date in front matter where the set tells them; crud_rag's and the
passages of RGB are their text alone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import ReadError
from index.load import read_bytes
from index.records import content_id
from rag.records import Turn
from settings import load_settings

NAMES = ("crud_rag", "cmrc2018", "domainrag", "dragonball_zh", "rgb")
"""The sets; `rgb` pools the passages of `rgb_zh` and `rgb_zh_int`, those that answer and those that do not."""
TEXT_ALONE = {"crud_rag"}
"""Sets whose titles and dates are not indexed: they give the documents away."""
NEEDS_ALL = {"multi_doc", "official_2docs", "official_3docs"}
"""Kinds of questions that need every gold document; others need any one, or one of each group."""
_RGB_FILES = ("rgb_zh", "rgb_zh_int")

Groups = tuple[tuple[str, ...], ...]
"""Every group needs one of its members."""

MISSING = (
    "The public sets are needed: set PARK_EVAL_DATA, or --data, to the folder with NAME.docs.jsonl and "
    "NAME.questions.jsonl of CRUD-RAG, CMRC 2018, DomainRAG and Dragonball (DragonBall of RAGEval, Chinese), and with "
    "rgb_zh.jsonl and rgb_zh_int.jsonl of RGB, in the fields that bench/sets.py reads."
)


class DataMissingError(FileNotFoundError):
    """The folder of the public sets is not named, or a file is not in it."""


@dataclass(frozen=True, slots=True)
class SetDocument:
    """One document as the set gives it. `date` is ISO or empty; `file` names a file whose whole text is `text`."""

    id: str
    text: str
    title: str = ""
    date: str = ""
    file: str = ""

    @property
    def path(self) -> str:
        """The name of its file in the corpus folder."""
        return self.file or f"{self.id}.txt"

    @property
    def file_text(self) -> str:
        """What its file holds: front matter if there is anything to say, and the text."""
        about = {"title": self.title, "date": self.date}
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in about.items() if value]
        return "\n".join(["---", *lines, "---", self.text]) if lines else self.text


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """One question of a set.

    `answers` and `gold` (ids of documents) are groups: a right answer holds a member of every group, and one document
    of every group has to be found. `evidence` are sentences that support the answer, where the set marks them. `noise`
    are documents that look alike and answer nothing (RGB only).
    """

    id: str
    question: str
    kind: str
    answerable: bool
    answers: Groups
    gold: Groups
    evidence: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    noise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents and the questions about them; no two documents have the same text."""

    name: str
    documents: tuple[SetDocument, ...]
    questions: tuple[SetQuestion, ...]


def load_set(name: str, data: Path | None = None) -> QuestionSet:
    """Read one of NAMES from the folder `data`, by default PARK_EVAL_DATA. Raises DataMissingError."""
    folder = data or load_settings().eval_data
    if folder is None:
        raise DataMissingError(MISSING)
    if name not in NAMES:
        raise ValueError(f"There is no set {name!r}; the sets are {', '.join(NAMES)}.")
    if name == "rgb":
        return _pooled([(file, row) for file in _RGB_FILES for row in _rows(folder / f"{file}.jsonl")])
    documents = [_document(row, name in TEXT_ALONE) for row in _rows(folder / f"{name}.docs.jsonl")]
    questions = [_question(row) for row in _rows(folder / f"{name}.questions.jsonl")]
    return _without_duplicates(name, documents, questions)


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise DataMissingError(f"{path} is not there; PARK_EVAL_DATA names the folder that holds the public sets.")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _document(row: Mapping[str, Any], text_alone: bool) -> SetDocument:
    about = {} if text_alone else {"title": row.get("title") or "", "date": row.get("date") or ""}
    return SetDocument(row["id"], row["text"], **about)


def _question(row: Mapping[str, Any]) -> SetQuestion:
    return SetQuestion(
        id=row["id"],
        question=row["question"],
        kind=row["type"],
        answerable=row["answerable"],
        answers=_groups(row.get("answer_groups") or [row["answers"]]),
        gold=_gold(row),
        evidence=tuple(row.get("evidence", ())),
        history=tuple(Turn(turn["question"], (turn["answers"] or [""])[0]) for turn in row.get("history", ())),
    )


def _gold(row: Mapping[str, Any]) -> Groups:
    if "gold_groups" in row:
        return _groups(row["gold_groups"])
    ids = row["gold_doc_ids"]
    return _groups([[id_] for id_ in ids] if row["type"] in NEEDS_ALL else [ids])


def _groups(groups: Iterable[Iterable[str]]) -> Groups:
    return tuple(group for members in groups if (group := tuple(dict.fromkeys(members))))


def _pooled(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> QuestionSet:
    """Every passage of RGB as a document: what is noise to one question may answer another."""
    documents: dict[str, SetDocument] = {}

    def named(passages: Iterable[str]) -> tuple[str, ...]:
        found = [SetDocument(f"rgb-{content_id(passage)}", passage) for passage in passages]
        documents.update({document.id: document for document in found})
        return tuple(document.id for document in found)

    questions = []
    for kind, row in rows:
        groups = row["positive"] if isinstance(row["positive"][0], list) else [row["positive"]]
        gold, noise = tuple(named(group) for group in groups), named(row["negative"])
        answers = _groups(row["answer_groups"])
        questions.append(SetQuestion(row["id"], row["question"], kind, True, answers, gold, noise=noise))
    return _without_duplicates("rgb", list(documents.values()), questions)


def _canonical(document: SetDocument) -> str:
    """Return what tells a document's text from others', as the index reads it; "" when it takes nothing from it."""
    try:
        return read_bytes(document.path, document.file_text.encode()).text_hash
    except ReadError:
        return ""


def _without_duplicates(name: str, documents: Sequence[SetDocument], questions: Sequence[SetQuestion]) -> QuestionSet:
    """Leave out what the index takes no text from, and what has the text of an earlier one, which stands for it."""
    first: dict[str, SetDocument] = {}
    stands_for: dict[str, str] = {}
    for document in documents:
        if text := _canonical(document):
            stands_for[document.id] = first.setdefault(text, document).id

    def kept(ids: Iterable[str]) -> list[str]:
        return [stands_for[id_] for id_ in ids if id_ in stands_for]

    sound = []
    for question in questions:
        gold = _groups(kept(group) for group in question.gold)
        noise = [id_ for id_ in kept(question.noise) if not any(id_ in group for group in gold)]
        sound.append(replace(question, gold=gold, noise=tuple(dict.fromkeys(noise))))
    return QuestionSet(name, tuple(first.values()), tuple(sound))


def gold_ids(question: SetQuestion) -> set[str]:
    """Return every gold document of a question, whichever group it is of."""
    return {id_ for group in question.gold for id_ in group}
