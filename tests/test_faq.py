import json
from collections import Counter
from pathlib import Path

import pytest

from bench.faq import Outcome, asked, entries_of, least_cosine, questions, table
from bench.staff_pairs import faq, topics
from rag.sameness import bare
from rag.staff_entries import as_asked

ITEMS = faq()
BY_ID = {item["id"]: item for item in ITEMS}


def test_the_set_has_its_shape() -> None:
    assert len(ITEMS) == len(BY_ID) == 60
    assert Counter(item["split"] for item in ITEMS) == {"fit": 30, "hold": 30}
    for item in ITEMS:
        assert item["question"] and item["answer"]
        assert len(item["paraphrases"]) == len(item["near"]) == 5
        assert len(item["similar"]) <= 3 and len(item["negative"]) <= 2
        assert all(one["entry"] is None or (one["entry"] in BY_ID) for one in item["near"])
        assert all(one["entry"] != item["id"] for one in item["near"])


@pytest.mark.parametrize("item", ITEMS, ids=[str(item["id"]) for item in ITEMS])
def test_no_paraphrase_is_among_the_entrys_own_questions(item: dict) -> None:
    own = {bare(as_asked(text)) for text in (item["question"], *item["similar"], *item["negative"])}
    assert not own & {bare(as_asked(one["text"])) for one in item["paraphrases"]}


def test_no_question_is_asked_twice_of_two_minds() -> None:
    wanted: dict[str, set[int | None]] = {}
    for _, _, text, entry in questions(ITEMS):
        wanted.setdefault(bare(as_asked(text)), set()).add(entry)
    assert not [text for text, entries in wanted.items() if len(entries) > 1]


def test_the_fitting_material_holds_none_of_the_scored_questions() -> None:
    fitted = {bare(text) for topic in topics() for wordings in topic for text in wordings}
    scored = {bare(as_asked(one["text"])) for item in faq("hold") for one in item["paraphrases"]}
    assert len(topics()) >= 30
    assert not fitted & scored


def test_entries_are_as_the_chat_gets_them() -> None:
    first = entries_of(ITEMS)[0]
    assert (first.id, first.question) == (1, "标准厂房的租金是多少？")
    assert first.negative == tuple(ITEMS[0]["negative"])


def test_outcomes_tell_matched_and_wrong() -> None:
    item = ITEMS[0] | {"near": [{"text": "别的", "kind": "other_thing", "entry": None}]}
    outcomes = asked([item], lambda text: (1, 0.9) if text != "别的" else (7, 0.6))
    assert [one.matched for one in outcomes] == [True] * 5 + [False]
    assert [one.wrong for one in outcomes] == [False] * 5 + [True]
    assert "matched 100.0% of 5 paraphrases, wrong 16.7% of 6 questions" in table("toy", outcomes)


def test_the_baselines_threshold_keeps_wrong_answers_few() -> None:
    right = [Outcome("x", True, "", 1, 1, 0.9 - number / 1000) for number in range(98)]
    wrong = [Outcome("x", False, "", None, 1, 0.95 - number / 10) for number in range(3)]
    least = least_cosine([*right, *wrong])
    assert sum(one.sure >= least for one in wrong) == 2


def test_the_file_is_one_object_a_line() -> None:
    path = Path(__file__).parent.parent / "bench" / "faq.jsonl"
    assert all(set(json.loads(line)) >= {"id", "split"} for line in path.read_text("utf-8").splitlines())
