import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index.derived import Entry
from index.errors import IndexDamagedError, StorageError
from index.lexical import LexicalIndex
from index.vectors import VectorIndex, erase, graph_digest
from tests.toys import ToyEmbedder

TOY = ToyEmbedder()
TEXTS = ["人才公寓有920套", "食堂五月启用", "企业使用MES系统", "地铁站在北门"]


def entry(number: int, text: str) -> Entry:
    return Entry(f"id{number}", text, TOY.query(text), {"title": "报告", "path": "a.md", "start": number})


ENTRIES = [entry(number, text) for number, text in enumerate(TEXTS)]


class Leg:
    """One of the two derived indexes, opened in a folder, and asked in its own way."""

    def __init__(self, kind: type[VectorIndex] | type[LexicalIndex], folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.index: Any = kind(folder)

    def reopen(self) -> None:
        self.index.close()
        self.index = self.kind(self.folder)

    def ask(self, text: str, limit: int = 3) -> list[str]:
        query = TOY.query(text) if self.kind is VectorIndex else text
        return [hit.id for hit in self.index.search(query, limit)]


@pytest.fixture(params=[VectorIndex, LexicalIndex], ids=["chroma", "tantivy"])
def leg(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Leg]:
    leg = Leg(request.param, tmp_path / "leg")
    yield leg
    leg.index.close()


class TestContract:
    """What both derived indexes promise."""

    def test_an_empty_index_finds_nothing(self, leg: Leg) -> None:
        assert leg.ask("人才公寓") == []
        assert leg.index.ids() == set()

    def test_finds_an_entry_by_its_text(self, leg: Leg) -> None:
        leg.index.add(ENTRIES)
        assert [leg.ask(text)[0] for text in TEXTS] == ["id0", "id1", "id2", "id3"]

    def test_scores_fall_and_the_limit_holds(self, leg: Leg) -> None:
        leg.index.add([entry(number, f"公寓{'楼' * number}") for number in range(10)])
        query = TOY.query("公寓") if leg.kind is VectorIndex else "公寓"
        scores = [hit.score for hit in leg.index.search(query, 4)]
        assert len(scores) == 4
        assert scores == sorted(scores, reverse=True)
        assert leg.index.search(query, 0) == []
        assert len(leg.index.search(query, 100)) == 10

    def test_adding_an_id_again_replaces_it(self, leg: Leg) -> None:
        leg.index.add(ENTRIES)
        leg.index.add([entry(0, "停车场收费")])
        assert leg.index.ids() == {"id0", "id1", "id2", "id3"}
        assert leg.ask("停车场收费")[0] == "id0"
        query = TOY.query(TEXTS[0]) if leg.kind is VectorIndex else TEXTS[0]
        assert not [hit for hit in leg.index.search(query, 4) if hit.id == "id0" and hit.score > 0.5]

    def test_removes(self, leg: Leg) -> None:
        leg.index.add(ENTRIES)
        leg.index.remove({"id0", "unknown"})
        assert leg.index.ids() == {"id1", "id2", "id3"}
        assert "id0" not in leg.ask(TEXTS[0])

    def test_adding_and_removing_nothing_is_nothing(self, leg: Leg) -> None:
        leg.index.add([])
        leg.index.remove([])
        assert leg.index.ids() == set()

    def test_is_on_disk(self, leg: Leg) -> None:
        leg.index.add(ENTRIES)
        leg.index.remove(["id3"])
        leg.reopen()
        assert leg.index.ids() == {"id0", "id1", "id2"}
        assert leg.ask(TEXTS[1])[0] == "id1"

    def test_another_opener_sees_it(self, leg: Leg) -> None:
        leg.index.add(ENTRIES)
        other = Leg(leg.kind, leg.folder)
        assert other.ask(TEXTS[2])[0] == "id2"
        other.index.close()
        assert leg.ask(TEXTS[2])[0] == "id2"

    def test_takes_any_text(self, leg: Leg) -> None:
        texts = ["\0", "😀", "", " \n", "a" * 100_000, "'; DROP TABLE", '+-&|!(){}[]^"~*?:\\/ AND OR NOT', "é\u0301"]
        leg.index.add([Entry(f"odd{n}", text, ENTRIES[0].vector) for n, text in enumerate(texts)])
        assert len(leg.index.ids()) == len(texts)
        for text in texts:
            leg.ask(text)

    def test_more_than_one_batch(self, leg: Leg) -> None:
        if leg.kind is VectorIndex:
            leg.index._batch = 100  # Chroma's own is 5,461
        many = [Entry(f"n{number}", f"第{number}条", TOY.query(str(number))) for number in range(250)]
        leg.index.add(many)
        assert len(leg.index.ids()) == 250
        leg.index.remove([item.id for item in many[1:]])
        assert leg.index.ids() == {"n0"}

    def test_a_folder_that_cannot_be_made_is_a_storage_error(self, leg: Leg, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises((StorageError, IndexDamagedError), match="file"):
            leg.kind(tmp_path / "file" / "below")


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorIndex]:
    index = VectorIndex(tmp_path / "chroma")
    yield index
    index.close()


def random_rows(count: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def test_scores_are_cosines(vectors: VectorIndex) -> None:
    vectors.add(ENTRIES)
    for hit in vectors.search(ENTRIES[0].vector, 4):
        expected = ENTRIES[0].vector @ ENTRIES[int(hit.id[2:])].vector
        assert hit.score == pytest.approx(expected, abs=1e-5)


def test_random_vectors_keep_their_neighbours(vectors: VectorIndex) -> None:
    """Random vectors are the hardest: nothing is near. Chroma's own settings find half of these."""
    rows = random_rows(3_000, 128)
    vectors.add([Entry(str(number), "", row) for number, row in enumerate(rows)])
    found = total = 0
    for query in random_rows(50, 128, seed=1):
        exact = set(np.argsort(-(rows @ query))[:10])
        found += len(exact & {int(hit.id) for hit in vectors.search(query, 10)})
        total += 10
    assert found / total >= 0.97


def test_any_chroma_client_can_use_the_collection(vectors: VectorIndex, tmp_path: Path) -> None:
    vectors.add(ENTRIES)
    script = (
        "import sys, chromadb; client = chromadb.PersistentClient(sys.argv[1]);"
        "record = client.get_collection('park', embedding_function=None).get(ids=['id0']);"
        "print(record['documents'][0], record['metadatas'][0]['title'])"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "chroma")]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == f"{TEXTS[0]} 报告"


def test_a_second_opener_has_an_engine_of_its_own(vectors: VectorIndex, tmp_path: Path) -> None:
    """Chroma shares one engine between clients of one path: a reader that opens anew would get its old graph again."""
    vectors.add(ENTRIES[:1])
    other = VectorIndex(tmp_path / "chroma")
    other.close()
    assert [hit.id for hit in vectors.search(ENTRIES[0].vector, 3)] == ["id0"]


def test_vectors_of_another_length_are_refused(vectors: VectorIndex) -> None:
    vectors.add(ENTRIES)
    with pytest.raises(IndexDamagedError, match="check --repair"):
        vectors.search(random_rows(1, 3)[0], 1)


@pytest.mark.parametrize("damage", ["random", "truncated", "deleted"])
def test_a_damaged_database_is_an_error_that_says_what_to_do(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    index = VectorIndex(folder)
    index.add(ENTRIES)
    index.close()
    file = folder / "chroma.sqlite3"
    if damage == "random":
        file.write_bytes(os.urandom(file.stat().st_size))
    elif damage == "truncated":
        os.truncate(file, file.stat().st_size // 2)
    else:
        file.unlink()
        assert not VectorIndex(folder).ids()
        return
    with pytest.raises(IndexDamagedError, match="check --repair"):
        VectorIndex(folder)


def test_the_digest_tells_a_changed_graph(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    assert graph_digest(folder) == ""
    index = VectorIndex(folder)
    index.add([Entry(str(n), "", row) for n, row in enumerate(random_rows(1_200, 8))])
    index.close()
    before = graph_digest(folder)
    assert before
    VectorIndex(folder).close()
    assert graph_digest(folder) == before, "opening to read must not change the graph"
    graph = next(folder.rglob("data_level0.bin"))
    data = bytearray(graph.read_bytes())
    data[len(data) // 2] ^= 1
    graph.write_bytes(data)
    assert graph_digest(folder) != before
    erase(folder)
    assert not folder.exists()


def test_erasing_nothing_is_well(tmp_path: Path) -> None:
    erase(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    erase(tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_an_unreachable_server_names_the_setting() -> None:
    with pytest.raises(IndexDamagedError, match="PARK_CHROMA_URL"):
        VectorIndex("http://127.0.0.1:9")


def test_closing_twice_is_well(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path / "chroma")
    index.close()
    index.close()
    shutil.rmtree(tmp_path / "chroma")
