import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.catalog import Catalog
from index.chunk import chunk_document
from index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    ParkError,
    StorageError,
)
from index.records import Chunk, Document, Heading
from tests.toys import ToyEmbedder

TOY = ToyEmbedder()
TEXT = "住房\n\n缙云新居有920套人才公寓。公寓配有家具。\n\n商业街有超市。"
REPORT = Document(
    "住房.md", "住房报告", TEXT, "2023-10", "办公室", ("住房", "生活"), (Heading(1, "住房", 0, 2),), (0, 20)
)


def put(catalog: Catalog, document: Document, chunking: str = "1") -> tuple[Chunk, ...]:
    chunks = chunk_document(document, 50)
    sentence_vectors = [TOY.passages(chunk.embedded_sentences()) for chunk in chunks]
    with catalog.transaction():
        catalog.cache_vectors(TOY.fingerprint, {c.embedded_text: TOY.query(c.embedded_text) for c in chunks})
        catalog.remember(fingerprint=TOY.fingerprint)
        catalog.replace(document, chunks, sentence_vectors, chunking)
    return chunks


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalog.sqlite3"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    opened = Catalog(path, create=True)
    yield opened
    opened.close()


def test_gives_a_document_back_as_it_was(catalog: Catalog) -> None:
    put(catalog, REPORT)
    assert catalog.documents() == [REPORT]
    assert catalog.document(REPORT.id) == REPORT
    assert catalog.versions() == {"住房.md": (REPORT.id, "1")}


def test_gives_chunks_back_as_they_were(catalog: Catalog) -> None:
    chunks = put(catalog, REPORT)
    stored = catalog.chunks()
    assert [item.chunk for item in stored] == list(chunks)
    assert {(item.path, item.date, item.source, item.pages) for item in stored} == {
        ("住房.md", "2023-10", "办公室", (0, 20))
    }
    assert catalog.chunk_ids() == catalog.chunk_ids("住房.md") == {chunk.id for chunk in chunks}
    assert catalog.chunks([chunks[0].id, "unknown"]) == stored[:1]
    assert catalog.chunks([]) == []


def test_sentence_vectors_are_unit_rows_close_to_what_went_in(catalog: Catalog) -> None:
    put(catalog, REPORT)
    for stored in catalog.chunks():
        given = TOY.passages(stored.chunk.embedded_sentences())
        assert stored.sentence_vectors.dtype == np.float32
        assert stored.sentence_vectors.shape == given.shape
        assert np.linalg.norm(stored.sentence_vectors, axis=1) == pytest.approx(1, abs=1e-6)
        assert np.abs(stored.sentence_vectors - given).max() < 1e-3


def test_page_of_an_offset(catalog: Catalog) -> None:
    put(catalog, REPORT)
    stored = catalog.chunks()[0]
    assert [stored.page(offset) for offset in (0, 19, 20, 30)] == [1, 1, 2, 2]


def test_entries_carry_text_vector_and_metadata(catalog: Catalog) -> None:
    chunks = put(catalog, REPORT)
    entry = catalog.entries()[0]
    assert entry.id == chunks[0].id
    assert entry.text == chunks[0].embedded_text
    assert entry.vector == pytest.approx(TOY.query(entry.text), abs=1e-3)
    assert entry.metadata == {
        "document_id": REPORT.id,
        "title": "住房报告",
        "path": "住房.md",
        "date": "2023-10",
        "headings": "住房",
        "start": chunks[0].start,
        "end": chunks[0].end,
    }


def test_replacing_leaves_nothing_of_the_former(catalog: Catalog) -> None:
    before = put(catalog, REPORT)
    changed = Document("住房.md", "住房报告", "全部改写了。")
    after = put(catalog, changed, "2")
    assert catalog.documents() == [changed]
    assert catalog.chunk_ids() == {chunk.id for chunk in after}
    assert not catalog.chunk_ids() & {chunk.id for chunk in before}


def test_removing_and_clearing(catalog: Catalog) -> None:
    put(catalog, REPORT)
    put(catalog, Document("b.md", "B", "另一份。"))
    with catalog.transaction():
        catalog.remove("住房.md")
    assert [document.path for document in catalog.documents()] == ["b.md"]
    with catalog.transaction():
        catalog.clear()
    assert catalog.chunk_ids() == set()


