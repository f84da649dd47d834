"""The catalog's nouns as rows of SQLite, and back.

Vectors are kept as 16-bit floats: half the size, the same neighbours.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.derived import Entry
from index.records import Chunk, Document, Heading, Sentence, StoredChunk, content_id

Row = sqlite3.Row


def pack(vectors: NDArray[np.float32]) -> bytes:
    """Return vectors as a blob of little-endian 16-bit floats."""
    return vectors.astype("<f2").tobytes()


def unpack(blob: bytes, rows: int) -> NDArray[np.float32]:
    """Return the unit rows that were packed, shape (rows, dimensions)."""
    vectors = np.frombuffer(blob, "<f2").astype(np.float32).reshape(rows, -1) if rows else np.zeros((0, 0), np.float32)
    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1)
    return vectors


def text_key(text: str) -> str:
    """Return the key that a text's vector is cached under."""
    return content_id(text)


def document_row(document: Document, chunking: str) -> tuple[Any, ...]:
    """Return the values of the `documents` table's columns, in their order."""
    return (
        document.id,
        document.path,
        document.title,
        document.text,
        document.date,
        document.source,
        _json(document.tags),
        _json([astuple(heading) for heading in document.headings]),
        _json(document.pages),
        chunking,
    )


def read_document(row: Row) -> Document:
    """Return the document of a `documents` row."""
    return Document(
        path=row["path"],
        title=row["title"],
        text=row["text"],
        date=row["date"],
        source=row["source"],
        tags=tuple(json.loads(row["tags"])),
        headings=tuple(Heading(*values) for values in json.loads(row["headings"])),
        pages=tuple(json.loads(row["pages"])),
    )


def chunk_row(chunk: Chunk, position: int, sentence_vectors: NDArray[np.float32]) -> tuple[Any, ...]:
    """Return the values of the `chunks` table's columns, in their order."""
    sentences = [(sentence.start, sentence.end, int(sentence.heading)) for sentence in chunk.sentences]
    return (
        chunk.id,
        chunk.document_id,
        position,
        chunk.start,
        chunk.end,
        chunk.text,
        _json(chunk.headings),
        _json(sentences),
        text_key(chunk.embedded_text),
        pack(sentence_vectors),
    )


def read_chunk(row: Row) -> Chunk:
    """Return the chunk of a row of `chunks` joined with its document's title."""
    return Chunk(
        document_id=row["document_id"],
        title=row["title"],
        headings=tuple(json.loads(row["headings"])),
        start=row["start"],
        end=row["end"],
        text=row["text"],
        sentences=tuple(Sentence(start, end, bool(mark)) for start, end, mark in json.loads(row["sentences"])),
    )


def read_stored(row: Row) -> StoredChunk:
    """Return the chunk of a joined row with what citing needs of its document."""
    chunk = read_chunk(row)
    vectors = unpack(row["sentence_vectors"], len(chunk.sentences))
    pages = tuple(json.loads(row["pages"]))
    return StoredChunk(chunk, row["path"], row["date"], row["source"], pages, vectors)


def entry(chunk: Chunk, path: str, date: str, vector: NDArray[np.float32]) -> Entry:
    """Return what the derived indexes take of a chunk; the metadata serves other clients of the collection."""
    metadata: dict[str, str | int] = {
        "document_id": chunk.document_id,
        "title": chunk.title,
        "path": path,
        "date": date,
        "headings": " › ".join(chunk.headings),
        "start": chunk.start,
        "end": chunk.end,
    }
    return Entry(chunk.id, chunk.embedded_text, vector, metadata)


def read_entry(row: Row) -> Entry:
    """Return the entry of a joined row with its chunk's vector."""
    return entry(read_chunk(row), row["path"], row["date"], unpack(row["vector"], 1)[0])


def _json(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
