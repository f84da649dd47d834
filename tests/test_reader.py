import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.reader import SpanReader
from rag.reader_input import Line
from rag.reader_model import open_reader_model
from tests.test_reader_input import TOKENIZER


class ToyModel:
    """Takes each character of `likely` for a start and an end, and else nothing for the answer."""

    tokenizer: Tokenizer = TOKENIZER

    def __init__(self, likely: str, nothing: float = 0.0) -> None:
        self._likely = [ord(char) for char in likely]
        self._nothing = nothing

    def logits(self, ids: NDArray[np.int64], segments: NDArray[np.int64]) -> NDArray[np.float32]:
        logits = np.where(np.isin(ids, self._likely), 5.0, -5.0)
        logits[0] = self._nothing
        return np.stack([logits, logits], 1).astype(np.float32)


LINES = [Line("食堂开业。"), Line("租金三十元。")]


def read(likely: str, lines: Sequence[Line] = LINES, nothing: float = 0.0) -> tuple[float, tuple[float | None, ...]]:
    reading = SpanReader(ToyModel(likely, nothing)).read("多少", lines)
    return reading.told, reading.lines


def test_the_line_that_holds_what_is_marked_has_the_largest_share() -> None:
    told, lines = read("三十")
    assert told > 3
    assert lines[1] is not None
    assert lines[0] is not None
    assert lines[1] > lines[0]


def test_nothing_is_told_when_nothing_is_marked() -> None:
    assert read("")[0] < -2


def test_the_shares_and_what_speaks_for_no_answer_are_one_whole() -> None:
    told, lines = read("三十食", nothing=4.0)
    somewhere = 1 / (1 + math.exp(-told))
    assert 0 < somewhere < 1
    assert sum(math.exp(share) for share in lines if share is not None) <= somewhere + 1e-6


def test_lines_that_do_not_fit_in_are_unread() -> None:
    lines = [Line("食" * 150), Line("堂" * 150)]
    assert read("食", lines)[1][1] is None


def test_without_lines_nothing_is_told() -> None:
    told, lines = read("食", [])
    assert told < -10
    assert lines == ()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("食堂什么时候开业?", "5月6日,园区第一食堂正式开业,困扰员工的用餐问题得到有效解决。"),
        ("缙云新居有多少套人才公寓?", "园区积极争取缙云新居920套人才公寓,并引入专业服务公司进行运营。"),
        ("公司的董事长是谁?", "公司董事长秦占阳说,园区的服务让企业安心。"),
    ],
)
def test_the_shipped_reader_tells_an_answer_from_a_near_miss(
    shipped_reader: SpanReader, question: str, text: str
) -> None:
    answered = shipped_reader.read(question, [Line(text, "园区简报")]).told
    missed = [
        shipped_reader.read(other, [Line(text, "园区简报")]).told
        for other in ("食堂一顿饭多少钱?", "人才公寓的租金是多少?", "公司的注册资本是多少?")
    ]
    assert answered > max(missed) + 1


@pytest.fixture(scope="module")
def shipped_reader(model_home: Path) -> SpanReader:
    return SpanReader(open_reader_model(model_home))
