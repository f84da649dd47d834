import json
from pathlib import Path

import pytest

from bench.sets import DataMissingError
from bench.support_pairs import FITTED_ON, KINDS, PUBLIC, SETS, Text, load, pairs, texts, written
from settings import load_settings

SENTENCES = tuple(
    f"{name}位于{place}的河边，占地{20 + number}亩，{2001 + number}年由{firm}建成，每天有{300 + number}人参观。"
    for number, (name, place, firm) in enumerate(
        (
            ("博物馆", "重庆", "华虹公司"),
            ("图书馆", "上海", "长江集团"),
            ("体育馆", "北京", "黄河集团"),
            ("美术馆", "成都", "珠江公司"),
            ("音乐厅", "武汉", "汉江公司"),
        )
    )
)


def toy_texts(count: int = 4) -> list[Text]:
    return [Text(f"t{number}", "own", "博物馆", "2023-10", SENTENCES) for number in range(count)]


def test_every_kind_is_made_and_the_same_every_time() -> None:
    made = list(pairs(toy_texts(12), 12))
    assert {pair.kind for pair in made} == {"true", *KINDS}
    assert made == list(pairs(toy_texts(12), 12))


def test_sentences_are_never_their_quotes_and_quotes_are_the_documents() -> None:
    for pair in pairs(toy_texts(), 4):
        assert all(source.quote in SENTENCES for source in pair.sources)
        assert pair.sentence not in {source.quote for source in pair.sources}


def test_a_document_is_of_one_half() -> None:
    halves = {pair.document: pair.is_fitted_on for pair in pairs(toy_texts(12), 12)}
    assert all(pair.is_fitted_on == halves[pair.document] for pair in pairs(toy_texts(12), 12))
    assert set(halves.values()) == {True, False}


def test_our_own_sentences_are_of_all_kinds_and_cite_quotes() -> None:
    found = list(written())
    assert {pair.kind for pair in found} == {"true", *KINDS}
    assert len(found) >= 300
    assert all(pair.sources and pair.sentence for pair in found)


def test_a_set_is_read_from_its_file(tmp_path: Path) -> None:
    rows = [{"id": "a", "title": "馆", "text": "".join(SENTENCES) + "短句。", "date": "2023-10"}]
    (tmp_path / "crud_rag.docs.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    (text,) = texts("crud_rag", tmp_path)
    assert text.sentences == SENTENCES
    assert text.date == "2023-10"


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match="PARK_EVAL_DATA"):
        load("cmrc2018", None, 1)
    with pytest.raises(DataMissingError, match="crud_rag"):
        load("crud_rag", tmp_path, 1)


def test_only_what_may_be_fitted_on_is() -> None:
    assert set(FITTED_ON) <= set(SETS)
    assert set(FITTED_ON) & set(PUBLIC) == {"cmrc2018"}


@pytest.mark.evaldata
def test_the_public_sets_give_more_than_a_thousand_pairs() -> None:
    folder = load_settings().eval_data
    if folder is None:
        pytest.skip("PARK_EVAL_DATA does not name the folder of the public sets")
    assert sum(len(load(name, folder, 40)) for name in PUBLIC) > 1000
