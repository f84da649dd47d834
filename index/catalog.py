"""The one truth of what exists: documents, their canonical text, chunks and cached vectors, in one SQLite file.

Every change is one transaction that also counts up `generation`, so that readers in other processes notice cheaply.
Knows nothing of the derived indexes.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import rows
from index.catalog_errors import RUN_BUILD, explained
from index.derived import Entry
from index.errors import IndexMismatchError, IndexMissingError
from index.records import Chunk, Document, StoredChunk

SCHEMA_VERSION = 1
_BUSY_MS = 30_000
_TABLES = ("indexed", "chunks", "documents", "meta", "vectors")
_VARIABLES = 500  # ids put into one statement; SQLite's own limit is far higher, its planner's patience is not

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL, date TEXT NOT NULL,
    source TEXT NOT NULL, tags TEXT NOT NULL, headings TEXT NOT NULL, pages TEXT NOT NULL, chunking TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS chunks (
    id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL,
    headings TEXT NOT NULL, sentences TEXT NOT NULL, vector_key TEXT NOT NULL, sentence_vectors BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS chunks_by_document ON chunks (document_id, position);
CREATE TABLE IF NOT EXISTS vectors (
    fingerprint TEXT NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (fingerprint, key)
) WITHOUT ROWID;
"""
# A table of its own, made wherever it is missing: a catalog of before is as good, but for what it cannot tell.
_INDEXED = """
CREATE TABLE IF NOT EXISTS indexed (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, at TEXT NOT NULL
) WITHOUT ROWID
"""
_CHUNKS = """
SELECT c.id, c.document_id, c.start, c.end, c.text, c.headings, c.sentences, c.sentence_vectors,
       d.title, d.path, d.date, d.source, d.pages
FROM chunks c JOIN documents d ON d.id = c.document_id
"""
_ENTRIES = """
SELECT c.id, c.document_id, c.start, c.end, c.text, c.headings, c.sentences, d.title, d.path, d.date, v.vector
FROM chunks c JOIN documents d ON d.id = c.document_id
JOIN vectors v ON v.key = c.vector_key AND v.fingerprint = (SELECT value FROM meta WHERE key = 'fingerprint')
"""


