"""`python -m bench.staff_fit`: fits what decides whether a question asks what staff's entry answers. Five minutes.

Learns a projection of the built-in model's vectors from `alike.txt`, and trees over the signals of pairs from it and
the "fit" half of `faq.jsonl`; never looks at the other half. Writes `rag/staff_match.npz`.
"""

import argparse
import logging
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from torch.nn import functional

from bench.staff_pairs import Pair, Projection, Topic, Vectors, all_texts, pairs_of_faq, pairs_of_topic, topics
from index.embed import open_embedder
from rag.phrase_vectors import PhraseVectors
from rag.staff_model import StaffModel, Trees, save_model
from settings import load_settings

logger = logging.getLogger(__name__)
PROJECTED, TEMPERATURE, STEPS, RATE, DECAY, DROPOUT = 128, 0.1, 250, 3e-3, 1e-2, 0.1
FOLDS = 5
ROUNDS = 2  # how often each topic is made into entries, with other wordings
FAQ_WEIGHT = 3.0
WRONG = 0.015  # share of wrong answers, on the fitting half, that the threshold is set for
TREES = {"max_depth": 4, "max_iter": 250, "learning_rate": 0.045, "l2_regularization": 5.0, "random_state": 0}
VECTOR_SIGNALS = frozenset(["near", "mean", "plain", "negative", "next"])


def projection(some: Sequence[Topic], vectors: Vectors, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (dimensions, projected) weights and the centre: wordings of one thing near, of others far."""
    torch.manual_seed(seed)
    wordings = [(text, number) for number, asked in enumerate(one for topic in some for one in topic) for text in asked]
    rows = torch.tensor(np.array([vectors[text] for text, _ in wordings]))
    owner = torch.tensor([number for _, number in wordings])
    centre = rows.mean(0)
    _, sizes, axes = torch.linalg.svd(rows - centre, full_matrices=False)
    weights = (axes[:PROJECTED].T / (sizes[:PROJECTED] / sizes[0]).clamp(0.2)).clone().requires_grad_(True)
    optimiser = torch.optim.AdamW([weights], lr=RATE, weight_decay=DECAY)
    itself = torch.eye(len(owner), dtype=torch.bool)
    alike = (owner[:, None] == owner[None]) & ~itself
    left, right = alike.nonzero(as_tuple=True)
    for _ in range(STEPS):
        units = functional.normalize(functional.dropout(rows - centre, DROPOUT) @ weights, dim=1)
        cosines = units @ units.T / TEMPERATURE
        others = torch.logsumexp(cosines.masked_fill(alike | itself, -1e9), 1)[left]
        loss = (torch.logaddexp(cosines[left, right], others) - cosines[left, right]).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return weights.detach().numpy(), centre.numpy()


def project(weights: NDArray[np.float32], centre: NDArray[np.float32]) -> Projection:
    """Return what moves rows of vectors."""

    def moved(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        out = (rows - centre) @ weights
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True), np.float32)

    return moved


def pairs_unseen(vectors: Vectors) -> list[Pair]:
    """Return the pairs of all topics, each by a projection that has not seen it."""
    dice = random.Random(0)  # noqa: S311
    order = dice.sample(topics(), len(topics()))
    found: list[Pair] = []
    for fold in range(FOLDS):
        seen = [topic for place, topic in enumerate(order) if place % FOLDS != fold]
        move = project(*projection(seen, vectors, fold))
        logger.info("fold %d", fold)
        for topic in order[fold::FOLDS]:
            for _ in range(ROUNDS):
                found += pairs_of_topic(topic, vectors, move, dice)
    return found


def fitted(some: Sequence[Pair], weights: Sequence[float], names: Sequence[str]) -> HistGradientBoostingClassifier:
    """Return trees fitted on pairs."""
    table = np.array([[pair.figures[name] for name in names] for pair in some])
    return HistGradientBoostingClassifier(**TREES).fit(table, [pair.right for pair in some], sample_weight=weights)


def threshold(asked: Sequence[Sequence[Pair]], alike: Sequence[Pair], names: Sequence[str]) -> tuple[float, float]:
    """Return the log-odds from which few are wrong, by trees that have not seen the entry, and the share matched."""
    groups = sorted({pairs[0].group for pairs in asked})
    told: list[tuple[float, bool, bool]] = []
    for fold in range(FOLDS):
        out = set(groups[fold::FOLDS])
        seen = [pair for pairs in asked if pairs[0].group not in out for pair in pairs]
        model = fitted([*alike, *seen], [1.0] * len(alike) + [FAQ_WEIGHT] * len(seen), names)
        for pairs in asked:
            if pairs[0].group in out:
                odds = model.decision_function([[pair.figures[name] for name in names] for pair in pairs])
                best = int(np.argmax(odds))
                told.append((float(odds[best]), pairs[best].right, any(pair.right for pair in pairs)))
    told.sort(reverse=True)
    wrong = np.cumsum([not right for _, right, _ in told])
    most = int(np.searchsorted(wrong, WRONG * len(told), side="right"))
    matched = sum(right for _, right, _ in told[:most]) / max(1, sum(wanted for *_, wanted in told))
    return told[most - 1][0], matched


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


def fit(vectors: Vectors, fingerprint: str) -> StaffModel:
    """Return the whole model."""
    alike = pairs_unseen(vectors)
    weights, centre = projection(topics(), vectors, 0)
    asked = pairs_of_faq("fit", vectors, project(weights, centre))
    names = [name for name in alike[0].figures if not name.startswith("_")]
    made = []
    for some in (names, [name for name in names if name not in VECTOR_SIGNALS]):
        least, matched = threshold(asked, alike, some)
        logger.info("%d signals, unseen entries of the fitting half: %.1f %% matched", len(some), 100 * matched)
        flat = [pair for pairs in asked for pair in pairs]
        trees = fitted([*alike, *flat], [1.0] * len(alike) + [FAQ_WEIGHT] * len(flat), some)
        made.append((exported(trees, some), -least))
    return StaffModel(fingerprint, weights, centre, made[0][0], made[1][0], made[0][1], made[1][1])


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
    texts = all_texts("fit")
    store = PhraseVectors(embedder, settings.home / "bench" / "staff_fit.npz")
    (settings.home / "bench").mkdir(exist_ok=True)
    rows = store.of(texts)
    store.keep(texts)
    model = fit(dict(zip(texts, rows, strict=True)), embedder.fingerprint)
    save_model(model, *([options.output] if options.output else []))
    return 0


if __name__ == "__main__":
    sys.exit(main())
