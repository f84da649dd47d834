import os
from pathlib import Path

import pytest

from bench.sets import NAMES, DataMissingError, SetDocument, gold_ids, load_set
from rag.records import Turn
from settings import SettingsError
from tests.toy_sets import DOCUMENTS, RGB, question, write_rows, write_sets


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_sets(tmp_path / "data")


def test_documents_keep_their_title_unless_it_gives_them_away(data: Path) -> None:
    assert load_set("cmrc2018", data).documents[0] == SetDocument("甲", DOCUMENTS["甲"], "甲报")
    assert load_set("crud_rag", data).documents[0] == SetDocument("甲", DOCUMENTS["甲"])


def test_one_gold_document_is_enough_unless_the_question_spans_several(data: Path) -> None:
    golds = {one.id: one.gold for one in load_set("cmrc2018", data).questions}
    assert golds == {"1": (("甲",),), "2": (("乙",),), "3": (("丙",),), "4": (("丙",), ("丁",)), "5": ()}


def test_groups_and_earlier_turns_are_read(data: Path) -> None:
    history = [{"question": "它在哪？", "answers": ["东湖"]}, {"question": "何时？", "answers": []}]
    groups = {"answer_groups": [["a", "b"], ["c"]], "gold_groups": [["甲", "乙"], ["丙"]]}
    write_sets(data, [question("1", "问？", ["甲"], ["a"], history=history, **groups)])
    (read,) = load_set("domainrag", data).questions
    assert (read.answers, read.gold) == ((("a", "b"), ("c",)), (("甲", "乙"), ("丙",)))
    assert read.history == (Turn("它在哪？", "东湖"), Turn("何时？", ""))


def test_a_document_with_an_earlier_ones_text_is_that_one(data: Path) -> None:
    texts = {"甲": "同样的话。", "乙": "同样的话。\n", "丙": "  ", "丁": "别的话。"}
    write_rows(data / "crud_rag.docs.jsonl", [{"id": id_, "text": text} for id_, text in texts.items()])
    whole = load_set("crud_rag", data)
    assert [document.id for document in whole.documents] == ["甲", "丁"]
    assert [one.gold for one in whole.questions] == [(("甲",),), (("甲",),), (), (("丁",),), ()]


def test_rgb_is_the_pool_of_all_its_passages(data: Path) -> None:
    whole = load_set("rgb", data)
    texts = {document.id: document.text for document in whole.documents}
    single, several = whole.questions
    assert len(whole.documents) == len(set(texts.values())) == 12
    assert [texts[id_] for id_ in single.gold[0]] == RGB["positive"]
    assert [texts[id_] for id_ in single.noise] == RGB["negative"]
    assert [[texts[id_] for id_ in group] for group in several.gold] == [[DOCUMENTS["甲"]], [DOCUMENTS["乙"]]]
    assert [texts[id_] for id_ in several.noise] == [DOCUMENTS["丙"]], "what answers is no noise"


def test_what_is_missing_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "cmrc2018.docs.jsonl").unlink()
    with pytest.raises(DataMissingError, match=r"cmrc2018\.docs\.jsonl is not there"):
        load_set("cmrc2018", data)
    with pytest.raises(ValueError, match="no set 'squad'; the sets are crud_rag"):
        load_set("squad", data)
    monkeypatch.delenv("PARK_EVAL_DATA", raising=False)
    with pytest.raises(DataMissingError, match="set PARK_EVAL_DATA"):
        load_set("cmrc2018")


@pytest.mark.evaldata
@pytest.mark.parametrize("name", NAMES)
def test_the_public_sets_are_as_described(name: str) -> None:
    if not os.environ.get("PARK_EVAL_DATA"):
        pytest.skip("PARK_EVAL_DATA does not name the folder of the public sets")
    whole = load_set(name)
    ids = {document.id for document in whole.documents}
    assert len(ids) == len(whole.documents)
    assert len({one.id for one in whole.questions}) == len(whole.questions) > 100
    for one in whole.questions:
        assert one.answerable == bool(one.gold), one.id
        assert gold_ids(one) | set(one.noise) <= ids, one.id
        assert not gold_ids(one) & set(one.noise), one.id


def test_an_unknown_setting_is_still_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_EVAL_DATE", "x")
    with pytest.raises(SettingsError, match="PARK_EVAL_DATA"):
        load_set("cmrc2018")
