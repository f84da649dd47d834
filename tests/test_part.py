from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.part import Cutter, RememberingEmbedder
from bench.set_index import SetIndex, open_set_index
from bench.sets import load_set
from rag.records import Request
from tests.toy_sets import DOCUMENTS, write_sets
from tests.toys import ToyEmbedder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SetIndex]:
    folder = tmp_path_factory.mktemp("part")
    opened = open_set_index(load_set("cmrc2018", write_sets(folder / "data")), folder / "home", ToyEmbedder())
    yield opened
    opened.index.close()


@pytest.fixture
def cutter(whole: SetIndex) -> Iterator[Cutter]:
    cutter = Cutter(whole)
    yield cutter
    cutter.close()


def test_a_part_holds_its_documents_and_no_other(cutter: Cutter, whole: SetIndex) -> None:
    with cutter.chain(["甲", "丙"]) as chain:
        part = chain.index
        assert {document.text for document in part.documents()} == {DOCUMENTS["甲"], DOCUMENTS["丙"]}
        assert part.count == len(part.all_chunks()) == 2
        stored = {one.chunk.id: one for one in part.all_chunks()}
        assert {hit.id for hit in part.dense(part.embedder.query("大桥多长"), 9)} == stored.keys()
        assert part.lexical_search("西山公园", 9) == []
        assert part.document_frequency("图书馆") == 1
        assert part.chunks([*stored, "none"]) == whole.index.chunks(list(stored))
        assert not part.refresh()


def test_a_part_finds_as_the_whole_index_does(cutter: Cutter, whole: SetIndex) -> None:
    question = "南街小学的校长是谁"
    vector = whole.index.embedder.query(question)
    with cutter.chain(DOCUMENTS) as chain:
        for mine, theirs in (
            (chain.index.dense(vector, 4), whole.index.dense(vector, 4)),
            (chain.index.lexical_search(question, 4), whole.index.lexical_search(question, 4)),
        ):
            assert [hit.id for hit in mine] == [hit.id for hit in theirs]
            assert [hit.score for hit in mine] == pytest.approx([hit.score for hit in theirs], abs=1e-3)


def test_a_part_is_asked_like_an_index(cutter: Cutter) -> None:
    with cutter.chain(["丙"]) as chain:
        answer = chain.invoke(Request("南街小学的校长是谁？"))
        assert {citation.path for citation in (*answer.citations, *answer.nearby)} <= {"丙.txt"}
        assert chain.last.findings[0].evidence


def test_nothing_is_left_of_a_part(cutter: Cutter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with cutter.chain(["甲"]):
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_a_question_is_embedded_once() -> None:
    class Counting(ToyEmbedder):
        queries = 0

        def query(self, text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
            self.queries += 1
            return super().query(text)

    toy = Counting()
    remembering = RememberingEmbedder(toy)
    assert np.array_equal(remembering.query("问"), remembering.query("问"))
    assert (toy.queries, remembering.fingerprint, remembering.dimensions) == (1, toy.fingerprint, toy.dimensions)
    assert np.array_equal(remembering.passages(["文"]), toy.passages(["文"]))
