"""A deterministic stand-in for what questions mean: texts that share pairs of characters are near, as close as e5's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.toys import ToyEmbedder

_COMMON = 0.85  # of every cosine: a real model's are all high


class ToyMeanings:
    """Meanings of hashed character pairs; remembers the texts that it embedded."""

    def __init__(self, name: str = "bigram") -> None:
        self._embedder = ToyEmbedder(name, dimensions=256)
        self.model = self._embedder.fingerprint
        self.learnt = False
        self.embedded: list[str] = []

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += texts
        rows = self._embedder.queries(texts) * np.sqrt(1 - _COMMON)
        found: NDArray[np.float32] = np.c_[rows, np.full(len(texts), np.sqrt(_COMMON))].astype(np.float32)
        return found

    def nouns(self, text: str) -> frozenset[str]:
        return frozenset()
