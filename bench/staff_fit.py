"""`python -m bench.staff_fit`: fits what decides whether a question asks what staff's entry answers. Ten minutes.

Learns a projection of the built-in model's vectors and trees over the signals of pairs, from `alike.txt` and the sets
that may be fitted on; and how much the reader's word counts beside them, on the sets that the first
reader has not seen, which `bench.train_staff_reader` leaves in PARK_HOME/bench. Writes `rag/staff_match.npz`.
"""

import argparse
import logging
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bench.staff_pairs import (
    FIRST,
    Pair,
    Sets,
    Topic,
    all_texts,
    first_weights,
    fitting_sets,
    pairs_of_set,
    pairs_of_topic,
    things_of_set,
    topics,
)
from bench.staff_projection import Vectors, learnt, project
from index.embed import open_embedder
from rag.phrase_vectors import PhraseVectors
from rag.reader import Reader, Reading, SpanReader
from rag.reader_input import Line
from rag.reader_model import open_reader_model
from rag.staff_model import Decision, Quadratic, StaffModel, Trees, save_model, squared
from rag.staff_ready import READ, UNLIKELY, told_by
from settings import load_settings

logger = logging.getLogger(__name__)
FOLDS = 5
ROUNDS = 2  # how often each topic is made into entries, with other wordings
FAQ_WEIGHT = 10.0
SOFTNESS = 0.003  # of the regression: the smaller, the smoother
WRONG = 0.02  # share of wrong answers, on sets that the first reader has not seen, that the threshold is set for
UNREAD = -30.0  # told of an entry too unlikely to be read: that it does not answer
TREES = {"max_depth": 4, "max_iter": 250, "learning_rate": 0.045, "l2_regularization": 5.0, "random_state": 0}
VECTOR_SIGNALS = frozenset(["near", "mean", "answer", "plain", "negative", "next"])


def unseen_pairs(sets: Sets, vectors: Vectors) -> tuple[list[Pair], list[list[Pair]]]:
    """Return the pairs of all topics, and those of each question of the sets, by projections that have not seen it."""
    dice = random.Random(0)  # noqa: S311
    order, names = dice.sample(topics(), len(topics())), sorted(sets)
    alike: list[Pair] = []
    asked: list[list[Pair]] = []
    for fold in range(FOLDS):
        topics_out, sets_out = order[fold::FOLDS], names[fold::FOLDS]
        seen = things(
            [topic for topic in order if topic not in topics_out],
            [items for name, items in sets.items() if name not in sets_out],
        )
        move = project(*learnt(seen, vectors, fold))
        logger.info("fold %d", fold)
        for topic in topics_out:
            for _ in range(ROUNDS):
                alike += pairs_of_topic(topic, vectors, move, dice)
        for name in sets_out:
            asked += pairs_of_set(name, sets[name], vectors, move)
    return alike, asked


def things(some: Sequence[Topic], sets: Iterable[Sequence[dict[str, Any]]]) -> list[list[str]]:
    """Return the wordings of each thing that topics or sets speak of."""
    return [asked for topic in some for asked in topic] + [one for items in sets for one in things_of_set(items)]


def fitted(some: Sequence[Pair], weights: Sequence[float], names: Sequence[str]) -> tuple[Trees, Quadratic]:
    """Return trees and a regression fitted on pairs."""
    table = np.array([[pair.figures[name] for name in names] for pair in some])
    right = [pair.right for pair in some]
    trees = HistGradientBoostingClassifier(**TREES).fit(table, right, sample_weight=weights)
    return exported(trees, names), regression(table, right, weights, names)


def regression(
    table: NDArray[np.float64], right: Sequence[bool], weights: Sequence[float], names: Sequence[str]
) -> Quadratic:
    """Return a regression over signals and their products; its weights are of the products as they are."""
    mean, scale = table.mean(0), table.std(0) + 1e-9
    products = squared(table, mean, scale)
    middle, spread = products.mean(0), products.std(0) + 1e-9
    model = LogisticRegression(C=SOFTNESS, max_iter=3000).fit((products - middle) / spread, right, weights)
    return Quadratic(
        tuple(names),
        mean,
        scale,
        model.coef_[0] / spread,
        float(model.intercept_[0] - model.coef_[0] @ (middle / spread)),
    )


@dataclass(frozen=True)
class Told:
    """An entry near a question by what has not seen it: log-odds, the reader's, and whether it is the right one."""

    odds: float
    told: float
    right: bool


@dataclass(frozen=True)
class Question:
    """A question with the entries near it, and whether one of the whole set answers it."""

    near: tuple[Told, ...]
    wanted: bool


Score = Callable[[Told], float]


def unseen(
    asked: Sequence[Sequence[Pair]], alike: Sequence[Pair], names: Sequence[str], reader: Reader
) -> list[Question]:
    """Return the questions of sets that the reader has not seen, as told by it and by what was fitted without them."""
    groups = sorted({pairs[0].group for pairs in asked})
    found = []
    for fold in range(FOLDS):
        out = set(groups[fold::FOLDS])
        seen = [pair for pairs in asked if pairs[0].group not in out for pair in pairs]
        trees, quadratic = fitted([*alike, *seen], [1.0] * len(alike) + [FAQ_WEIGHT] * len(seen), names)
        for pairs in asked:
            if pairs[0].group in out and pairs[0].source not in FIRST:
                rows = [pair.figures for pair in pairs]
                odds = [float(one) for one in trees.log_odds(rows) + quadratic.log_odds(rows)]
                likeliest = sorted(zip(odds, pairs, strict=True), key=lambda one: -one[0])[:READ]
                near = [
                    Told(one, _told(reader, pair) if one >= UNLIKELY else UNREAD, pair.right) for one, pair in likeliest
                ]
                found.append(Question(tuple(near), any(pair.right for pair in pairs)))
    return found


