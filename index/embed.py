"""Texts become unit vectors. Knows prompts and batches; knows nothing of documents or storage."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """What the index and the questions need of an embedding model."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights and prompts: vectors of equal fingerprints may be compared and cached."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions)."""
        ...

    def query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, shape (dimensions,)."""
        ...
