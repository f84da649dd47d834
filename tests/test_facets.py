import re
import tomllib
from pathlib import Path

import pytest

from desk.facets import Facets, facets, shared


def test_a_question_is_taken_apart() -> None:
    assert facets("人才公寓一个月租金多少钱") == Facets(frozenset({"flat"}), frozenset({"rent"}), frozenset({"price"}))
    assert facets("") == Facets(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("question", "aspect", "other"),
    [("租公寓需要押多少钱", "deposit", "rent"), ("租厂房前几个月可不可以免租金", "rent_free", "rent")],
)
def test_an_aspect_yields_to_a_closer_one(question: str, aspect: str, other: str) -> None:
    assert aspect in facets(question).aspects
    assert other not in facets(question).aspects


def test_names_are_what_no_pattern_covers() -> None:
    assert facets("图书馆的租金", frozenset({"租金", "恒温箱"})).names == {"恒温箱"}


def test_every_pattern_is_one_and_every_exception_names_known_ones() -> None:
    with Path("desk/aspects.toml").open("rb") as file:
        table = tomllib.load(file)
    known = {name for kind in ("things", "aspects", "ways") for name in table[kind]}
    assert all(re.compile(pattern) for kind in ("things", "aspects", "ways") for pattern in table[kind].values())
    assert {*table["unless"], *" ".join(table["unless"].values()).split()} <= known


def test_shares_of_sets() -> None:
    found = shared([frozenset("ab"), frozenset()], [frozenset("b"), frozenset(), frozenset("c")])
    assert found.tolist() == [[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_long_and_hostile_text_is_quick() -> None:
    assert facets("租" * 100_000 + "\0\ud800<script>").things == frozenset()