def _told(reader: Reader, pair: Pair) -> float:
    return told_by(reader, pair.question, pair.phrase, pair.answer)


def threshold(questions: Sequence[Question], score: Score) -> tuple[float, float]:
    """Return the score from which few are wrong where the best one answers, and the share matched by it."""
    best = sorted(((max(one.near, key=score), one.wanted) for one in questions), key=lambda one: -score(one[0]))
    wrong = np.cumsum([not told.right for told, _ in best])
    most = max(1, int(np.searchsorted(wrong, WRONG * len(best), side="right")))
    matched = sum(told.right for told, _ in best[:most]) / max(1, sum(wanted for _, wanted in best))
    return (score(best[most - 1][0]) + score(best[min(most, len(best) - 1)][0])) / 2, matched


def exported(model: HistGradientBoostingClassifier, names: Sequence[str]) -> Trees:
    """Return the trees in arrays."""
    parts: dict[str, list[NDArray[np.float64]]] = {
        key: [] for key in ("feature", "threshold", "left", "right", "value")
    }
    roots, start = [], 0
    for (tree,) in model._predictors:
        nodes = tree.nodes
        leaf = nodes["is_leaf"].astype(bool)
        roots.append(start)
        parts["feature"].append(np.where(leaf, -1, nodes["feature_idx"]))
        parts["threshold"].append(np.where(leaf, 0.0, np.minimum(nodes["num_threshold"], 1e9)))
        parts["left"].append(np.where(leaf, 0, nodes["left"] + start))
        parts["right"].append(np.where(leaf, 0, nodes["right"] + start))
        parts["value"].append(np.where(leaf, nodes["value"], 0.0))
        start += len(nodes)
    whole = {key: np.concatenate(rows) for key, rows in parts.items()}
    return Trees(
        tuple(names),
        np.array(roots, np.int32),
        whole["feature"].astype(np.int32),
        whole["threshold"],
        whole["left"].astype(np.int32),
        whole["right"].astype(np.int32),
        whole["value"],
        float(np.ravel(model._baseline_prediction)[0]),
    )


def decided(asked: Sequence[Sequence[Pair]], alike: Sequence[Pair], names: Sequence[str], reader: Reader) -> Decision:
    """Return what decides by some signals, and how the reader counts beside them."""
    questions = unseen(asked, alike, names, reader)
    near = [one for question in questions for one in question.near if one.odds >= UNLIKELY]
    joint = LogisticRegression().fit([[one.odds, one.told] for one in near], [one.right for one in near])
    own, reading = map(float, joint.coef_[0])
    alone, matched = threshold(questions, lambda one: one.odds)
    read, matched_read = threshold(questions, lambda one: own * one.odds + reading * one.told)
    logger.info(
        "%d signals, unseen entries of %d questions: %.1f %% matched, read %.1f %%",
        len(names), len(questions), 100 * matched, 100 * matched_read,
    )  # fmt: skip
    flat = [pair for pairs in asked for pair in pairs]
    trees, quadratic = fitted([*alike, *flat], [1.0] * len(alike) + [FAQ_WEIGHT] * len(flat), names)
    return Decision(trees, quadratic, -alone, (own, reading, -read))


def fit(sets: Sets, vectors: Vectors, fingerprint: str, reader: Reader) -> StaffModel:
    """Return the whole model."""
    alike, asked = unseen_pairs(sets, vectors)
    weights, centre = learnt(things(topics(), sets.values()), vectors, 0)
    names = [name for name in alike[0].figures if not name.startswith("_")]
    near = decided(asked, alike, names, reader)
    plain = decided(asked, alike, [name for name in names if name not in VECTOR_SIGNALS], reader)
    return StaffModel(fingerprint, weights, centre, near, plain)


class Remembering:
    """A reader that reads nothing twice."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[str, tuple[Line, ...]], Reading] = {}

    def read(self, question: str, lines: Sequence[Line]) -> Reading:
        """Read, or remember what was read."""
        key = question, tuple(lines)
        if key not in self._read:
            self._read[key] = self._reader.read(question, lines)
        return self._read[key]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.staff_fit", description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="folder of the model (default: PARK_HOME or var)")
    parser.add_argument("-o", "--output", type=Path, help="the file to write (default: rag/staff_match.npz)")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # beside other work, threads that wait for each other cost more than they give
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = load_settings(home=options.home)
    embedder = open_embedder(settings)
    sets = fitting_sets()
    texts = all_texts(sets.values())
    store = PhraseVectors(embedder, settings.home / "bench" / "staff_fit.npz")
    (settings.home / "bench").mkdir(exist_ok=True)
    rows = store.of(texts)
    store.keep(texts)
    reader = Remembering(SpanReader(open_reader_model(settings.home, first_weights(settings.home))))
    model = fit(sets, dict(zip(texts, rows, strict=True)), embedder.fingerprint, reader)
    save_model(model, *([options.output] if options.output else []))
    return 0


if __name__ == "__main__":
    sys.exit(main())
