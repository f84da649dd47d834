"""How well questions of one meaning are put together: `python -m bench.groups [--fit]`.

Groups of paraphrases are in `questions_groups.jsonl`, and the paraphrases of an entry of `faq_parks` are one. Weights
for vectors as they are were fitted on the half `tune` of the first alone.
"""

import argparse
import itertools
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.staff_pairs import HELD_OUT, PARKS, faq
from desk.grouping import KINDS, SAME, Meant, grouped
from desk.meant import as_meant
from desk.unanswered import comparable
from index.embed import Embedder, open_embedder
from rag.meanings import Meanings
from rag.staff_model import staff_model
from settings import load_settings

FILE = Path(__file__).with_name("questions_groups.jsonl")
_THINGS = [
    "人才公寓", "标准厂房", "写字楼", "员工食堂", "园区班车", "地下停车场", "会议室",
    "路演厅", "健身房", "篮球场", "图书室", "便利店", "快递柜",
    "充电桩", "幼儿园", "医务室", "仓库", "孵化器", "众创空间", "实验室",
    "检测中心", "洗车点", "母婴室", "展厅", "咖啡厅", "招商服务中心",
    "政务大厅", "污水处理站", "消防控制室", "洁净车间", "屋顶光伏", "人才市场",
    "理发店", "银行网点", "打印店", "公交站", "南门", "培训教室",
    "专家公寓", "危化品仓库",
]  # fmt: skip
_MATTERS = [
    "{}在哪里", "{}怎么收费", "{}的租金是多少", "{}几点开门",
    "{}周末开放吗", "怎么预约{}", "使用{}需要什么条件", "{}要交押金吗",
    "{}的联系电话是多少", "{}有多大面积", "{}能容纳多少人", "{}归哪个部门管",
    "{}坏了找谁修", "{}什么时候建成", "{}有优惠吗", "申请{}要哪些材料",
    "可以带访客进{}吗", "{}有几个", "{}的管理规定是什么", "{}安全吗",
    "{}还有空的吗", "不是园区员工能用{}吗", "去{}怎么走", "{}可以开发票吗",
    "{}有无障碍设施吗", "{}几点关门",
]  # fmt: skip
_MADE_UP = 1_000
_OPENINGS = ("", "请问", "你好，", "想问一下", "麻烦问下", "我们公司想知道", "请教一下，")


@dataclass(frozen=True)
class Row:
    """A question of the file: its group's name, its half, itself."""

    group: str
    half: str
    question: str


def rows(path: Path = FILE) -> list[Row]:
    """Return the questions of the file, in order."""
    groups = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Row(one["group"], one["split"], question) for one in groups for question in one["questions"]]


def made_up(count: int, seed: int = 7) -> list[Row]:
    """Return so many different questions as visitors put them, of every thing and matter; 7,280 at most."""
    every = [
        Row(f"{thing} {matter}", "made up", f"{opening}{matter.format(thing)}？")
        for opening in _OPENINGS
        for thing in _THINGS
        for matter in _MATTERS
    ]
    random.Random(seed).shuffle(every)  # noqa: S311 - nothing secret
    return every[:count]


def meant(questions: Sequence[str], meanings: Meanings) -> list[Meant]:
    """Return the questions as they are compared."""
    texts = [comparable(question) for question in questions]
    return [as_meant(text, vector, meanings) for text, vector in zip(texts, meanings.vectors(texts), strict=True)]


