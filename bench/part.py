"""An index cut down to some of its documents, so that questions with passages of their own go the product's way.

Chunks, sentence vectors and chunk vectors are those of the whole index: a document's do not depend on its neighbours.
The dense leg is searched exactly; the lexical one is a small index of its own, as its weights count these chunks only.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.asking import WatchedChain, watched_chain
from bench.set_index import SetIndex
from index import home
from index.catalog import Catalog
from index.dense import nearest
from index.derived import Entry
from index.embed import Embedder
from index.lexical import LexicalIndex
from index.names import names_of
from index.records import Document, Hit, StoredChunk
from rag.generate import Writer
from rag.retrieve import SearchableIndex


class RememberingEmbedder:
    """An embedder that embeds each question once: the parts of an index are asked the same ones again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._queries: dict[str, NDArray[np.float32]] = {}
        self.fingerprint = embedder.fingerprint
        self.dimensions = embedder.dimensions

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions)."""
        return self._embedder.passages(texts)

    def query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, shape (dimensions,)."""
        if text not in self._queries:
            self._queries[text] = self._embedder.query(text)
        return self._queries[text]

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a unit row per question, shape (len(texts), dimensions)."""
        return np.array([self.query(text) for text in texts], np.float32).reshape(len(texts), self.dimensions)


class Part(SearchableIndex):
    """What a chain needs of an opened index, over a few documents."""

    def __init__(
        self, documents: Sequence[Document], chunks: Sequence[StoredChunk], entries: Sequence[Entry], folder: Path,
        embedder: Embedder,
    ) -> None:  # fmt: skip
        """`chunks` and `entries` are of the same ids; `folder` is where the lexical leg's files lie."""
        self._embedder = embedder
        self._documents = {document.id: document for document in documents}
        self._chunks = {stored.chunk.id: stored for stored in chunks}
        self._ids = tuple(entry.id for entry in entries)
        self._rows = np.stack([entry.vector for entry in entries]) if entries else np.zeros((0, 0), np.float32)
        self.names = names_of(documents)
        self._lexical = LexicalIndex(folder, self.names)
        self._lexical.add(entries)

    @property
    def embedder(self) -> Embedder:
        """The model the index was built with."""
        return self._embedder

    @property
    def count(self) -> int:
        """Number of chunks."""
        return len(self._chunks)

    def refresh(self) -> bool:
        """Nothing ever changes."""
        return False

    def dense(self, vector: NDArray[np.float32], limit: int) -> list[Hit]:
        """Nearest chunks by cosine similarity."""
        return nearest(self._ids, self._rows, vector, limit)

    def lexical_search(self, text: str, limit: int, also: str = "", also_weight: float = 1.0) -> list[Hit]:
        """Best chunks by BM25; the words of `also` count `also_weight` times."""
        return self._lexical.search(text, limit, also, also_weight)

    def document_frequency(self, term: str) -> int:
        """Number of chunks that hold a token."""
        return self._lexical.document_frequency(term)

    def chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Chunks with their sentence vectors, by id."""
        return {id_: self._chunks[id_] for id_ in ids if id_ in self._chunks}

    def all_chunks(self) -> list[StoredChunk]:
        """Every chunk."""
        return list(self._chunks.values())

    def documents(self) -> list[Document]:
        """Every document."""
        return list(self._documents.values())

    def document(self, document_id: str) -> Document:
        """One document, whole."""
        return self._documents[document_id]

    def close(self) -> None:
        """Let go of files."""
        self._lexical.close()


class Cutter:
    """Cuts parts out of a set's index, by the set's own document ids."""

    def __init__(self, whole: SetIndex) -> None:
        self._whole = whole
        self._catalog = Catalog(home.catalog_path(whole.settings.home))
        self._embedder = RememberingEmbedder(whole.index.embedder)
        self._by_document: dict[str, list[StoredChunk]] = defaultdict(list)
        for stored in whole.index.all_chunks():
            self._by_document[stored.chunk.document_id].append(stored)

    @contextmanager
    def chain(
        self, set_ids: Collection[str], writer_of: Callable[[Part], Writer] | None = None
    ) -> Iterator[WatchedChain]:
        """Yield a chain over a part that holds these documents; the part's files are gone afterwards."""
        ids = [self._whole.ids[set_id] for set_id in set_ids]
        chunks = [stored for id_ in ids for stored in self._by_document[id_]]
        entries = self._catalog.entries([stored.chunk.id for stored in chunks])
        documents = [self._whole.index.document(id_) for id_ in ids]
        with tempfile.TemporaryDirectory(prefix="park-part-") as folder:
            part = Part(documents, chunks, entries, Path(folder) / "lexical", self._embedder)
            chain = watched_chain(part, self._whole.settings, writer_of(part) if writer_of else None)
            try:
                yield chain
            finally:
                chain.close()

    def close(self) -> None:
        """Let go of the catalog; the index itself stays open."""
        self._catalog.close()
