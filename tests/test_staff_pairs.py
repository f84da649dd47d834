import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.staff_pairs import (
    FIRST,
    HELD_OUT,
    PARKS,
    Entry,
    compared,
    entry_of,
    faq,
    fitting_sets,
    pairs_of_set,
    pairs_of_topic,
    questions_of,
    things_of_set,
    topics,
)
from bench.staff_projection import Vectors
from rag.staff_entries import as_asked
from tests.toys import ToyEmbedder

TOPIC = [["食堂几点开饭", "食堂 供餐时间", "请问食堂的供餐时间"], ["食堂在哪里", "去哪里吃饭", "请问食堂的位置"]]


class Toys(dict[str, NDArray[np.float32]]):
    """A toy's vector for every text."""

    def __missing__(self, text: str) -> NDArray[np.float32]:
        return ToyEmbedder().query(text)


TOYS: Vectors = Toys()


def as_is(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows


def test_topics_are_read_with_each_wording_once() -> None:
    read = topics()
    assert all(len(asked) == len(set(asked)) for topic in read for asked in topic)
    assert all(asked for topic in read for asked in topic)
    assert sum(len(asked) for topic in read for asked in topic) > 1500


def test_each_question_of_a_topic_is_paired_with_its_own_and_the_nearest_other() -> None:
    found = pairs_of_topic(TOPIC, TOYS, as_is, random.Random(1))
    assert sum(one.right for one in found) == sum(not one.right for one in found) >= 2
    assert {one.group for one in found} <= {asked[0] for asked in TOPIC}
    again = pairs_of_topic(TOPIC, TOYS, as_is, random.Random(1))
    assert [one.figures for one in again] == [one.figures for one in found]


def test_the_nearest_entries_come_first() -> None:
    entries = [Entry(str(number), tuple(asked), (), "", TOYS, as_is) for number, asked in enumerate(TOPIC)]
    found = compared("食堂在哪", entries, 2)
    assert [entry.id for entry, _ in found] == ["1", "0"]
    assert found[0][1]["_best"] > found[1][1]["_best"]


def test_an_entry_may_be_near_by_its_answer() -> None:
    far = Entry("2", ("周末有班车吗",), (), "可以去商业街三楼吃饭", TOYS, as_is)
    near = Entry("1", ("停车怎么收费",), (), "", TOYS, as_is)
    found = compared("去哪里吃饭", [near, far], 2)
    assert [entry.id for entry, _ in found] == ["2", "1"]
    assert found[0][1]["answer"] > found[0][1]["near"]
    assert found[1][1]["answer"] == found[1][1]["near"]


def test_all_that_belongs_to_an_item_is_one_thing() -> None:
    item = faq("fit")[0]
    other = {
        **item,
        "id": -1,
        "paraphrases": [],
        "near": [{"text": "另一种问法", "kind": "words", "entry": item["id"]}],
    }
    found = things_of_set([item, other])
    assert {"另一种问法", as_asked(item["answer"]), as_asked(item["paraphrases"][0]["text"])} <= set(found[0])
    assert set(found[1]) == {as_asked(text) for text in (item["question"], *item["similar"], item["answer"])}


def test_a_set_gives_each_question_its_pairs() -> None:
    found = pairs_of_set("own", faq("fit"), TOYS, as_is, limit=2)
    assert len(found) == 300
    assert all(len(pairs) == 2 for pairs in found)
    first = faq("fit")[0]
    assert len(questions_of(first)) == 10
    own = next(pair for pairs in found for pair in pairs if pair.right)
    assert (own.source, own.phrase in entry_of(first, TOYS, as_is).positive) == ("own", True)


def test_an_entrys_nearest_wording_is_told() -> None:
    entry = Entry("1", ("食堂几点开饭", "哪里可以停车"), (), "", TOYS, as_is)
    assert entry.nearest("哪里可以停车") == "哪里可以停车"


def test_nothing_is_fitted_on_what_is_held_out() -> None:
    sets = fitting_sets()
    assert {path.stem for path in PARKS.glob("*.jsonl")} == (set(sets) | HELD_OUT) - {"own"}
    assert not HELD_OUT & set(sets)
    assert {item["split"] for item in sets["own"]} == {"fit"}
    assert set(sets) > FIRST


@pytest.mark.parametrize("path", sorted(PARKS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_sets_of_other_writers_are_as_described(path: Path) -> None:
    items = faq(path=path)
    ids = {item["id"] for item in items}
    assert len(ids) == len(items) == 50
    for item in items:
        assert len(item["paraphrases"]) == len(item["near"]) == 5
        assert {one["entry"] for one in item["near"]} <= (ids | {None}) - {item["id"]}
        assert not {item["question"], *item["similar"]} & {one["text"] for one in item["paraphrases"]}