def pairs(groups: Sequence[str], found: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    """Return how many pairs were put together rightly, put together at all, and belong together."""
    together = [pair for group in found for pair in itertools.combinations(group, 2)]
    right = sum(groups[one] == groups[other] for one, other in together)
    belong = sum(one == other for one, other in itertools.combinations(groups, 2))
    return right, len(together), belong


def signals(questions: Sequence[Meant]) -> NDArray[np.float64]:
    """Return what the likeness is made of, a row for each pair: cosine, then three figures for each kind."""
    return np.array([_signals(one, other) for one, other in itertools.combinations(questions, 2)])


def _signals(one: Meant, other: Meant) -> list[float]:
    row = [float(one.vector @ other.vector)]
    for kind in KINDS:
        ours, theirs = one.facets.of(kind), other.facets.of(kind)
        common = len(ours & theirs) / max(1, len(ours | theirs))
        row += [common, float(bool(ours and theirs) and not common), float(bool(ours) != bool(theirs))]
    return row


def fit(of: NDArray[np.float64], same: NDArray[np.bool_], ridge: float = 1e-4) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, the constant last (Newton's method, the cosine scaled by 20)."""
    scaled = np.c_[of[:, :1] * 20 - 18, of[:, 1:], np.ones(len(of))]
    weights, held = np.zeros(scaled.shape[1]), np.diag([*[1.0] * of.shape[1], 0.0]) * ridge * len(of)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (chance - same) + held @ weights
        weights -= np.linalg.solve((scaled * (chance * (1 - chance))[:, None]).T @ scaled + held, slope)
    return np.array([weights[0] * 20, *weights[1:-1], weights[-1] - weights[0] * 18])


def report(meanings: Meanings, say: Callable[[str], object], bounds: Sequence[float] = (SAME,)) -> None:
    """Say precision and recall of pairs, each half grouped by itself."""
    strangers = [row for name in sorted(HELD_OUT) for row in of_set(faq(path=PARKS / f"{name}.jsonl"), name)]
    read = [*rows(), *made_up(_MADE_UP), *strangers]
    questions = meant([row.question for row in read], meanings)
    for half in dict.fromkeys(row.half for row in read):
        of = [place for place, row in enumerate(read) if row.half == half]
        for bound in bounds:
            found = grouped([questions[place] for place in of], bound)
            right, together, belong = pairs([read[place].group for place in of], found)
            say(
                f"{half}: {len(of)} questions, bound {bound:g}: precision {right / max(1, together):.3f}, recall "
                f"{right / belong:.3f}, {len(found)} groups for {len({read[place].group for place in of})}"
            )


def of_set(items: Sequence[dict[str, Any]], name: str) -> list[Row]:
    """Return the Chinese paraphrases of a set of staff's answers: those of one entry are a group."""
    return [
        Row(f"{name} {item['id']}", name, one["text"])
        for item in items
        for one in item["paraphrases"]
        if one["kind"] != "english"
    ]


def _fitted(embedder: Embedder, say: Callable[[str], object]) -> None:
    """Say the weights that fit the half `tune` and made-up questions best; each pair of `tune` counts tenfold."""
    tune, made = [row for row in rows() if row.half == "tune"], made_up(400, seed=3)
    meanings = as_embedded(embedder)
    of, same = zip(*(_pairs(some, meanings) for some in (tune, made)), strict=True)
    weights = fit(np.concatenate([*[of[0]] * 10, of[1]]), np.concatenate([*[same[0]] * 10, same[1]]))
    names = [f"{kind} {way}" for kind in KINDS for way in ("shared", "apart", "alone")]
    say(", ".join(f"{name} {weight:.2f}" for name, weight in zip(["cosine", *names, "base"], weights, strict=True)))


def as_embedded(embedder: Embedder) -> Meanings:
    """Return meanings whose vectors are as the model gives them."""
    return Meanings(embedder, staff=replace(staff_model(), fingerprint=""))


def _pairs(some: Sequence[Row], meanings: Meanings) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    same = np.array([one.group == other.group for one, other in itertools.combinations(some, 2)])
    return signals(meant([row.question for row in some], meanings)), same


def main() -> None:
    """Say the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="say the weights that fit the half `tune` best")
    parser.add_argument("--as-embedded", action="store_true", help="compare vectors as the model gives them")
    parser.add_argument("--bounds", type=float, nargs="+", default=[SAME], help="log-odds to group down to")
    arguments = parser.parse_args()
    embedder = open_embedder(load_settings())

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")

    if arguments.fit:
        _fitted(embedder, say)
    report(as_embedded(embedder) if arguments.as_embedded else Meanings(embedder), say, arguments.bounds)


if __name__ == "__main__":
    main()
