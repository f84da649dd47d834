"""The opened index: what answering needs of catalog, vectors and words, behind one door.

Opened once; every method may be called from any thread. A build in another process is noticed by `refresh`.
"""

import logging
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import dense, health, home
from index.catalog import Catalog
from index.embed import Embedder
from index.errors import IndexBusyError, IndexDamagedError, ParkError
from index.lexical import LexicalIndex
from index.records import Document, Hit, StoredChunk
from index.vectors import VectorIndex
from settings import Settings

logger = logging.getLogger(__name__)

_KEPT_CHUNKS = 5_000  # decoded chunks kept at hand, about 10 kB each


@dataclass(frozen=True)
class _View:
    """What is answered from at one generation of the catalog."""

    generation: int
    known: frozenset[str]
    dense: dense.DenseView


class Index:
    """An index opened by `open_index`."""

    def __init__(self, settings: Settings, catalog: Catalog, lexical: LexicalIndex, embedder: Embedder) -> None:
        self.embedder = embedder
        self._settings = settings
        self._catalog = catalog
        self._lexical = lexical
        self._swap = threading.Lock()
        self._vectors: VectorIndex | None = None
        self._held: set[str] = set()
        self._opened_at = -1  # the generation that Chroma was opened at, or that opening it failed at
        self._chunks: dict[str, StoredChunk] = {}
        generation = catalog.generation
        lexical.reload()
        try:
            self._open_vectors()
        except IndexDamagedError as error:
            if settings.chroma_url:
                raise
            logger.warning("Chroma cannot be opened: %s", error)
        self._view = self._look(generation)

    @property
    def generation(self) -> int:
        """The catalog's generation that answers come from."""
        return self._view.generation

    @property
    def count(self) -> int:
        """Number of chunks."""
        return len(self._view.known)

    def refresh(self) -> bool:
        """Take in what another process has committed since; return whether there was anything.

        Costs some microseconds when there was nothing. Raises IndexMismatchError when the index has been built anew
        with another model.
        """
        generation = self._catalog.generation
        if generation == self._view.generation == self._opened_at:
            return False
        if not self._swap.acquire(blocking=False):
            return False  # another thread is at it; this question is answered from what was there before
        try:
            return self._renew(generation)
        finally:
            self._swap.release()

    def _renew(self, generation: int) -> bool:
        health.check_built_with(self._settings, self._catalog, self.embedder)
        before, retired = self._view, self._vectors
        if generation != before.generation:
            self._reload_lexical()
        if self._opened_at != generation:
            self._reopen_vectors(generation)
        if generation != before.generation or retired is not self._vectors:
            self._chunks = {}
            self._view = self._look(generation)
        if retired is not None and retired is not self._vectors:
            retired.close()
        return generation != before.generation

    def _reload_lexical(self) -> None:
        try:
            self._lexical.reload()
        except ParkError:  # its folder was thrown away and made again
            self._lexical = LexicalIndex(home.lexical_path(self._settings.home))
        self._lexical.names = health.names(self._catalog)

    def _reopen_vectors(self, generation: int) -> None:
        try:
            self._open_vectors()
        except ParkError as error:
            self._opened_at = generation  # not again before something has changed
            logger.warning("Chroma cannot be opened anew; its vectors are searched as they were: %s", error)

    def dense(self, vector: NDArray[np.float32], limit: int) -> list[Hit]:
        """Return the `limit` chunks nearest to a unit vector, best first; scores are cosine similarities."""
        view = self._view
        try:
            hits = view.dense.search(vector, limit)
        except ParkError as error:
            with self._swap:
                if self._view is view:  # else it was being replaced just now
                    self._view = _View(view.generation, view.known, dense.exact(self._catalog, view.known, error))
            view = self._view
            hits = view.dense.search(vector, limit)
        return [hit for hit in hits if hit.id in view.known][:limit]

    def lexical_search(self, text: str, limit: int, also: str = "", also_weight: float = 1.0) -> list[Hit]:
        """Return the `limit` chunks that share most with a text, best first; scores are BM25.

        The words of `also` count `also_weight` times.
        """
        known = self._view.known
        spare = max(0, self._lexical.count - len(known))
        hits = self._lexical.search(text, limit + spare, also, also_weight)
        return [hit for hit in hits if hit.id in known][:limit]

    @property
    def names(self) -> frozenset[str]:
        """The corpus's own names: what its titles and headings call things."""
        return self._lexical.names

    def document_frequency(self, term: str) -> int:
        """Return the number of chunks that hold a token, of those `index.lexical.tokenize` gives."""
        return self._lexical.document_frequency(term)

    def chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return id -> chunk; an id that was removed in the meantime is left out."""
        kept = self._chunks
        if len(kept) > _KEPT_CHUNKS:
            self._chunks = kept = {}
        if missing := [chunk_id for chunk_id in ids if chunk_id not in kept]:
            kept.update((stored.chunk.id, stored) for stored in self._catalog.chunks(dict.fromkeys(missing)))
        return {chunk_id: kept[chunk_id] for chunk_id in ids if chunk_id in kept}

    def all_chunks(self) -> list[StoredChunk]:
        """Return every chunk, by path and in reading order."""
        return self._catalog.chunks()

    def documents(self) -> list[Document]:
        """Return every document, by path."""
        return self._catalog.documents()

    def document(self, document_id: str) -> Document:
        """Return one document; raises LookupError when there is none of that id."""
        return self._catalog.document(document_id)

    def close(self) -> None:
        """Let go of files and memory; the index cannot be used afterwards."""
        self._lexical.close()
        if self._vectors is not None:
            self._vectors.close()
        self._catalog.close()

    @property
    def in_line(self) -> bool:
        """Whether both derived indexes hold just what the catalog knows."""
        return self._view.dense.complete and self._lexical.ids() == self._view.known

    def _open_vectors(self) -> None:
        """Open Chroma, unless a build is at it; what is not opened is searched exactly."""
        generation = self._catalog.generation
        alone = home.opening_chroma(self._settings.home, 0) if not self._settings.chroma_url else nullcontext()
        try:
            with alone:
                vectors = health.open_vectors(self._settings, self._catalog)
        except IndexBusyError:
            return
        self._vectors, self._held, self._opened_at = vectors, vectors.ids(), generation

    def _look(self, generation: int) -> _View:
        """Take in what is there. `generation` was read before both legs were opened: what came since is looked for."""
        known = frozenset(self._catalog.chunk_ids())
        return _View(generation, known, dense.look(self._catalog, self._vectors, self._held, known))
