"""`python -m bench.train_staff_reader`: trains the reader of staff's answers on from the reader of reports.

An hour on two cores. Writes `rag/staff_reader.npz`, and for `bench.staff_fit`, which has to be run after it and learns
how much a reader's word counts, a first reader that has seen half of the sets.
"""

import argparse
import itertools
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from bench.reader_net import continued, weights_of
from bench.staff_examples import Neighbours, StaffExample, examples_of_set, examples_of_topics
from bench.staff_pairs import FIRST, all_texts, first_weights, fitting_sets, topics
from bench.staff_projection import Vectors
from bench.train_reader import Batch, Row, batched, descend, grouped, unmarked
from index.embed import open_embedder
from index.model import find_weights, write_tokenizer
from index.weights import parse
from rag.phrase_vectors import PhraseVectors
from rag.reader_input import layout
from rag.reader_model import STAFF_WEIGHTS, load_weights, save_weights
from rag.staff_ready import as_read
from settings import load_settings

STEPS, FIRST_STEPS = 1600, 1000
RATE = 2e-4
TOKENS = 2560
"""Tokens of a batch, padding included."""
TOGETHER = 2000
"""Examples that are sorted by length together, so that little is padding."""
UNMARKED = 0.15
"""Share of examples that do not show which words both sides share."""


def row_of(tokenizer: Any, example: StaffExample) -> Row:  # noqa: ANN401
    """Lay an example out; whatever the entry says is a right place to mark, when it answers."""
    plan = layout(tokenizer, as_read(example.question), [example.line])
    places = tuple(range(*plan.spans[0])) if example.answers and plan.spans else (0,)
    return Row(plan, places, places)


def batches(sets: Sequence[Sequence[dict[str, Any]]], vectors: Vectors, tokenizer: Any) -> Iterator[Batch]:  # noqa: ANN401
    """Yield batches for ever, every epoch with examples made anew."""
    near = [Neighbours(items, vectors) for items in sets]
    alike = topics()
    for epoch in itertools.count():
        dice = random.Random(epoch)  # noqa: S311 - no secret
        made = [one for pair in zip(sets, near, strict=True) for one in examples_of_set(*pair, dice)]
        made += examples_of_topics(alike, dice)
        dice.shuffle(made)
        rows = [row_of(tokenizer, one) for one in made]
        rows = [unmarked(row) if dice.random() < UNMARKED else row for row in rows]
        for start in range(0, len(rows), TOGETHER):
            groups = grouped(rows[start : start + TOGETHER], TOKENS)
            dice.shuffle(groups)
            yield from map(batched, groups)


def trained(sets: Sequence[Sequence[dict[str, Any]]], vectors: Vectors, steps: int, path: Path) -> None:
    """Train on some sets, and write the weights to `path`."""
    words = parse(find_weights().read_bytes())
    torch.manual_seed(1)
    net = continued(words, load_weights())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tokenizer.json")
        write_tokenizer(words.vocabulary, file)
        descend(net, batches(sets, vectors, Tokenizer.from_file(str(file))), steps, RATE)
    save_weights(weights_of(net, words), path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.train_staff_reader", description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="folder of the model (default: PARK_HOME or var)")
    parser.add_argument("--steps", type=int, default=STEPS, help="of training the reader that is shipped")
    parser.add_argument("--first-steps", type=int, default=FIRST_STEPS, help="of training the first reader")
    options = parser.parse_args(arguments)
    settings = load_settings(home=options.home)
    sets = fitting_sets()
    texts = all_texts(sets.values())
    (settings.home / "bench").mkdir(exist_ok=True)
    store = PhraseVectors(open_embedder(settings), settings.home / "bench" / "staff_fit.npz")
    vectors = dict(zip(texts, store.of(texts), strict=True))
    store.keep(texts)
    first = [items for name, items in sets.items() if name in FIRST]
    trained(first, vectors, options.first_steps, first_weights(settings.home))
    trained(list(sets.values()), vectors, options.steps, STAFF_WEIGHTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
