"""What the catalog tells of its documents without their texts: for whoever lists them, and pages through one."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from index import rows
from index.catalog import Catalog
from index.load import Skipped
from index.records import Chunk

_MOST_SKIPPED = 1_000  # kept of a build; a folder with more of them is not a corpus

_DOCUMENTS = """
SELECT d.path, d.id, d.title, d.date, d.source, length(d.text) AS characters,
       (SELECT count(*) FROM chunks c WHERE c.document_id = d.id) AS chunks, coalesce(i.at, '') AS indexed_at
FROM documents d LEFT JOIN indexed i ON i.document_id = d.id ORDER BY d.path
"""
_CHUNKS = """
SELECT c.document_id, c.start, c.end, c.text, c.headings, c.sentences, d.title
FROM chunks c JOIN documents d ON d.id = c.document_id WHERE d.id = ? ORDER BY c.position LIMIT ? OFFSET ?
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of the catalog, and its length in characters and in chunks.

    `indexed_at` is ISO with its zone; empty for what was indexed before this was kept.
    """

    path: str
    id: str
    title: str
    date: str
    source: str
    characters: int
    chunks: int
    indexed_at: str


@dataclass(frozen=True, slots=True)
class Build:
    """The last build that came to its end: ISO time with its zone, when it looked at the folder, what it left out.

    `looked_at` is in nanoseconds of the epoch, as files' own times are; 0 before this was kept.
    """

    built_at: str
    looked_at: int
    skipped: tuple[Skipped, ...]


def documents(catalog: Catalog) -> list[Listed]:
    """Return every document, by path."""
    return [Listed(*row) for row in catalog.read(_DOCUMENTS)]


def chunks(catalog: Catalog, document_id: str, first: int, count: int) -> list[Chunk]:
    """Return `count` chunks of a document in reading order, from the place `first`, counted from 0."""
    return [rows.read_chunk(row) for row in catalog.read(_CHUNKS, (document_id, count, first))]


def paths_of_text(catalog: Catalog, text: str) -> list[str]:
    """Return the paths of the documents whose canonical text is this one."""
    return [str(row["path"]) for row in catalog.read("SELECT path FROM documents WHERE text = ?", (text,))]


def id_at(catalog: Catalog, path: str) -> str:
    """Return the id of the document at a path; raises LookupError when there is none."""
    found = catalog.read("SELECT id FROM documents WHERE path = ?", (path,))
    if not found:
        raise LookupError(f"There is no document at {path!r}.")
    return str(found[0]["id"])


def last_build(catalog: Catalog) -> Build:
    """Return what the last build wrote down at its end."""
    skipped = tuple(Skipped(*values) for values in json.loads(catalog.meta("skipped") or "[]"))
    return Build(catalog.meta("built_at"), int(catalog.meta("looked_at") or 0), skipped)


def pack_skipped(skipped: Iterable[Skipped]) -> str:
    """Return what was left out as the text that `last_build` reads."""
    return json.dumps([astuple(item) for item in skipped][:_MOST_SKIPPED], ensure_ascii=False)
