"""Deterministic stand-ins for the swappable parts: quick, without weights, with a behaviour one can reason about."""

import hashlib
import itertools
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class ToyEmbedder:
    """Unit vectors of hashed character bigrams: texts that share bigrams are near, others are orthogonal or so.

    `name` enters the fingerprint, so that two toys can play two models; `calls` counts embedded passages.
    """

    def __init__(self, name: str = "bigram", dimensions: int = 64) -> None:
        self.dimensions = dimensions
        self.fingerprint = f"toy-{name}-{dimensions}"
        self.calls = 0

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += len(texts)
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self.dimensions)

    def query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self.dimensions)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimensions, np.float32)
        padded = f"^{text}$"
        for left, right in itertools.pairwise(padded):
            bigram = (left + right).encode("utf-8", "surrogatepass")
            vector[int.from_bytes(hashlib.sha256(bigram).digest()[:4], "big") % self.dimensions] += 1
        return vector / np.linalg.norm(vector)


def toy_carrier(hidden: int = 32, layers: int = 1, wide: int = 64, positions: int = 16, seed: int = 0) -> bytes:
    """A weights file of the built-in model's format, random and small: 8 words, 2 heads."""
    pieces, random = ["<s>", "<pad>", "</s>", "<unk>", "▁", "园", "区", "▁园区"], np.random.default_rng(seed)
    header = b"E5S1" + struct.pack("<I7ifi", 1, hidden, layers, 2, wide, len(pieces), positions, 2, 1e-12, 32)
    blob = "".join(pieces).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in pieces)], dtype="<u4")
    header += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(blob)) + offsets.tobytes()
    header += np.linspace(0, -7, len(pieces), dtype="<f4").tobytes() + blob + struct.pack("<iI", 1, 3) + b"xyz"
    matrices = {"emb.word": len(pieces) * hidden}
    vectors = {"emb.pos": positions * hidden, "emb.type": 2 * hidden, "emb.ln.w": hidden, "emb.ln.b": hidden}
    for index in range(layers):
        matrices |= {f"l{index}.{part}.w": hidden * hidden for part in ("q", "k", "v", "ao")}
        matrices |= {f"l{index}.{part}.w": hidden * wide for part in ("fi", "fo")}
        vectors |= {f"l{index}.{part}.b": hidden for part in ("q", "k", "v", "ao", "fo", "aln", "oln")}
        vectors |= {f"l{index}.fi.b": wide, f"l{index}.aln.w": hidden, f"l{index}.oln.w": hidden}
    tensors = [(name, 1, count, _blocks(count // 32, random)) for name, count in matrices.items()]
    tensors += [(name, 0, count, random.normal(size=count).astype("<f4").tobytes()) for name, count in vectors.items()]
    at = len(header) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, kind, count, data in tensors:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, at + len(body), len(data))
        body += data
    return header + directory + body


def _blocks(count: int, random: np.random.Generator) -> bytes:
    scales = random.uniform(0.01, 0.05, count).astype("<f2").view(np.uint8).reshape(count, 2)
    return np.concatenate((scales, random.integers(0, 256, (count, 16), np.uint8)), axis=1).tobytes()
