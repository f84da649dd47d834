"""Deterministic stand-ins for the swappable parts: quick, without weights, with a behaviour one can reason about."""

import hashlib
import itertools
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

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimensions, np.float32)
        padded = f"^{text}$"
        for left, right in itertools.pairwise(padded):
            bigram = (left + right).encode("utf-8", "surrogatepass")
            vector[int.from_bytes(hashlib.sha256(bigram).digest()[:4], "big") % self.dimensions] += 1
        return vector / np.linalg.norm(vector)
