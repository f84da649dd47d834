from pathlib import Path

import numpy as np
import pytest
import torch

from bench.reader_net import ReaderNet
from bench.reader_phrasing import Example
from bench.train_reader import Row, batched, figures, grouped, loss_of, rate_at, row_of, unmarked
from index.weights import parse
from rag.reader_input import Layout, Line, layout
from tests.test_reader_input import TOKENIZER, read_back
from tests.toys import toy_carrier


def test_every_occurrence_of_an_answer_is_a_target() -> None:
    example = Example("租金多少", (Line("租金三元，押金三元。"), Line("食堂开业。")), ("三元",))
    row = row_of(TOKENIZER, example)
    assert row is not None
    told = [read_back(row.layout.ids[a : b + 1].tolist()) for a, b in zip(row.starts, row.ends, strict=True)]
    assert told == ["三元", "三元"]


def test_without_an_answer_the_first_token_is_the_target() -> None:
    row = row_of(TOKENIZER, Example("租金多少", (Line("食堂开业。"),), ()))
    assert row is not None
    assert (row.starts, row.ends, row.answered) == ((0,), (0,), False)


def test_an_answer_that_did_not_fit_in_makes_no_example() -> None:
    lines = (Line("很" * 200), Line("租金三元。"))
    assert row_of(TOKENIZER, Example("租金多少", lines, ("三元",))) is None


def test_unmarked_rows_differ_in_their_marks_only() -> None:
    row = Row(layout(TOKENIZER, "租金多少", [Line("租金三元。")]), (0,), (0,))
    bare = unmarked(row)
    assert (row.layout.segments & 1).any()
    assert not (bare.layout.segments & 1).any()
    assert np.array_equal(bare.layout.ids, row.layout.ids)


def test_the_loss_is_the_log_of_what_the_right_tokens_are_given() -> None:
    logits = torch.log(torch.tensor([[[0.5, 0.25], [0.3, 0.25], [0.2, 0.5]]]))
    targets = torch.tensor([[[True, False], [True, False], [False, True]]])
    wanted = -(np.log(0.8) + np.log(0.5)) / 2
    assert float(loss_of(logits, targets)) == pytest.approx(wanted, abs=1e-5)


def test_rows_of_like_length_go_together() -> None:
    rows = [Row(_plan([5] * size), (0,), (0,)) for size in (2, 9, 2, 9, 2)]
    groups = grouped(rows, 16)
    assert [[len(row.layout.ids) for row in group] for group in groups] == [[8, 8], [8], [15], [15]]
    assert grouped([], 16) == []


def test_the_rate_rises_then_falls_to_nothing() -> None:
    rates = [rate_at(step, 100) for step in range(100)]
    top = int(np.argmax(rates))
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 0.05 * rates[top]


def test_a_small_net_learns_to_tell_an_answer_from_none(tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = ReaderNet(parse(toy_carrier(positions=32)), 1)
    rows = [Row(_plan([5, 6]), (5,), (6,)), Row(_plan([7, 7]), (0,), (0,))]
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    for _ in range(60):
        batch = batched(rows)
        loss = loss_of(net(batch.ids, batch.segments, batch.mask), batch.targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert figures(net, rows) == {"auc": 1.0, "exact": 1.0, "rows": 2}


def _plan(said: list[int]) -> Layout:
    ids = np.array([0, 5, 2, 2, 4, *said, 2])
    return Layout(ids, np.zeros_like(ids), ((5, 7),), tuple((0, 0) for _ in ids))
