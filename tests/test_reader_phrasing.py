import random
import re
import tomllib

import pytest

from bench.reader_phrasing import TEMPLATES, aside, made_up

SEEDS = range(60)
OTHERS = ("西南大学是一所综合性大学。", "该校始建于1906年。")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_answer_stands_in_a_line_and_a_missing_one_in_none(seed: int) -> None:
    example = made_up(OTHERS, random.Random(seed))
    said = " ".join(line.text for line in example.lines)
    assert example.question
    assert "{" not in example.question + said
    assert all(answer in said for answer in example.answers)


def test_about_half_of_the_made_up_questions_have_an_answer() -> None:
    told = sum(bool(made_up(OTHERS, random.Random(seed)).answers) for seed in range(400))
    assert 150 < told < 250


def test_the_same_seed_makes_the_same_example() -> None:
    assert made_up(OTHERS, random.Random(7)) == made_up(OTHERS, random.Random(7))
    assert aside("食堂什么时候开业?", random.Random(7)) == aside("食堂什么时候开业?", random.Random(7))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_said_otherwise_keeps_its_figures_and_says_something(seed: int) -> None:
    said = aside("2023年建成的C3栋有多少套房?", random.Random(seed))
    assert said.strip()
    assert re.findall(r"\d+", said) == ["2023", "3"]


def test_questions_are_said_in_many_ways() -> None:
    assert len({aside("食堂什么时候开业?", random.Random(seed)) for seed in SEEDS}) > 10


def test_every_template_names_the_thing_and_every_statement_its_value() -> None:
    for attribute in tomllib.loads(TEMPLATES.read_text("utf-8"))["attribute"]:
        assert all("{e}" in question for question in attribute["questions"])
        assert all("{e}" in said and "{v}" in said for said in attribute["statements"])
        assert attribute["values"]
