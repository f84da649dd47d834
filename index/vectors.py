"""Chunk vectors in ChromaDB, embedded or on a server; derived from the catalog, and the only file that knows Chroma.

Any Chroma client can use the collection: records carry the chunk's text and metadata. The local client is not
fork-safe, and no other SQLite may open its file in the same process.
"""

import hashlib
import itertools
import json
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from index.derived import Entry
from index.errors import IndexDamagedError, ParkError, StorageError
from index.records import Hit

COLLECTION = "park"
# Chroma's own (16, 100, 100) lose half of the true ten nearest among 10,000 vectors.
HNSW = {"space": "cosine", "max_neighbors": 48, "ef_construction": 200, "ef_search": 200}

_SERVER_SECONDS = 30.0

_open_spellings: set[str] = set()
_spelling_lock = threading.Lock()


class VectorIndex:
    """Chunk id -> unit vector, searched by cosine similarity.

    An embedded index must be opened with `home.opening_chroma` held, and written by one process only. What another
    process writes to it afterwards is not seen: Chroma keeps its HNSW graph in memory; open it anew.
    """

    def __init__(self, place: Path | str, collection: str = COLLECTION) -> None:
        """Open the folder `place`, made if missing, or the server at the URL `place`.

        Raises IndexDamagedError when it cannot be opened; a damaged file can also end the process, see `health`.
        """
        self.place = place
        self._spelling = ""
        self._sessions: list[Any] = []
        self._closed = False
        with _explained(place):
            self._client = self._connect(place)
            try:
                self._collection = self._client.get_or_create_collection(
                    collection, embedding_function=None, configuration={"hnsw": HNSW}
                )
                self._batch = int(self._client.get_max_batch_size())
                self._replay()
            except BaseException:
                self.close()
                raise

    def _connect(self, place: Path | str) -> Any:  # noqa: ANN401 - its declared type lacks `close`
        # Importing chromadb takes about a second, which `--help` should not pay.
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        if isinstance(place, Path):
            self._spelling = _own_spelling(place)
            return chromadb.PersistentClient(self._spelling, settings=quiet)
        url = urlsplit(place)
        port = url.port or (443 if url.scheme == "https" else 80)
        client: Any = chromadb.HttpClient(url.hostname or "", port, ssl=url.scheme == "https", settings=quiet)
        # Chroma closes neither of its two HTTP sessions, and has them wait for ever.
        self._sessions = [owner._server._session for owner in (client, client._admin_client)]
        for session in self._sessions:
            session.timeout = _SERVER_SECONDS
        return client

    def _replay(self) -> None:
        """Have Chroma apply its log now: its first query does that, and may write."""
        some = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
        if len(some):
            self._collection.query(query_embeddings=some, n_results=1, include=["distances"])

    def close(self) -> None:
        """Let go of files and memory; closing again does nothing."""
        if not self._closed:
            self._closed = True
            self._client.close()
            for session in self._sessions:
                session.close()
            _open_spellings.discard(self._spelling)

    def drop(self) -> None:
        """Delete the whole collection, and close."""
        with _explained(self.place):
            self._client.delete_collection(self._collection.name)
        self.close()

    def add(self, entries: Sequence[Entry]) -> None:
        """Put the entries in, replacing those of equal id."""
        with _explained(self.place):
            for some in _slices(entries, self._batch):
                self._collection.upsert(
                    ids=[entry.id for entry in some],
                    embeddings=np.stack([entry.vector for entry in some]),
                    documents=[entry.text for entry in some],
                    metadatas=[dict(entry.metadata) or None for entry in some],
                )

    def remove(self, ids: Collection[str]) -> None:
        """Take the entries of these ids out; unknown ids do nothing."""
        with _explained(self.place):
            for some in _slices(list(ids), self._batch):
                self._collection.delete(ids=list(some))

    def ids(self) -> set[str]:
        """Return the id of every entry."""
        with _explained(self.place):
            return set(self._collection.get(include=[])["ids"])

    def search(self, query: NDArray[np.float32], limit: int) -> list[Hit]:
        """Return the `limit` entries nearest to a unit vector, shape (dimensions,); scores are cosine similarities."""
        if limit <= 0:
            return []
        with _explained(self.place):
            found = self._collection.query(query_embeddings=query[None, :], n_results=limit, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Hit(chunk_id, 1.0 - float(distance)) for chunk_id, distance in pairs]


def erase(folder: Path) -> None:
    """Remove an embedded Chroma that no process has open, whatever state it is in."""
    with _explained(folder):
        shutil.rmtree(folder, ignore_errors=False) if folder.is_dir() else folder.unlink(missing_ok=True)


def graph_digest(folder: Path) -> str:
    """Return a digest of the HNSW files, empty if there are none.

    They bear no checksum of their own, and a damaged one can end the process that opens it. Until Chroma has written
    its list of ids beside them (after a thousand records) it makes them anew each time and reads none.
    """
    digest = hashlib.blake2b(digest_size=16)
    with _explained(folder):
        graphs = [path.parent for path in folder.glob("*/index_metadata.pickle")]
        files = sorted(path for graph in graphs for path in graph.iterdir())
        for path in files:
            digest.update(json.dumps([str(path.relative_to(folder)), path.stat().st_size]).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest() if files else ""


def _own_spelling(folder: Path) -> str:
    """Return a spelling of the path that no open index uses.

    Chroma shares one engine between all clients of one spelling, stale graph included; a reader that opens anew while
    its old index still answers needs an engine of its own.
    """
    with _spelling_lock:
        spellings = (f"{folder.resolve()}{'/.' * n}" for n in itertools.count())
        spelling = next(spelling for spelling in spellings if spelling not in _open_spellings)
        _open_spellings.add(spelling)
    return spelling


def _slices(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


@contextmanager
def _explained(place: Path | str) -> Iterator[None]:
    """Turn whatever Chroma raises (it has no common base class) into one of our errors."""
    try:
        yield
    except ParkError:
        raise
    except Exception as error:
        raise _explanation(place, error) from error


def _explanation(place: Path | str, error: Exception) -> ParkError:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    if isinstance(place, str):
        return IndexDamagedError(
            f"无法使用 Chroma 服务器 / the Chroma server does not answer as it should: {place} ({reason}). "
            "请检查 / check: PARK_CHROMA_URL"
        )
    if any(sign in reason for sign in ("disk is full", "readonly database", "Permission denied", "No space left")):
        return StorageError(f"无法读写 {place}，请检查磁盘空间和权限 / cannot use it, check space and rights: {reason}")
    return IndexDamagedError(
        f"向量索引已损坏 / the vector index is damaged: {place} ({reason}). "
        "请运行 / run: python -m index check --repair"
    )
