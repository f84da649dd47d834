import random
from dataclasses import replace

import numpy as np
import pytest

from desk.facets import facets
from desk.grouping import AS_EMBEDDED, LEARNT, SAME, Meant, clearest, grouped, likeness, nearest_group
from tests.toy_meanings import ToyMeanings

TOY = ToyMeanings()
ASKED = (
    "人才公寓一个月租金多少钱", "人才公寓租金一个月多少钱", "人才公寓要交多少押金", "食堂几点开饭", "食堂几点钟开饭",
    "厂房租金多少钱一平米", "标准厂房租金多少钱一平米", "班车几点发车", "你们的图书", "园区有没有充电桩",
)  # fmt: skip


def meant(text: str) -> Meant:
    return Meant(text, TOY.vectors([text])[0], facets(text))


def texts(questions: list[Meant], groups: list[list[int]]) -> set[frozenset[str]]:
    return {frozenset(questions[place].text for place in group) for group in groups}


def near(first: str, second: str) -> float:
    return float(likeness([meant(first)], [meant(second)])[0, 0])


def test_same_and_other_matters_of_the_same_thing() -> None:
    assert near("人才公寓一个月租金多少钱", "人才公寓租金一个月多少钱") > 0
    assert near("人才公寓一个月租金多少钱", "人才公寓一个月押金多少钱") < -1
    assert near("人才公寓一个月租金多少钱", "厂房一个月租金多少钱") < -2


def test_questions_bring_their_weights() -> None:
    pair = [meant("你们的图书"), meant("图书能借吗")]
    moved = [replace(one, weights=LEARNT) for one in pair]
    plain, learnt = (float(likeness(some[:1], some[1:])[0, 0]) for some in (pair, moved))
    cosine = float(pair[0].vector @ pair[1].vector)
    bare = AS_EMBEDDED.bare if not (pair[1].facets.things or pair[1].facets.aspects) else 0.0
    gap = (LEARNT.cosine - AS_EMBEDDED.cosine) * cosine + LEARNT.base - AS_EMBEDDED.base - bare
    assert learnt - plain == pytest.approx(gap, abs=0.01)


def test_likeness_is_the_same_from_either_side_and_bounded() -> None:
    questions = [meant(text) for text in ASKED]
    odds = likeness(questions, questions)
    assert np.allclose(odds, odds.T, atol=1e-4)
    assert np.abs(odds).max() <= 6
    assert likeness([], questions).shape == (0, len(ASKED))


def test_groups_are_the_same_in_any_order() -> None:
    questions = [meant(text) for text in ASKED]
    expected = texts(questions, grouped(questions))
    assert frozenset(ASKED[:2]) in expected
    assert frozenset(ASKED[3:5]) in expected
    for seed in range(8):
        shuffled = random.Random(seed).sample(questions, len(questions))
        assert texts(shuffled, grouped(shuffled)) == expected


def test_each_is_in_one_group_and_none_is_lost() -> None:
    questions = [
        meant(f"{thing}{matter}")
        for thing in ("公寓", "食堂", "厂房")
        for matter in ("多大", "多少钱", "在哪", "几点开")
    ]
    assert sorted(place for group in grouped(questions) for place in group) == list(range(len(questions)))
    assert grouped([]) == []
    assert grouped(questions, bound=99) == [[place] for place in sorted(range(12), key=lambda one: questions[one].text)]


def test_average_linkage_against_a_slow_one() -> None:
    chance = np.random.default_rng(5)
    questions = []
    for number in range(40):
        vector = chance.normal(size=3) + 3
        questions.append(Meant(f"{number:02}", (vector / np.linalg.norm(vector)).astype(np.float32), facets("")))
    odds = likeness(questions, questions).astype(float)
    groups = [[place] for place in range(40)]
    while True:
        pairs = [(odds[np.ix_(one, other)].mean(), one, other) for one in groups for other in groups if one < other]
        best, one, other = max(pairs, key=lambda pair: pair[0])
        if best < SAME:
            break
        groups = [group for group in groups if group not in (one, other)] + [sorted(one + other)]
    assert {frozenset(group) for group in grouped(questions)} == {frozenset(group) for group in groups}
    assert 1 < len(groups) < 40


def test_a_question_joins_the_group_that_is_most_like_it_or_none() -> None:
    groups = [[meant(ASKED[3])], [], [meant(ASKED[0]), meant(ASKED[1])]]
    found = nearest_group([meant("食堂几点开饭呀"), meant("人才公寓一个月租金多少"), meant("污水怎么排放")], groups)
    assert found == [0, 2, None]
    assert nearest_group([meant("食堂几点开饭")], []) == [None]
    assert nearest_group([], groups) == []


@pytest.mark.parametrize(
    ("unclear", "clear"),
    [
        ("食堂", "食堂几点开饭"),
        ("那食堂几点开饭", "食堂几点钟开饭？"),
        ("电话〔电话〕，食堂几点开饭？", "食堂几点开门？"),
        ("食堂开饭", "请问食堂几点开饭？"),
        ("我们是一家新搬来的公司，有二十来个人，中午都想在园区吃饭，所以想问一下食堂中午几点开饭？", "食堂几点开饭？"),
    ],
)  # fmt: skip
def test_the_title_is_the_clearest(unclear: str, clear: str) -> None:
    assert clearest([meant(unclear), meant(clear)], [9, 1]) == 1
    assert clearest([meant(clear), meant(unclear)], [1, 9]) == 0
