"""Chinese tokens in tantivy, searched by BM25; derived from the catalog, and the only file that knows tantivy.

Text is cut into tokens and handed over pre-cut; queries are built from terms, never from a query string.
"""

import json
import shutil
import struct
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.derived import Entry
from index.errors import IndexBusyError, IndexDamagedError, ParkError, StorageError
from index.records import Hit
from index.tokens import spoken_date, tokenize

if TYPE_CHECKING:
    import tantivy

_WRITER_BYTES = 32_000_000  # tantivy's floor is 15 MB a thread
_FOOTER = struct.Struct("<II")
_FIELD = "tokens2"
"""Raise its number when equal text comes to be cut differently: an index of another one is made again."""


class LexicalIndex:
    """Chunk id -> tokens, searched by BM25. One process may write, others may read and `reload` meanwhile."""

    def __init__(self, folder: Path, names: frozenset[str] = frozenset()) -> None:
        """Open the index in `folder`, made if missing; raises IndexDamagedError unless it is as it was written.

        `names` are the corpus's own: what is added and what is asked is cut with them.
        """
        self.folder = folder
        self.names = names
        with _explained(folder):
            import tantivy

            self._tantivy = tantivy
            folder.mkdir(parents=True, exist_ok=True)
            _verify(folder)
            self._schema = _schema()
            self._index = tantivy.Index(self._schema, str(folder))
            self._index.config_reader("manual")  # else a thread of its own watches the folder and reloads
            self._searcher = self._index.searcher()

    def close(self) -> None:
        """Let go of files and memory."""
        del self._searcher, self._index

    def reload(self) -> None:
        """See what another process has written since."""
        with _explained(self.folder):
            self._index.reload()
            self._searcher = self._index.searcher()

    @property
    def count(self) -> int:
        """Number of entries."""
        return int(self._searcher.num_docs)

    def document_frequency(self, term: str) -> int:
        """Return the number of entries that hold a token of `tokenize`."""
        return int(self._searcher.doc_freq(_FIELD, term))

    def add(self, entries: Sequence[Entry]) -> None:
        """Put the entries in, replacing those of equal id."""
        if entries:
            with self._writing() as writer:
                for entry in entries:
                    writer.delete_documents_by_term("id", entry.id)
                    writer.add_document(self._document(entry))

    def remove(self, ids: Collection[str]) -> None:
        """Take the entries of these ids out; unknown ids do nothing."""
        if ids:
            with self._writing() as writer:
                for chunk_id in ids:
                    writer.delete_documents_by_term("id", chunk_id)

    def ids(self) -> set[str]:
        """Return the id of every entry."""
        with _explained(self.folder):
            everything = self._tantivy.Query.all_query()
            return {hit.id for hit in self._hits(everything, max(1, self.count))}

    def search(self, query: str, limit: int, also: str = "", also_weight: float = 1.0) -> list[Hit]:
        """Return the `limit` entries that match a text best; scores are BM25, summed over the text's tokens.

        The tokens of `also` count `also_weight` times.
        """
        if limit <= 0:
            return []
        weights: dict[str, float] = defaultdict(float)
        for text, weight in ((query, 1.0), (also, also_weight)):
            for token in tokenize(text, self.names):
                weights[token] += weight
        with _explained(self.folder):
            return self._hits(self._query(weights), limit)

    def _query(self, weights: Mapping[str, float]) -> "tantivy.Query":
        query = self._tantivy.Query
        terms = [
            (query.term_query(self._schema, _FIELD, token, index_option="freq"), weight)
            for token, weight in weights.items()
        ]
        return query.boolean_query([(self._tantivy.Occur.Should, query.boost_query(*term)) for term in terms])

    def _document(self, entry: Entry) -> "tantivy.Document":
        document = self._tantivy.Document()
        document.add_text("id", entry.id)
        document.add_text(_FIELD, " ".join(entry_tokens(entry, self.names)))
        return document

    def _hits(self, query: "tantivy.Query", limit: int) -> list[Hit]:
        searcher = self._searcher  # an address is good in the searcher that gave it, and `reload` may put another
        found = searcher.search(query, limit, count=False).hits
        return [Hit(str(searcher.doc(address)["id"][0]), float(score)) for score, address in found]

    @contextmanager
    def _writing(self) -> Iterator["tantivy.IndexWriter"]:
        with _explained(self.folder):
            writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
            writer.garbage_collect_files()  # a killed writer's files stand in the way: names are given by count
            yield writer
            writer.commit()
            writer.wait_merging_threads()
        self.reload()


def entry_tokens(entry: Entry, names: Collection[str] = ()) -> list[str]:
    """Return what an entry is found by: its words, those of title and headings once more, and its date.

    Saying the words of a field again is how BM25 weighs it (Robertson, Zaragoza and Taylor 2004); twice was best over
    the public sets.
    """
    about = [str(entry.metadata.get(key, "")) for key in ("title", "headings")]
    again = " › ".join((*filter(None, about), spoken_date(str(entry.metadata.get("date", "")))))
    return tokenize(entry.text, names) + tokenize(again, names)


def erase(folder: Path) -> None:
    """Remove an index, whatever state it is in."""
    with _explained(folder):
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink(missing_ok=True)


def _schema() -> "tantivy.Schema":
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(_FIELD, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _verify(folder: Path) -> None:
    """Check every file of the index against the checksum in its footer, which tantivy writes and never reads again."""
    meta = folder / "meta.json"
    if not meta.exists():
        return
    for segment in json.loads(meta.read_bytes())["segments"]:
        deletes = segment["deletes"] or {"opstamp": -1}
        for path in folder.glob(segment["segment_id"].replace("-", "") + ".*"):
            if path.suffix != ".del" or path.name.endswith(f".{deletes['opstamp']}.del"):
                _verify_file(path)


def _verify_file(path: Path) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:  # a merge in another process took it away; if it is missed, opening fails
        return
    length, _ = _FOOTER.unpack(data[-_FOOTER.size :])
    end = len(data) - _FOOTER.size - length
    if end < 0 or json.loads(data[end : -_FOOTER.size])["crc"] != zlib.crc32(memoryview(data)[:end]):
        raise ValueError(f"{path.name} is not as it was written")


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn whatever tantivy raises into one of our errors; a panic of its engine is no `Exception`."""
    try:
        yield
    except (ParkError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise _explanation(folder, error) from error


def _explanation(folder: Path, error: BaseException) -> ParkError:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    if "LockBusy" in reason:
        return IndexBusyError(f"词语索引正被写入 / the lexical index is being written by another process: {folder}")
    if isinstance(error, OSError) or any(
        sign in reason for sign in ("Permission denied", "No space left", "Read-only")
    ):
        return StorageError(
            f"无法读写 {folder}，请检查磁盘空间和权限 / cannot use it, check space and rights: {reason}"
        )
    return IndexDamagedError(
        f"词语索引已损坏 / the lexical index is damaged: {folder} ({reason}). "
        "请运行 / run: python -m index check --repair"
    )
