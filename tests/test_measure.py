from collections import Counter
from pathlib import Path

import pytest

from bench.measure import Plan, measure, park_set
from bench.outcomes import PARK, STOCK
from bench.samples import every
from tests.toy_sets import DOCUMENTS, write_sets

ROOT = Path(__file__).parent.parent


@pytest.fixture
def home(tmp_path: Path, model_home: Path) -> Path:
    (tmp_path / "models").symlink_to(model_home / "models", target_is_directory=True)
    return tmp_path


def test_a_set_is_measured_from_its_documents_to_its_answers(home: Path) -> None:
    found = measure(Plan("cmrc2018", write_sets(home / "data"), home))
    assert (found.documents, found.chunks, found.ranked) == (4, 4, 4)
    assert found.characters == sum(map(len, DOCUMENTS.values()))
    assert Counter(one.condition for one in found.outcomes) == {"": 5, "gold": 3}
    assert found.rankings["fusion"]["R@1"] == found.rankings["BM25, pairs"]["R@1"] == 1.0
    assert found.rankings["BM25, white space"]["R@10"] == 0.0
    assert found.rankings[STOCK]["all@5"] == 1.0
    assert found.stock_shows == 1.0
    first = found.outcomes[0]
    assert (first.answerable, first.literal, first.marked) == (True, True, 1)
    assert [one.answerable for one in found.given("")] == [True, True, True, True, False]
    assert all(one.first for one in found.given("gold"))
    assert found.embedded > 0
    again = measure(Plan("cmrc2018", home / "data", home, questions=2, stock=False))
    assert (again.embedded, again.ranked, STOCK in again.rankings) == (0, 2, False)


def test_rgb_is_asked_over_its_own_passages_at_every_share_of_noise(home: Path) -> None:
    found = measure(Plan("rgb", write_sets(home / "data"), home, stock=False))
    rates = {"noise 0": True, "noise 0.2": True, "noise 0.4": True, "noise 0.6": True, "noise 0.8": True}
    given = {one.condition: one.answerable for one in found.outcomes if one.condition}
    assert given == {**rates, "noise only": False}
    assert [one.kind for one in found.given("")] == ["rgb_zh", "rgb_zh_int"]


def test_the_park_is_a_set_of_its_own(home: Path) -> None:
    found = measure(Plan(PARK, None, home, questions=4))
    assert (found.documents, len(found.outcomes), found.rankings) == (11, 4, {})
    assert all(one.verbatim is not False for one in found.outcomes)


def test_the_parks_set_is_what_stands_in_its_files() -> None:
    whole = park_set()
    assert {document.path for document in whole.documents} == {path.name for path in (ROOT / "corpus").iterdir()}
    assert all(
        document.file_text == (ROOT / "corpus" / document.path).read_text("utf-8") for document in whole.documents
    )
    assert {one.answerable for one in every(whole.questions, 100)} == {True, False}
    assert any(one.history for one in whole.questions)
