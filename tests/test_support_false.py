import random

import pytest

from bench.support_false import (
    FALSIFIED,
    Elsewhere,
    appended,
    embellished,
    exchanged,
    names_in,
    negated,
    renamed,
    renumbered,
    resubjected,
    subject,
)

SENTENCE = "博物馆位于重庆的河边，占地20亩，由上海的公司建成，每天有300人参观。"
ELSEWHERE = Elsewhere(
    ("图书馆位于成都，占地35亩，藏书很多。", "体育馆在武汉举行比赛。"), ("音乐厅坐落在广州的江边，座位一千个。",)
)


def chances() -> list[random.Random]:
    return [random.Random(seed) for seed in range(8)]


def test_a_figure_or_its_unit_is_another() -> None:
    for chance in chances():
        said = renumbered(SENTENCE, ELSEWHERE, chance)
        assert said != SENTENCE
        assert "博物馆位于重庆" in said
    assert renumbered("没有数字。", ELSEWHERE, random.Random(1)) == ""


def test_a_name_is_another_of_its_sort() -> None:
    assert ("重庆", "ns") in names_in(SENTENCE)
    for chance in chances():
        said = renamed(SENTENCE, ELSEWHERE, chance)
        assert any(name in said for name in ("成都", "武汉", "广州")) or said == ""


def test_two_names_or_figures_change_places() -> None:
    said = {exchanged(SENTENCE, ELSEWHERE, chance) for chance in chances()}
    assert any(one.index("上海") < one.index("重庆") for one in said if one)


def test_the_subject_is_that_of_another_sentence() -> None:
    assert subject(SENTENCE) == "博物馆"
    assert subject("位于河边。") == ""
    said = resubjected(SENTENCE, ELSEWHERE, random.Random(1))
    assert said.startswith(("图书馆", "体育馆"))


@pytest.mark.parametrize("add", [appended, embellished])
def test_what_is_added_makes_it_longer(add: object) -> None:
    made = [add(SENTENCE, ELSEWHERE, chance) for chance in chances()]  # type: ignore[operator]
    assert all(len(one) > len(SENTENCE) for one in made if one)
    assert any(made)


def test_a_denial_is_added_or_taken_away() -> None:
    assert "没有" not in negated("食堂没有包间。", ELSEWHERE, random.Random(1))
    assert len(negated("博物馆举行展览。", ELSEWHERE, random.Random(1))) > len("博物馆举行展览。")
    assert "计划" not in negated("园区计划在明年建成。", ELSEWHERE, random.Random(1))


def test_nothing_comes_of_nothing() -> None:
    nothing = Elsewhere((), ())
    for ways in FALSIFIED.values():
        for falsify in ways.values():
            assert isinstance(falsify("甲。", nothing, random.Random(1)), str)
