"""The projection of the model's vectors in which wordings of one thing lie near each other, learnt from such wordings.

Knows texts and vectors; knows no entries.
"""

import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Vectors = Mapping[str, NDArray[np.float32]]
Projection = Callable[[NDArray[np.float32]], NDArray[np.float32]]
PROJECTED, TEMPERATURE, RATE, DECAY, DROPOUT = 128, 0.1, 3e-3, 1e-2, 0.1
STEPS = 400
BLOCKS, BLOCK = 12, 25
"""A step compares so many runs of so many things; a run's things stand side by side, and so are mostly near."""


def learnt(
    things: Sequence[Sequence[str]], vectors: Vectors, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (dimensions, projected) weights and the centre: wordings of one thing near, of others far.

    A thing of a single wording is only one of the others. The loss is InfoNCE over all pairs of one thing in a batch,
    with the cosine of the projected rows (van den Oord et al. 2018).
    """
    torch.manual_seed(seed)
    dice = random.Random(seed)  # noqa: S311 - no secret
    rows = [torch.from_numpy(np.array([vectors[text] for text in thing], np.float32)) for thing in things]
    everything = torch.cat(rows)
    centre = everything.mean(0)
    _, sizes, axes = torch.linalg.svd(everything - centre, full_matrices=False)
    weights = (axes[:PROJECTED].T / (sizes[:PROJECTED] / sizes[0]).clamp(0.2)).clone().requires_grad_(True)
    optimiser = torch.optim.AdamW([weights], lr=RATE, weight_decay=DECAY)
    rate = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.1, STEPS)
    for _ in range(STEPS):
        starts = [dice.randrange(len(things)) for _ in range(BLOCKS)]
        some = sorted({(start + step) % len(things) for start in starts for step in range(BLOCK)})
        owner = torch.repeat_interleave(torch.arange(len(some)), torch.tensor([len(rows[one]) for one in some]))
        loss = _loss(torch.cat([rows[one] for one in some]) - centre, owner, weights)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
    return weights.detach().numpy(), centre.numpy()


def _loss(rows: Tensor, owner: Tensor, weights: Tensor) -> Tensor:
    itself = torch.eye(len(owner), dtype=torch.bool)
    alike = (owner[:, None] == owner[None]) & ~itself
    left, right = alike.nonzero(as_tuple=True)
    units = functional.normalize(functional.dropout(rows, DROPOUT) @ weights, dim=1)
    cosines = units @ units.T / TEMPERATURE
    others = torch.logsumexp(cosines.masked_fill(alike | itself, -1e9), 1)[left]
    return (torch.logaddexp(cosines[left, right], others) - cosines[left, right]).mean()


def project(weights: NDArray[np.float32], centre: NDArray[np.float32]) -> Projection:
    """Return what moves rows of vectors."""

    def moved(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        out = (rows - centre) @ weights
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True), np.float32)

    return moved
