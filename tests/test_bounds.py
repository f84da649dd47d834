import tomllib
from pathlib import Path
from typing import get_args

import pytest

import rag.bounds
from rag.amounts import amounts
from rag.bounds import Bound, bears_out
from rag.writing import normalise

KINDS = get_args(Bound)


def bounds(text: str) -> list[Bound]:
    return [one.bound for one in amounts(normalise(text))]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("招引项目30余个", "over"),
        ("30多个", "over"),
        ("两年多", "over"),
        ("两个多小时", "over"),
        ("突破了30家", "over"),
        ("over 30", "over"),
        ("至少有30家", "least"),
        ("30家以上", "least"),
        ("近200亿元", "nearly"),
        ("将近三年", "nearly"),
        ("约100米", "about"),
        ("100米左右", "about"),
        ("三十来个", "about"),
        ("不足200人", "under"),
        ("不超过200亿", "most"),
        ("no more than 30 firms", "most"),
        ("40天内", "most"),
        ("最多停放3天", "most"),
        ("超百亿元", "over"),
        ("近百家", "nearly"),
    ],
)
def test_the_words_around_a_figure_are_read(text: str, bound: Bound) -> None:
    assert bounds(text) == [bound]


@pytest.mark.parametrize(
    "text",
    [
        "签约30个项目",
        "附近3家",
        "近三年",
        "3个多功能厅",
        "30家上下游企业",
        "中超2022赛季",
        "性能超过GPT-4",
        "30家,其他地方以上",
        "第30余名",
        "2023年内",
        "参观人数最多的3家",
    ],
)
def test_what_only_looks_like_them_is_not(text: str) -> None:
    assert set(bounds(text)) == {""}


def test_words_behind_another_figure_are_its_own() -> None:
    assert bounds("30家,10人以上") == ["", "least"]


@pytest.mark.parametrize("bound", KINDS)
def test_each_bears_itself_out_and_none_is_dropped(bound: Bound) -> None:
    assert bears_out(bound, bound)
    assert bears_out(bound, "") == (bound == "")


def test_the_table_names_every_kind() -> None:
    table = tomllib.loads(Path(rag.bounds.__file__).with_name("amounts.toml").read_text(encoding="utf-8"))
    assert table["bounds"].keys() == set(KINDS) - {""}
    assert table["bounds_told"].keys() == {kind or "exact" for kind in KINDS}
    assert {told for others in table["bounds_told"].values() for told in others} <= table["bounds_told"].keys()
