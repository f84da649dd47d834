"""Chinese tokens in tantivy, searched by BM25; derived from the catalog, and the only file that knows tantivy.

Text is cut into tokens here and handed over pre-cut; queries are built from terms, never from a query string.
"""

import json
import logging
import re
import shutil
import struct
import unicodedata
import warnings
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.derived import Entry
from index.errors import IndexBusyError, IndexDamagedError, ParkError, StorageError
from index.records import Hit

if TYPE_CHECKING:
    import tantivy

_WRITER_BYTES = 32_000_000  # tantivy's floor is 15 MB a thread
_LONGEST_TOKEN = 64  # characters; a longer run is an encoded blob, not a word
_FOOTER = struct.Struct("<II")

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々〇"
_KANA_HANGUL = "\u3040-\u30ff\uac00-\ud7af"
_RUNS = re.compile(
    rf"(?P<han>[{_HAN}{_KANA_HANGUL}]+)|(?P<word>[^\W_{_HAN}{_KANA_HANGUL}]+(?:[.,·:/_&+#@'-]+[^\W_{_HAN}{_KANA_HANGUL}]+)*[%‰]?)"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PARTS = re.compile(r"[^\W_]+(?:\.\d+)*")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]{2,}|\d{2,}")
_MEASURED = re.compile(rf"(?<![0-9a-z.%-])[a-z-]*[0-9][0-9a-z.%-]*[万亿千百]*[{_HAN}]")
_DATE = re.compile(r"(?:(\d{2,4})年)?(\d{1,2})月(?:(\d{1,2})[日号])?")


def tokenize(text: str) -> list[str]:
    """Cut text into search tokens, lower-case and compatibility-folded (NFKC); a word said twice is there twice.

    Chinese gives jieba's words, the words within them, and every pair of neighbouring characters. Codes and numbers
    stay whole, with their parts and with the measure word behind them: `C3栋` gives `c3` and `c3栋`.
    """
    text = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower())
    tokens: list[str] = []
    for run in _RUNS.finditer(text):
        tokens += _chinese(run["han"]) if run["han"] else _word(run["word"])
    tokens += [match[0] for match in _MEASURED.finditer(text)]
    tokens += _dates(text)
    return [token[:_LONGEST_TOKEN] for token in tokens]


def _chinese(run: str) -> list[str]:
    return [*_cutter().cut_for_search(run), *(left + right for left, right in pairwise(run))]


def _word(run: str) -> list[str]:
    parts = [part for whole in _PARTS.findall(run) for part in (whole, *_LETTERS_OR_DIGITS.findall(whole))]
    return list(dict.fromkeys((run, *parts)))


def _dates(text: str) -> Iterator[str]:
    """Yield `5月6日` and `2023年5月` for `2023年5月6日`: reports and visitors are precise to different degrees."""
    for year, month, day in _DATE.findall(text):
        if day:
            yield f"{month}月{day}日"
        if year:
            yield f"{year}年{month}月"
        if year and day:
            yield f"{year}年{month}月{day}日"


@cache
def _cutter() -> Any:  # noqa: ANN401 - jieba has no types
    # Loading its dictionary takes most of a second, which `--help` should not pay.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its regular expressions are not raw strings
        import jieba

    jieba.setLogLevel(logging.CRITICAL)
    jieba.initialize()
    return jieba


def keep_dictionary_in(folder: Path) -> None:
    """Have jieba keep its compiled dictionary in `folder`, not in the machine's shared temporary folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

    with suppress(OSError):  # without it, loading takes half a second longer
        folder.mkdir(parents=True, exist_ok=True)
    jieba.dt.tmp_dir = str(folder)


class LexicalIndex:
    """Chunk id -> tokens, searched by BM25. One process may write, others may read and `reload` meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, made if missing; raises IndexDamagedError unless it is as it was written."""
        self.folder = folder
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
        return int(self._searcher.doc_freq("tokens", term))

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

    def search(self, query: str, limit: int) -> list[Hit]:
        """Return the `limit` entries that match a text best; scores are BM25, summed over the text's tokens."""
        if limit <= 0:
            return []
        with _explained(self.folder):
            return self._hits(self._query(tokenize(query)), limit)

    def _query(self, tokens: Sequence[str]) -> "tantivy.Query":
        query = self._tantivy.Query
        terms = [
            (query.term_query(self._schema, "tokens", token, index_option="freq"), float(times))
            for token, times in Counter(tokens).items()
        ]
        return query.boolean_query([(self._tantivy.Occur.Should, query.boost_query(*term)) for term in terms])

    def _document(self, entry: Entry) -> "tantivy.Document":
        document = self._tantivy.Document()
        document.add_text("id", entry.id)
        document.add_text("tokens", " ".join(tokenize(entry.text)))
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


def erase(folder: Path) -> None:
    """Remove an index, whatever state it is in."""
    with _explained(folder):
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink(missing_ok=True)


def _schema() -> "tantivy.Schema":
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("tokens", tokenizer_name="whitespace", index_option="freq")
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
