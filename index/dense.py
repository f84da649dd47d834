"""The dense leg as a reader sees it: Chroma as it was opened, and exactly searched what the catalog got since.

A reader must not open Chroma while another process writes to it, and an open Chroma does not see that process's
writes. The vectors that it lacks are in the catalog; searching some thousand of them exactly takes under a
millisecond and loses none.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalog import Catalog
from index.errors import ParkError
from index.records import Hit
from index.vectors import VectorIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DenseView:
    """What dense search answers from at one generation of the catalog.

    `gone` counts entries that `vectors` still holds and the catalog does not; `recent_vectors` has one unit row for
    each of `recent_ids`, which `vectors` lacks, shape (n, dimensions).
    """

    vectors: VectorIndex | None
    gone: int
    recent_ids: tuple[str, ...]
    recent_vectors: NDArray[np.float32]

    @property
    def complete(self) -> bool:
        """Whether Chroma alone holds just what the catalog knows."""
        return self.vectors is not None and not self.gone and not self.recent_ids

    def search(self, vector: NDArray[np.float32], limit: int) -> list[Hit]:
        """Return the nearest entries, best first: more than `limit` where some may be gone."""
        hits = self.vectors.search(vector, limit + self.gone) if self.vectors else []
        hits += nearest(self.recent_ids, self.recent_vectors, vector, limit)
        return sorted(hits, key=lambda hit: -hit.score)


def look(catalog: Catalog, vectors: VectorIndex | None, held: Iterable[str], known: frozenset[str]) -> DenseView:
    """Return the view of the catalog's chunks `known` through a Chroma that holds the ids `held`."""
    held = set(held)
    recent = catalog.entries(known - held)
    rows = np.stack([entry.vector for entry in recent]) if recent else np.zeros((0, 0), np.float32)
    return DenseView(vectors, len(held - known), tuple(entry.id for entry in recent), rows)


def exact(catalog: Catalog, known: frozenset[str], reason: ParkError) -> DenseView:
    """Return a view that does without Chroma: it failed in the middle of service, and the catalog has every vector."""
    logger.warning("Searching vectors without Chroma until the index is opened again: %s", reason)
    return look(catalog, None, (), known)


def nearest(ids: tuple[str, ...], rows: NDArray[np.float32], vector: NDArray[np.float32], limit: int) -> list[Hit]:
    """Return the `limit` ids whose rows have the largest dot product with `vector`, best first."""
    if not ids or limit <= 0:
        return []
    scores = rows @ vector
    best = np.argsort(-scores, kind="stable")[:limit]
    return [Hit(ids[place], float(scores[place])) for place in best]
