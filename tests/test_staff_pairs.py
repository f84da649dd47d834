import random

import numpy as np
from numpy.typing import NDArray

from bench.staff_pairs import (
    Entry,
    Vectors,
    compared,
    entry_of,
    faq,
    pairs_of_faq,
    pairs_of_topic,
    questions_of,
    topics,
)
from rag.staff_match import as_asked
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


def test_the_faqs_half_gives_each_question_its_pairs() -> None:
    found = pairs_of_faq("fit", TOYS, as_is, limit=2)
    assert len(found) == 300
    assert all(len(pairs) == 2 for pairs in found)
    held = {as_asked(item["question"]) for item in faq("hold")}
    assert not held & {entry_of(item, TOYS, as_is).positive[0] for item in faq("fit")}
    assert len(questions_of(faq("fit")[0])) == 10
