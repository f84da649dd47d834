"""A folder of reports becomes the index: what is new is added, what is gone removed, what is as before left alone.

A document's chunks are added to both derived indexes before the one transaction that puts it into the catalog, and its
former chunks removed after: killed at any moment, a build leaves the old document or the new one.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index import health, home, listing, rows
from index.catalog import Catalog
from index.chunk import chunk_document
from index.embed import Embedder
from index.load import Loaded, Skipped, scan
from index.names import names_of, packed
from index.records import Chunk, Document
from index.tokens import keep_dictionary_in
from settings import Settings

Progress = Callable[[str, int, int], None]
"""Told the path in hand, the number of files done, and of all."""

_BATCH_CHUNKS = 48  # chunks embedded and added at a time: each adding is a commit of both derived indexes
_WAIT_FOR_READERS = 60.0  # seconds; a reader opens Chroma in one or two
_UNREAD = {"unreadable", "undecodable", "binary", "front-matter", "too-large", "name"}


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a build did, by path. `embedded` counts the texts that the model had not embedded before."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    chunks: int
    embedded: int
    seconds: float

    @property
    def failed(self) -> tuple[Skipped, ...]:
        """The files that were meant to be read and could not be."""
        return tuple(item for item in self.skipped if item.code in _UNREAD)


def sync(settings: Settings, embedder: Embedder, progress: Progress | None = None) -> SyncReport:
    """Bring the index of `settings.home` in line with the folder `settings.corpus`.

    A derived index that is damaged is made again; other model or chunk settings replace what is there. Raises ReadError
    if there is no such folder, IndexBusyError if another process is building, StorageError if the disk refuses.
    """
    started = time.perf_counter()
    items = scan(settings.corpus, settings.max_file_bytes)
    with home.building(settings.home), home.opening_chroma(settings.home, _WAIT_FOR_READERS), ExitStack() as stack:
        build = _Build(settings, embedder, stack)
        looked_at = time.time_ns()
        report = build.run(list(items), progress or (lambda path, done, total: None), started)
        build.finish(report, looked_at)
        return report


@dataclass(frozen=True, slots=True)
class _Work:
    """A document that goes into the index, with the ids its path has there now."""

    document: Document
    chunks: tuple[Chunk, ...]
    former: set[str]


@dataclass
class _Build:
    """One run of `sync`, with everything it has open."""

    settings: Settings
    embedder: Embedder
    stack: ExitStack
    embedded: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.chunking = health.chunking(self.settings)
        self.catalog = Catalog(home.catalog_path(self.settings.home), create=True)
        self.stack.callback(self.catalog.close)
        keep_dictionary_in(home.cache_path(self.settings.home))
        other_model = self._settle()
        if other_model:
            health.fresh_lexical(self.settings, self.catalog).close()
            health.fresh_vectors(self.settings, self.catalog).close()
        self.lexical = health.aligned_lexical(self.settings, self.catalog)
        self.stack.callback(self.lexical.close)
        self.vectors = health.aligned_vectors(self.settings, self.catalog)
        self.stack.callback(self.vectors.close)

    def _settle(self) -> bool:
        """Write down what this index is built with; return whether what is there is of another model, and now void."""
        before = self.catalog.meta("fingerprint")
        other_model = before != self.embedder.fingerprint
        if other_model or self.catalog.meta("chunking") != self.chunking:
            identity = self.catalog.meta("identity") or secrets.token_hex(4)
            with self.catalog.transaction():
                if other_model:
                    self.catalog.clear()
                self.catalog.remember(fingerprint=self.embedder.fingerprint, chunking=self.chunking, identity=identity)
        return other_model

    def run(self, items: Sequence[Loaded | Skipped], progress: Progress, started: float) -> SyncReport:
        """Add, replace and remove; report it."""
        before = self.catalog.versions()
        loaded = [item.document for item in items if isinstance(item, Loaded)]
        skipped = tuple(item for item in items if isinstance(item, Skipped))
        fresh = [document for document in loaded if before.get(document.path) != (document.id, self.chunking)]
        self._learn(loaded)
        self._put(fresh, progress)
        removed = self._take_out(set(before) - {document.path for document in loaded}, skipped)
        paths = {document.path for document in fresh}
        return SyncReport(
            added=tuple(sorted(paths - set(before))),
            changed=tuple(sorted(paths & set(before))),
            removed=removed,
            unchanged=tuple(document.path for document in loaded if document.path not in paths),
            skipped=skipped,
            chunks=len(self.catalog.chunk_ids()),
            embedded=self.embedded,
            seconds=time.perf_counter() - started,
        )

    def finish(self, report: SyncReport, looked_at: int) -> None:
        """Write down that it is done, and what it left out of what it saw in the folder (nanoseconds of the epoch)."""
        self.vectors.close()  # its files are at rest before they are sealed
        with self.catalog.transaction():
            built_at = time.strftime("%Y-%m-%dT%H:%M:%S%z")
            self.catalog.remember(
                built_at=built_at, looked_at=str(looked_at), skipped=listing.pack_skipped(report.skipped)
            )
            health.seal(self.settings, self.catalog)

    def _learn(self, documents: Sequence[Document]) -> None:
        """Have the lexical leg cut by the names of these documents.

        What it holds is cut again first, where a name came or went; killed in between, the next build does it again.
        """
        names = names_of(documents)
        other = names ^ self.lexical.names
        self.lexical.names = names
        if other:
            self.lexical.add([entry for entry in self.catalog.entries() if any(name in entry.text for name in other)])
            with self.catalog.transaction():
                self.catalog.remember(names=packed(names))

    def _put(self, documents: Sequence[Document], progress: Progress) -> None:
        done = 0
        for batch in self._batches(documents):
            self._replace(batch)
            for work in batch:
                done += 1
                progress(work.document.path, done, len(documents))

    def _batches(self, documents: Sequence[Document]) -> Iterator[list[_Work]]:
        batch: list[_Work] = []
        for document in documents:
            chunks = chunk_document(document, self.settings.chunk_chars)
            batch.append(_Work(document, chunks, self.catalog.chunk_ids(document.path)))
            if sum(len(work.chunks) for work in batch) >= _BATCH_CHUNKS:
                yield batch
                batch = []
        if batch:
            yield batch

    def _replace(self, batch: Sequence[_Work]) -> None:
        vectors = self._embed([text for work in batch for text in _texts(work.chunks)])
        entries = [
            rows.entry(chunk, work.document.path, work.document.date, vectors[chunk.embedded_text])
            for work in batch
            for chunk in work.chunks
            if chunk.id not in work.former
        ]
        self.vectors.add(entries)
        self.lexical.add(entries)
        for work in batch:
            self._commit(work, vectors)
        self._forget({chunk_id for work in batch for chunk_id in work.former - {chunk.id for chunk in work.chunks}})

    def _commit(self, work: _Work, vectors: dict[str, NDArray[np.float32]]) -> None:
        sentence_vectors = [
            np.array([vectors[text] for text in chunk.embedded_sentences()], np.float32) for chunk in work.chunks
        ]
        with self.catalog.transaction():
            texts = dict.fromkeys(_texts(work.chunks))
            self.catalog.cache_vectors(self.embedder.fingerprint, {text: vectors[text] for text in texts})
            self.catalog.replace(work.document, work.chunks, sentence_vectors, self.chunking)

    def _embed(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return text -> unit vector, as the catalog will give it back: an index made again is the same."""
        wanted = list(dict.fromkeys(texts))
        known = self.catalog.cached_vectors(self.embedder.fingerprint, wanted)
        missing = [text for text in wanted if text not in known]
        if missing:
            made = rows.unpack(rows.pack(self.embedder.passages(missing)), len(missing))
            known.update(zip(missing, made, strict=True))
            self.embedded += len(missing)
        return known

    def _take_out(self, paths: set[str], skipped: Sequence[Skipped]) -> tuple[str, ...]:
        """Remove what is in the folder no more; what merely could not be read this time stays."""
        unreadable = {item.path for item in skipped if item.code == "unreadable"}
        gone = sorted(path for path in paths if not any(_is_under(path, place) for place in unreadable))
        former = set[str]().union(*(self.catalog.chunk_ids(path) for path in gone))
        for path in gone:
            with self.catalog.transaction():
                self.catalog.remove(path)
        self._forget(former)
        return tuple(gone)

    def _forget(self, ids: set[str]) -> None:
        self.vectors.remove(ids)
        self.lexical.remove(ids)


def _texts(chunks: Sequence[Chunk]) -> Iterator[str]:
    for chunk in chunks:
        yield chunk.embedded_text
        yield from chunk.embedded_sentences()


def _is_under(path: str, place: str) -> bool:
    return place in (path, "", ".") or path.startswith(f"{place}/")
