"""Tiny question sets in the files of the public ones, written for these tests."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOCUMENTS = {
    "甲": "东湖图书馆于2019年9月1日开馆。馆内有座位三百个。",
    "乙": "西山公园占地五十公顷。公园每天六点开放。",
    "丙": "南街小学有学生八百人。校长是周敏。",
    "丁": "北河大桥全长一千二百米。大桥连接两岸。",
}
RGB = {
    "id": "rgb_zh_1",
    "question": "东湖图书馆哪天开馆？",
    "answer_groups": [["9月1日"]],
    "positive": [f"{DOCUMENTS['甲']}第{count}篇。" for count in "一二三"],
    "negative": [f"{DOCUMENTS['乙']}第{count}篇。" for count in "一二三四五六"],
}


def question(id_: str, text: str, gold: Sequence[str], answers: Sequence[str], **more: object) -> dict[str, Any]:
    """A row of a questions file."""
    row: dict[str, Any] = {"id": id_, "question": text, "answers": list(answers), "gold_doc_ids": list(gold)}
    return {**row, "answerable": bool(gold), "type": "span", **more}


QUESTIONS = [
    question("1", "东湖图书馆哪天开馆？", ["甲"], ["2019年9月1日"], evidence=["东湖图书馆于2019年9月1日开馆。"]),
    question("2", "西山公园占地多少？", ["乙"], ["五十公顷"]),
    question("3", "南街小学的校长是谁？", ["丙"], ["周敏。"]),
    question("4", "大桥多长？学生多少？", ["丙", "丁"], ["一千二百米"], type="multi_doc"),
    question("5", "东湖图书馆的馆长是谁？", [], []),
]


def write_sets(folder: Path, questions: Sequence[Mapping[str, Any]] = QUESTIONS) -> Path:
    """Write every public set, all of the same documents and questions, and RGB; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("crud_rag", "cmrc2018", "domainrag", "dragonball_zh"):
        documents = [{"id": id_, "title": f"{id_}报", "text": text} for id_, text in DOCUMENTS.items()]
        write_rows(folder / f"{name}.docs.jsonl", documents)
        write_rows(folder / f"{name}.questions.jsonl", questions)
    write_rows(folder / "rgb_zh.jsonl", [RGB])
    answers = {"answer_groups": [["9月1日"], ["五十公顷"]]}
    passages = {"positive": [[DOCUMENTS["甲"]], [DOCUMENTS["乙"]]], "negative": [DOCUMENTS["丙"], DOCUMENTS["甲"]]}
    write_rows(folder / "rgb_zh_int.jsonl", [{**RGB, "id": "rgb_zh_int_1", **answers, **passages}])
    return folder


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
