"""The reader as it is trained: the lower layers of the embedding model, question and sentences read together.

Knows weights and tensors; knows nothing of where examples come from. `rag/reader.py` runs what is made here.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from index.weights import Weights
from rag.reader_input import LONGEST
from rag.reader_model import Dense, ReaderWeights

SEGMENTS = 4
"""Kinds of token: of the question or of the sentences, each said by the other side too or not."""


class Layer(nn.Module):
    """One post-norm encoder layer, as in BERT."""

    def __init__(self, hidden: int, heads: int, wide: int, eps: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.ao = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.fi, self.fo = nn.Linear(hidden, wide), nn.Linear(wide, hidden)
        self.aln, self.oln = nn.LayerNorm(hidden, eps), nn.LayerNorm(hidden, eps)

    def forward(self, x: Tensor, mask: Tensor, dropout: float) -> Tensor:
        """`x` (batch, tokens, hidden), `mask` (batch, 1, 1, tokens) true where there is a token."""
        batch, tokens, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        attended = self.ao(attended.transpose(1, 2).reshape(batch, tokens, hidden))
        x = self.aln(x + functional.dropout(attended, dropout, self.training))
        wide = self.fo(functional.gelu(self.fi(x)))
        out: Tensor = self.oln(x + functional.dropout(wide, dropout, self.training))
        return out


class ReaderNet(nn.Module):
    """Token ids and segments -> start and end logits of the answer; position 0 says that there is none."""

    def __init__(self, weights: Weights, layers: int) -> None:
        super().__init__()
        shape = weights.shape
        self.words = weights.matrices["emb.word"]
        table = weights.vectors["emb.pos"] + weights.vectors["emb.type"][0]
        self.positions = nn.Parameter(torch.from_numpy(table.copy()))
        self.segments = nn.Parameter(torch.randn(SEGMENTS, shape.hidden) * 0.02)
        self.norm = nn.LayerNorm(shape.hidden, shape.eps)
        _load(self.norm, weights.vectors["emb.ln.w"], weights.vectors["emb.ln.b"])
        self.layers = nn.ModuleList(_layer(weights, index) for index in range(layers))
        self.span = nn.Linear(shape.hidden, 2)

    def embed(self, ids: Tensor) -> Tensor:
        """Return the frozen word vectors of `ids` (batch, tokens): (batch, tokens, hidden)."""
        unique, place = np.unique(ids.numpy(), return_inverse=True)
        signed = self.words.values[unique].astype(np.float32).reshape(len(unique), -1, 32) - 8
        rows = (signed * self.words.scales[unique][:, :, None]).reshape(len(unique), -1)
        return torch.from_numpy(rows)[torch.from_numpy(place.reshape(ids.shape))]

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor, dropout: float = 0.0) -> Tensor:
        """Return logits (batch, tokens, 2); padding has -1e4. `mask` (batch, tokens) is true where there is a token."""
        x = self.embed(ids) + self.positions[: ids.shape[1]]
        x = self.norm(x) + self.segments[segments]
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :], dropout)
        logits: Tensor = self.span(x).float()
        return logits.masked_fill(~mask[:, :, None], -1e4)


def continued(weights: Weights, reader: ReaderWeights) -> ReaderNet:
    """Return a net that goes on from a trained reader; `weights` are those that one began with."""
    net = ReaderNet(weights, 0)
    net.layers = nn.ModuleList(_layer(reader, index) for index in range(reader.shape.layers))
    net.positions = nn.Parameter(torch.from_numpy(reader.vectors["emb.pos"].copy()))
    net.segments = nn.Parameter(torch.from_numpy(reader.vectors["segments"].copy()))
    _load(net.norm, reader.vectors["emb.ln.w"], reader.vectors["emb.ln.b"])
    _load(net.span, reader.vectors["span.w"], reader.vectors["span.b"])
    return net


def _load(module: Any, weight: np.ndarray, bias: np.ndarray) -> None:  # noqa: ANN401 - Linear or LayerNorm
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(weight.copy()))
        module.bias.copy_(torch.from_numpy(bias.copy()))


def _layer(weights: Weights | ReaderWeights, index: int) -> Layer:
    shape = weights.shape
    layer = Layer(shape.hidden, shape.heads, shape.feed_forward, shape.eps)

    def tensor(*names: str) -> tuple[np.ndarray, np.ndarray]:
        full = [f"l{index}.{name}" for name in names]
        return (
            np.concatenate([weights.matrices[f"{name}.w"].dense() for name in full]),
            np.concatenate([weights.vectors[f"{name}.b"] for name in full]),
        )

    _load(layer.qkv, *tensor("q", "k", "v"))
    for name in ("ao", "fi", "fo"):
        _load(getattr(layer, name), *tensor(name))
    for name in ("aln", "oln"):
        _load(getattr(layer, name), weights.vectors[f"l{index}.{name}.w"], weights.vectors[f"l{index}.{name}.b"])
    return layer


def weights_of(net: ReaderNet, weights: Weights) -> ReaderWeights:
    """Return the trained net as it is kept; `weights` are those it began with."""
    state = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    matrices: dict[str, Dense] = {}
    vectors = {
        "emb.pos": state["positions"][:LONGEST],
        "emb.type": np.zeros((1, weights.shape.hidden), np.float32),
        "emb.ln.w": state["norm.weight"],
        "emb.ln.b": state["norm.bias"],
        "segments": state["segments"],
        "span.w": state["span.weight"],
        "span.b": state["span.bias"],
    }
    for index in range(len(net.layers)):
        at, to = f"layers.{index}.", f"l{index}."
        parts = zip("qkv", np.split(state[at + "qkv.weight"], 3), np.split(state[at + "qkv.bias"], 3), strict=True)
        for name, rows, bias in parts:
            matrices[f"{to}{name}.w"], vectors[f"{to}{name}.b"] = Dense(rows), bias
        for name in ("ao", "fi", "fo"):
            matrices[f"{to}{name}.w"], vectors[f"{to}{name}.b"] = (
                Dense(state[f"{at}{name}.weight"]),
                state[f"{at}{name}.bias"],
            )
        for name in ("aln", "oln"):
            vectors[f"{to}{name}.w"], vectors[f"{to}{name}.b"] = state[f"{at}{name}.weight"], state[f"{at}{name}.bias"]
    shape = replace(weights.shape, layers=len(net.layers), positions=LONGEST, types=1)
    return ReaderWeights(shape, matrices, vectors)