class Catalog:
    """An open catalog file; its methods may be called from any thread, and raise StorageError when the disk refuses.

    A file that is no catalog, or is damaged, raises IndexDamagedError.
    """

    def __init__(self, path: Path, create: bool = False) -> None:
        """Open the file at `path`; with `create`, lay out an empty catalog where there is none of this version.

        Without, raises IndexMissingError or IndexMismatchError.
        """
        self._path = path
        if not create and not path.exists():
            raise self._missing()
        self._lock = threading.RLock()
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(create)
            except BaseException:
                self._database.close()
                raise

    def _prepare(self, create: bool) -> None:
        self._database.row_factory = sqlite3.Row
        # A lost last commit is made again by the next build, so a power cut needs no fsync a document (FULL).
        for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            self._database.execute(f"PRAGMA {pragma}")
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            self._database.execute(_INDEXED)
            return
        if not create and version == 0:  # made by a build that was killed at its first step
            raise self._missing()
        if not create:
            raise IndexMismatchError(f"索引由其他版本建立 / the index was built by another version. {RUN_BUILD}")
        self._lay_out()

    def _missing(self) -> IndexMissingError:
        return IndexMissingError(f"还没有建立索引 / nothing has been built yet in {self._path.parent}. {RUN_BUILD}")

    def _lay_out(self) -> None:
        """Make an empty catalog; one of another version holds nothing that a build cannot make again."""
        drops = "".join(f"DROP TABLE IF EXISTS {table};" for table in _TABLES)
        made = f"{drops}{_SCHEMA}{_INDEXED};PRAGMA user_version={SCHEMA_VERSION};"
        self._database.executescript(f"BEGIN IMMEDIATE;{made}COMMIT;")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the changes inside all or nothing; they count as one generation."""
        with self._lock, explained(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._write_meta("generation", str(self.generation + 1))
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def meta(self, key: str) -> str:
        """Return a remembered value, empty if there is none."""
        found = self.read("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0]["value"]) if found else ""

    def remember(self, **values: str) -> None:
        """Keep values under their names; call inside a transaction."""
        for key, value in values.items():
            self._write_meta(key, value)

    @property
    def generation(self) -> int:
        """Number of committed changes so far: a reader whose number differs is out of date."""
        return int(self.meta("generation") or 0)

    def replace(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        sentence_vectors: Sequence[NDArray[np.float32]],
        chunking: str,
    ) -> None:
        """Put a document in the place of the one at its path; call inside a transaction."""
        self.remove(document.path)
        self._insert("documents", [rows.document_row(document, chunking)])
        pairs = zip(chunks, sentence_vectors, strict=True)
        self._insert("chunks", [rows.chunk_row(chunk, n, vectors) for n, (chunk, vectors) in enumerate(pairs)])
        self._insert("indexed", [(document.id, datetime.now(UTC).isoformat(timespec="seconds"))])

    def remove(self, path: str) -> None:
        """Forget the document at `path`; call inside a transaction."""
        self._database.execute("DELETE FROM documents WHERE path = ?", (path,))

    def clear(self) -> None:
        """Forget every document; cached vectors stay. Call inside a transaction."""
        self._database.execute("DELETE FROM documents")

    def versions(self) -> dict[str, tuple[str, str]]:
        """Return path -> (document id, chunk settings it was cut with)."""
        found = self.read("SELECT path, id, chunking FROM documents ORDER BY path")
        return {row["path"]: (row["id"], row["chunking"]) for row in found}

    def documents(self) -> list[Document]:
        """Return every document, by path."""
        return [rows.read_document(row) for row in self.read("SELECT * FROM documents ORDER BY path")]

    def document(self, document_id: str) -> Document:
        """Return one document; raises LookupError when there is none of that id."""
        found = self.read("SELECT * FROM documents WHERE id = ?", (document_id,))
        if not found:
            raise LookupError(f"No document has the id {document_id!r}; it may have been changed or removed.")
        return rows.read_document(found[0])

    def chunk_ids(self, path: str | None = None) -> set[str]:
        """Return the ids of all chunks, or of those of the document at `path`."""
        if path is None:
            return {row["id"] for row in self.read("SELECT id FROM chunks")}
        joined = "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id WHERE d.path = ?"
        return {row["id"] for row in self.read(joined, (path,))}

    def chunks(self, ids: Iterable[str] | None = None) -> list[StoredChunk]:
        """Return the chunks of these ids, or all in reading order; unknown ids are left out."""
        return [rows.read_stored(row) for row in self._select(_CHUNKS, ids)]

    def entries(self, ids: Iterable[str] | None = None) -> list[Entry]:
        """Return what the derived indexes take of these chunks, or of all."""
        return [rows.read_entry(row) for row in self._select(_ENTRIES, ids)]

    def cached_vectors(self, fingerprint: str, texts: Collection[str]) -> dict[str, NDArray[np.float32]]:
        """Return text -> unit vector for those of the texts that this model has embedded before."""
        by_key = {rows.text_key(text): text for text in texts}
        found: dict[str, NDArray[np.float32]] = {}
        for keys in _slices(list(by_key)):
            query = f"SELECT key, vector FROM vectors WHERE fingerprint = ? AND key IN ({_marks(keys)})"  # noqa: S608
            for row in self.read(query, (fingerprint, *keys)):
                found[by_key[row["key"]]] = rows.unpack(row["vector"], 1)[0]
        return found

    def cache_vectors(self, fingerprint: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep text -> vector of this model; call inside a transaction."""
        self._insert("vectors", [(fingerprint, rows.text_key(text), rows.pack(row)) for text, row in vectors.items()])

    def faults(self) -> Iterator[str]:
        """Yield what contradicts itself: the file, a chunk that is no slice of its text, or has no vector."""
        yield from (row[0] for row in self.read("PRAGMA integrity_check") if row[0] != "ok")
        texts = {document.id: document.text for document in self.documents()}
        for stored in self.chunks():
            chunk = stored.chunk
            if texts[chunk.document_id][chunk.start : chunk.end] != chunk.text:
                yield f"{stored.path}: chunk {chunk.id} is not a slice of its document"
        if bare := self.chunk_ids() - {entry.id for entry in self.entries()}:
            yield f"{len(bare)} chunks have no vector"

    def _select(self, query: str, ids: Iterable[str] | None) -> list[sqlite3.Row]:
        if ids is None:
            return self.read(query + "ORDER BY d.path, c.position")
        found: list[sqlite3.Row] = []
        for some in _slices(list(ids)):
            found += self.read(f"{query} WHERE c.id IN ({_marks(some)})", some)
        return found

    def read(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query that only reads."""
        with self._lock, explained(self._path):
            return self._database.execute(query, values).fetchall()

    def _insert(self, table: str, values: Sequence[tuple[object, ...]]) -> None:
        if values:
            query = f"INSERT OR REPLACE INTO {table} VALUES ({_marks(values[0])})"  # noqa: S608
            self._database.executemany(query, values)

    def _write_meta(self, key: str, value: str) -> None:
        self._insert("meta", [(key, value)])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _slices(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _VARIABLES] for start in range(0, len(values), _VARIABLES))
