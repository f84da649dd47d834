from pathlib import Path

import pytest

from bench.set_index import open_set_index, set_home, write_corpus
from bench.sets import SetDocument, load_set
from tests.toy_sets import DOCUMENTS, write_sets
from tests.toys import ToyEmbedder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_sets(tmp_path / "data")


def test_the_corpus_folder_holds_the_documents_and_nothing_else(tmp_path: Path) -> None:
    write_corpus([SetDocument("a", "旧"), SetDocument("b", "同")], tmp_path)
    before = (tmp_path / "b.txt").stat().st_mtime_ns
    write_corpus([SetDocument("b", "同"), SetDocument("c", "文", '题："一"', "2023-10")], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.txt", "c.txt"]
    assert (tmp_path / "b.txt").stat().st_mtime_ns == before
    assert (tmp_path / "c.txt").read_text("utf-8") == '---\ntitle: "题：\\"一\\""\ndate: "2023-10"\n---\n文'


def test_an_index_of_a_set_knows_its_documents_by_both_names(data: Path, tmp_path: Path) -> None:
    whole, toy = load_set("domainrag", data), ToyEmbedder()
    opened = open_set_index(whole, tmp_path / "home", toy)
    try:
        found = {opened.set_ids[document.id]: document for document in opened.index.documents()}
        assert {id_: (document.title, document.text) for id_, document in found.items()} == {
            id_: (f"{id_}报", text) for id_, text in DOCUMENTS.items()
        }
        assert {id_: opened.index.document(opened.ids[id_]).path for id_ in DOCUMENTS} == {
            id_: f"{id_}.txt" for id_ in DOCUMENTS
        }
    finally:
        opened.index.close()
    embedded = toy.calls
    open_set_index(whole, tmp_path / "home", toy).index.close()
    assert toy.calls - embedded < embedded / 2, "only the self-test embeds again"


def test_the_homes_of_the_sets_share_one_model(data: Path, tmp_path: Path) -> None:
    for name in ("cmrc2018", "rgb"):
        home = set_home(load_set(name, data), tmp_path)
        assert (home / "models").resolve() == (tmp_path / "models").resolve()
        assert home == set_home(load_set(name, data), tmp_path)
