from collections.abc import Iterator

import pytest

from bench.rankings import FUSION, LEGS, baselines, product, rankings
from bench.set_index import SetIndex, open_set_index
from bench.sets import QuestionSet, SetDocument, load_set
from tests.toy_sets import DOCUMENTS, write_sets
from tests.toys import ToyEmbedder

OPENED = tuple[QuestionSet, SetIndex]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OPENED]:
    folder = tmp_path_factory.mktemp("rankings")
    whole = load_set("cmrc2018", write_sets(folder / "data"))
    opened = open_set_index(whole, folder / "home", ToyEmbedder())
    yield whole, opened
    opened.index.close()


def test_every_leg_ranks_documents_by_the_names_of_the_set(opened: OPENED) -> None:
    found = product(opened[1])("南街小学的校长是谁")
    assert found.keys() == {*LEGS, FUSION}
    assert all(ids[0] == "丙" for ids in found.values())
    assert all(set(ids) <= DOCUMENTS.keys() and len(ids) == len(set(ids)) for ids in found.values())


def test_the_baselines_rank_the_same_documents() -> None:
    whole = baselines(documents())("南街小学的校长是谁")
    assert whole == {"BM25, white space": [], "BM25, pairs": ["丙"]}


def documents() -> list[SetDocument]:
    return [SetDocument(id_, text) for id_, text in DOCUMENTS.items()]


def test_only_questions_with_an_answer_are_ranked(opened: OPENED) -> None:
    figures, asked = rankings(*opened, stock=None)
    assert asked == 4
    assert figures.keys() == {*LEGS, FUSION, "BM25, white space", "BM25, pairs"}
    assert figures["BM25, white space"]["R@10"] == 0
