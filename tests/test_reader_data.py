import json
from pathlib import Path

import pytest

from bench import reader_data
from bench.reader_data import Pool, examples, is_dev, load
from settings import load_settings

SUBJECTS = ["长江", "黄河", "珠江", "嘉陵江", "汉江", "赣江", "湘江", "辽河"]


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return small_pool(tmp_path)


def small_pool(tmp_path: Path) -> Pool:
    """Sixteen documents of two sets, a question each; two texts of our own with a question told and one not."""
    own = tmp_path / "reading"
    own.mkdir()
    lines = [
        {"title": name, "text": f"{name}的月租是{rent}元。大门朝南。", "asked": [[f"租{name}好多钱", f"{rent}元"]],
         "missing": [f"{name}的电梯有几部"]} for name, rent in (("甲楼", 31), ("乙楼", 47))
    ]  # fmt: skip
    (own / "parks.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    for folder, name in (("public", "cmrc2018"), ("train", "drcd")):
        (tmp_path / folder).mkdir()
        documents, questions = [], []
        for number, subject in enumerate(SUBJECTS):
            text = f"{subject}{name}流经多地。{subject}全长{1000 + number}公里。沿岸城市很多，風景優美。"
            id_ = f"{name}-{number * 7:012x}"
            documents.append({"id": id_, "title": subject, "text": text})
            answers = [f"{1000 + number}公里"]
            questions.append({"question": f"{subject}全长多少公里？", "answers": answers, "gold_doc_ids": [id_]})
        for kind, rows in (("docs", documents), ("questions", questions)):
            lines = [json.dumps(row, ensure_ascii=False) for row in rows]
            (tmp_path / folder / f"{name}.{kind}.jsonl").write_text("\n".join(lines), "utf-8")
    return load(tmp_path, own)


def test_texts_are_read_in_simplified_sentences(pool: Pool) -> None:
    assert len(pool.texts) == 18
    assert len(pool.items) == 20
    assert pool.texts[0].sentences[2] == "沿岸城市很多,风景优美。"


def test_the_documents_near_a_question_are_not_its_own(pool: Pool) -> None:
    assert all(item.document not in near for item, near in zip(pool.items, pool.near, strict=True))


def test_what_our_own_texts_do_not_tell_is_never_answered_nor_asked_of_a_text_of_the_same_file(pool: Pool) -> None:
    untold = [(i, item) for i, item in enumerate(pool.items) if not item.answers]
    assert [item.question for _, item in untold] == ["甲楼的电梯有几部", "乙楼的电梯有几部"]
    for number, item in untold:
        assert pool.texts[item.document].is_own
        assert not any(pool.texts[one].is_own for one in pool.near[number])
    told = next(item for item in pool.items if item.question == "租甲楼好多钱")
    assert told.answers == ("31元",)


def test_an_answer_is_in_a_line_and_an_unanswered_question_has_none(pool: Pool) -> None:
    made = [example for seed in range(20) for example in examples(pool, seed)]
    assert {bool(example.answers) for example in made} == {True, False}
    for example in made:
        said = " ".join(line.text for line in example.lines)
        assert not example.answers or any(answer in said for answer in example.answers)
        assert example.lines


def test_documents_kept_aside_are_never_trained_on(pool: Pool) -> None:
    aside = {text.title for text in pool.texts if is_dev(text)}
    trained = {text.title for text in pool.texts if not is_dev(text)}
    assert aside
    assert trained
    assert sum(1 for _ in examples(pool, 1, dev=True)) >= sum(is_dev(text) for text in pool.texts)


def test_the_same_seed_makes_the_same_examples(pool: Pool) -> None:
    assert list(examples(pool, 3)) == list(examples(pool, 3))
    assert list(examples(pool, 3)) != list(examples(pool, 4))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="cmrc2018"):
        load(tmp_path)


@pytest.mark.evaldata
def test_the_public_sets_are_read() -> None:
    folder = load_settings().eval_data
    if folder is None:
        pytest.skip("PARK_EVAL_DATA does not name the folder of the public sets")
    pool = reader_data.load(folder.parent)
    assert len(pool.texts) > 3000
    assert 0.05 < sum(map(is_dev, pool.texts)) / len(pool.texts) < 0.15