def test_an_unknown_document_is_a_lookup_error(catalog: Catalog) -> None:
    with pytest.raises(LookupError, match="'nothing'"):
        catalog.document("nothing")


def test_vectors_are_cached_by_model_and_text(catalog: Catalog) -> None:
    texts = [f"第{number}句" for number in range(1_200)]
    with catalog.transaction():
        catalog.cache_vectors("a", {text: TOY.query(text) for text in texts})
    found = catalog.cached_vectors("a", [*texts, "未见过"])
    assert set(found) == set(texts)
    assert found["第7句"] == pytest.approx(TOY.query("第7句"), abs=1e-3)
    assert catalog.cached_vectors("b", texts) == {}
    assert catalog.cached_vectors("a", []) == {}


def test_a_failed_transaction_changes_nothing(catalog: Catalog) -> None:
    put(catalog, REPORT)
    generation = catalog.generation
    with pytest.raises(RuntimeError), catalog.transaction():
        catalog.clear()
        raise RuntimeError
    assert catalog.documents() == [REPORT]
    assert catalog.generation == generation


def test_every_change_is_a_generation_that_others_see(catalog: Catalog, path: Path) -> None:
    other = Catalog(path)
    before = other.generation
    put(catalog, REPORT)
    assert other.generation == before + 1
    other.close()


def test_another_connection_sees_the_old_until_the_commit(catalog: Catalog, path: Path) -> None:
    put(catalog, REPORT)
    other = Catalog(path)
    with catalog.transaction():
        catalog.clear()
        assert other.documents() == [REPORT]
    assert other.documents() == []
    other.close()


def test_remembers(catalog: Catalog) -> None:
    assert catalog.meta("model") == ""
    with catalog.transaction():
        catalog.remember(model="x", other="y")
    assert (catalog.meta("model"), catalog.meta("other")) == ("x", "y")


def test_twenty_threads_may_read_while_one_writes(catalog: Catalog) -> None:
    put(catalog, REPORT)
    wrong: list[object] = []

    def read() -> None:
        for _ in range(20):
            try:
                texts = {stored.chunk.text for stored in catalog.chunks()}
                if not all(text in TEXT for text in texts):
                    wrong.append(texts)
            except (ParkError, sqlite3.Error) as error:
                wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        put(catalog, REPORT)
    for thread in threads:
        thread.join()
    assert wrong == []


def test_nothing_built_yet(path: Path) -> None:
    with pytest.raises(IndexMissingError, match="python -m index build"):
        Catalog(path)
    assert not path.parent.exists(), "looking must not make anything"


def test_another_version_is_a_mismatch_that_a_build_replaces(catalog: Catalog, path: Path) -> None:
    put(catalog, REPORT)
    catalog._database.execute("PRAGMA user_version = 999")
    with pytest.raises(IndexMismatchError, match="python -m index build"):
        Catalog(path)
    replaced = Catalog(path, create=True)
    assert replaced.documents() == []
    replaced.close()


@pytest.mark.parametrize("content", [b"no database at all, just words " * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_says_what_to_do(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match="python -m index build"):
        Catalog(path)


def test_a_full_disk_is_a_storage_error(catalog: Catalog) -> None:
    put(catalog, REPORT)
    pages = catalog._database.execute("PRAGMA page_count").fetchone()[0]
    catalog._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="磁盘"):
        put(catalog, Document("big.md", "大", "很长的句子。" * 50_000))
    assert catalog.documents() == [REPORT]


def test_a_read_only_file_is_a_storage_error(catalog: Catalog) -> None:
    catalog._database.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="权限"):
        put(catalog, REPORT)


def test_a_home_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="file"):
        Catalog(tmp_path / "file" / "catalog.sqlite3", create=True)


def test_a_catalog_held_by_another_is_busy(catalog: Catalog, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    catalog._database.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(IndexBusyError):
        put(catalog, REPORT)
    other.close()


def test_faults(catalog: Catalog) -> None:
    put(catalog, REPORT)
    assert list(catalog.faults()) == []
    catalog._database.execute("UPDATE chunks SET text = '别的' WHERE position = 0")
    catalog._database.execute("DELETE FROM vectors")
    first, second = catalog.faults()
    assert "not a slice" in first
    assert "no vector" in second
