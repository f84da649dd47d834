"""Trains the reader: `python -m bench.fit reader` runs it. Minutes to hours on two cores.

Knows examples and the network; knows nothing of how answering uses the result.
"""

import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch import Tensor

from bench.reader_data import Pool, examples
from bench.reader_net import ReaderNet, weights_of
from bench.reader_phrasing import Example
from index.model import find_weights, write_tokenizer
from index.weights import parse
from rag.reader_input import Layout, layout
from rag.reader_model import save_weights

TOKENS = 3072
"""Tokens of a batch, padding included."""
POOLED = 40
"""Batches whose examples are sorted by length together, so that little is padding."""
RATE = 2.5e-4
WARM_UP = 0.08  # share of the steps
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
UNMARKED = 0.15
"""Share of examples that do not show which words both sides share, so that meaning has to tell."""


@dataclass(frozen=True)
class Row:
    """An example laid out. `starts` and `ends` are tokens where an answer starts and ends; [0] when nothing answers."""

    layout: Layout
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def answered(self) -> bool:
        """Whether a line answers."""
        return self.starts != (0,)


@dataclass(frozen=True)
class Batch:
    """Tensors of some rows: ids, segments, mask (batch, tokens); starts and ends (batch, tokens) true where one is."""

    ids: Tensor
    segments: Tensor
    mask: Tensor
    targets: Tensor


def row_of(tokenizer: Any, example: Example) -> Row | None:  # noqa: ANN401
    """Lay an example out; None when its answer did not fit in."""
    plan = layout(tokenizer, example.question, example.lines)
    if not example.answers:
        return Row(plan, (0,), (0,))
    places = [
        place
        for (start, end), line in zip(plan.spans, example.lines, strict=False)
        for answer in example.answers
        for place in _tokens_of(plan.offsets, start, end, line.text, answer)
    ]
    return Row(plan, tuple(a for a, _ in places), tuple(b for _, b in places)) if places else None


def unmarked(row: Row) -> Row:
    """Return the row without its marks of what both sides share."""
    return replace(row, layout=replace(row.layout, segments=row.layout.segments & ~1))


def _tokens_of(
    offsets: Sequence[tuple[int, int]], start: int, end: int, text: str, answer: str
) -> Iterator[tuple[int, int]]:
    """Yield the first and last token of each occurrence of `answer` in the line at tokens `start` to `end`."""
    at = text.find(answer)
    while at >= 0:
        stop = at + len(answer)
        inside = [token for token in range(start, end) if offsets[token][1] > at and offsets[token][0] < stop]
        if inside and offsets[inside[-1]][1] >= stop:
            yield inside[0], inside[-1]
        at = text.find(answer, at + 1)


def batched(rows: Sequence[Row]) -> Batch:
    """Pad rows to the longest."""
    longest = max(len(row.layout.ids) for row in rows)
    ids, segments = np.ones((len(rows), longest), np.int64), np.zeros((len(rows), longest), np.int64)
    mask, targets = np.zeros((len(rows), longest), bool), np.zeros((len(rows), longest, 2), bool)
    for place, row in enumerate(rows):
        size = len(row.layout.ids)
        ids[place, :size], segments[place, :size], mask[place, :size] = row.layout.ids, row.layout.segments, True
        targets[place, list(row.starts), 0], targets[place, list(row.ends), 1] = True, True
    return Batch(*map(torch.from_numpy, (ids, segments, mask, targets)))


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Negative log of the probability of any right start, and of any right end, averaged."""
    right = torch.logsumexp(logits.masked_fill(~targets, -1e4), 1)
    return (torch.logsumexp(logits, 1) - right).mean()


def batches(pool: Pool, tokenizer: Any, seed: int) -> Iterator[Batch]:  # noqa: ANN401
    """Yield batches of about `TOKENS` tokens for ever, every epoch with examples made anew."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    made = (
        unmarked(row) if chance.random() < UNMARKED else row
        for epoch in itertools.count()
        for example in examples(pool, seed + epoch)
        if (row := row_of(tokenizer, example))
    )
    while True:
        groups = grouped(list(itertools.islice(made, POOLED * TOKENS // 155)), TOKENS)
        chance.shuffle(groups)
        yield from map(batched, groups)


def grouped(rows: Sequence[Row], tokens: int) -> list[list[Row]]:
    """Return groups of rows of like length, each of at most so many tokens with its padding."""
    groups: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: len(row.layout.ids)):
        if not groups or (len(groups[-1]) + 1) * len(row.layout.ids) > tokens:
            groups.append([])
        groups[-1].append(row)
    return groups


def rate_at(step: int, steps: int, rate: float = RATE) -> float:
    """Return the learning rate: a linear rise, then linearly to nothing."""
    warm = max(1, int(WARM_UP * steps))
    return rate * min((step + 1) / warm, max(0.0, (steps - step) / (steps - warm)))


def trained(pool: Pool, steps: int, layers: int, path: Path) -> None:
    """Train a reader of so many layers from the built-in model's, and write its weights to `path`."""
    torch.manual_seed(1)
    weights = parse(find_weights().read_bytes())
    net = ReaderNet(weights, layers)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tokenizer.json")
        write_tokenizer(weights.vocabulary, file)
        tokenizer = Tokenizer.from_file(str(file))
        train(net, pool, tokenizer, steps, Path(folder))
    save_weights(weights_of(net, weights), path)


def train(net: ReaderNet, pool: Pool, tokenizer: Any, steps: int, folder: Path, seed: int = 1) -> None:  # noqa: ANN401
    """Train `net` in place; write `folder`/reader.pt and a line of figures every 250 steps."""
    torch.manual_seed(seed)
    dev = [row for e in examples(pool, 0, dev=True) if (row := row_of(tokenizer, e))]

    def tell(step: int) -> None:
        if step % 250 == 0 or step == steps:
            print(f"step {step}", figures(net, dev), flush=True)
            torch.save(net.state_dict(), folder / "reader.pt")

    descend(net, batches(pool, tokenizer, seed * 1000), steps, RATE, tell)


def descend(
    net: ReaderNet, some: Iterator[Batch], steps: int, rate: float, tell: Callable[[int], None] | None = None
) -> None:
    """Train `net` in place on so many batches; `tell` is called after each step with its number, from 1."""
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98))
    begun, losses = time.time(), []
    for step, batch in enumerate(itertools.islice(some, steps)):
        net.train()
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, steps, rate)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(batch.ids, batch.segments, batch.mask, DROPOUT)
        loss = loss_of(logits, batch.targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            print(f"step {step + 1} loss {np.mean(losses[-20:]):.3f} {time.time() - begun:.0f} s", flush=True)
        if tell:
            tell(step + 1)


def figures(net: ReaderNet, rows: Sequence[Row]) -> dict[str, float]:
    """Return what the net makes of rows: AUC of "answered", and whether the likeliest start and end are right."""
    net.eval()
    nothing, right = [], []
    with torch.no_grad():
        for start in range(0, len(rows), 16):
            group = rows[start : start + 16]
            batch = batched(group)
            logits = net(batch.ids, batch.segments, batch.mask)
            nothing += torch.softmax(logits, 1)[:, 0].mean(1).tolist()
            best = logits[:, 1:].argmax(1) + 1
            hits = torch.gather(batch.targets, 1, best[:, None, :])[:, 0].all(1).tolist()
            right += [hit for hit, row in zip(hits, group, strict=True) if row.answered]
    answered = [row.answered for row in rows]
    auc = float(roc_auc_score(answered, [-value for value in nothing]))
    return {"auc": round(auc, 4), "exact": round(float(np.mean(right)), 4), "rows": len(rows)}
