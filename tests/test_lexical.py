import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.derived import Entry
from index.errors import IndexBusyError, IndexDamagedError
from index.lexical import LexicalIndex, entry_tokens, erase
from index.tokens import tokenize

ROOT = Path(__file__).parent.parent
NO_VECTOR = np.zeros(1, np.float32)


@pytest.fixture
def lexical(tmp_path: Path) -> Iterator[LexicalIndex]:
    index = LexicalIndex(tmp_path / "lexical")
    yield index
    index.close()


def entries(*texts: str) -> list[Entry]:
    return [Entry(f"id{number}", text, NO_VECTOR) for number, text in enumerate(texts)]


def test_polite_words_do_not_hide_the_answer(lexical: LexicalIndex) -> None:
    lexical.add(entries("食堂于五月启用。", "商业街有超市。", "公寓有920套。"))
    assert lexical.search("您好，请问一下食堂大概是什么时候启用的呢？谢谢", 1)[0].id == "id0"


def test_codes_are_found(lexical: LexicalIndex) -> None:
    lexical.add(entries("公司位于C3栋二楼。", "公司位于C4栋二楼。", "企业使用MES系统。", "编号33618。"))
    for question, expected in (("c3栋", "id0"), ("Ｃ４", "id1"), ("mes", "id2"), ("33618", "id3")):
        assert lexical.search(question, 1)[0].id == expected, question


def test_counts(lexical: LexicalIndex) -> None:
    lexical.add(entries("食堂启用", "食堂价格", "公寓"))
    assert lexical.count == 3
    assert lexical.document_frequency("食堂") == 2
    assert lexical.document_frequency("地铁") == 0


def test_bm25_agrees_with_its_formula(lexical: LexicalIndex) -> None:
    """Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75; short texts, whose lengths tantivy keeps exactly."""
    texts = ["abc abc xyz", "abc", "xyz uvw rst", "uvw"]
    lexical.add(entries(*texts))
    lengths = [len(tokenize(text)) for text in texts]
    mean = sum(lengths) / len(lengths)
    idf = np.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    expected = {}
    for number, times in ((0, 2), (1, 1)):
        norm = 1.2 * (1 - 0.75 + 0.75 * lengths[number] / mean)
        expected[f"id{number}"] = idf * times * 2.2 / (times + norm)
    assert {hit.id: hit.score for hit in lexical.search("abc", 5)} == pytest.approx(expected, rel=1e-3)


def test_a_reader_sees_writes_after_reload(lexical: LexicalIndex, tmp_path: Path) -> None:
    reader = LexicalIndex(tmp_path / "lexical")
    lexical.add(entries("食堂启用"))
    assert reader.search("食堂", 1) == []
    reader.reload()
    assert [hit.id for hit in reader.search("食堂", 1)] == ["id0"]
    reader.close()


def test_a_second_writer_is_told_so(lexical: LexicalIndex, tmp_path: Path) -> None:
    other = LexicalIndex(tmp_path / "lexical")
    with lexical._writing() as writer:
        with pytest.raises(IndexBusyError):
            other.add(entries("食堂"))
        writer.rollback()
    other.close()


@pytest.mark.parametrize("damage", ["flipped", "random", "truncated", "emptied", "deleted"])
def test_every_damaged_file_is_noticed(damage: str, tmp_path: Path) -> None:
    """tantivy itself reads a flipped bit without a word, and answers wrong."""
    folder = tmp_path / "lexical"
    index = LexicalIndex(folder)
    index.add(entries("食堂启用", "公寓"))
    index.remove(["id1"])
    index.close()
    unused = {".pos", ".json"}  # no positions are kept; meta.json is added below, .managed.json is for clean-up
    files = [path for path in folder.iterdir() if path.stat().st_size and path.suffix not in unused]
    files.append(folder / "meta.json")
    assert len(files) > 5
    for number, file in enumerate(files):
        copy = tmp_path / f"copy{number}"  # a fresh one each: files that are mapped into memory must not change
        shutil.copytree(folder, copy)
        (copy / file.name).write_bytes(damaged(file.read_bytes(), damage))
        if damage == "deleted":
            (copy / file.name).unlink()
        if file.name == "meta.json" and damage == "deleted":
            assert LexicalIndex(copy).count == 0, "the catalog tells that all are missing"
        else:
            assert not openable(copy), file.name


def damaged(data: bytes, damage: str) -> bytes:
    if damage == "flipped":
        return bytes([data[0] ^ 1]) + data[1:]
    third = data[: len(data) // 3]
    return {"random": os.urandom(len(data)), "truncated": third, "emptied": b"", "deleted": data}[damage]


def openable(folder: Path) -> bool:
    try:
        LexicalIndex(folder).close()
    except IndexDamagedError as error:
        assert "check --repair" in str(error)
        return False
    return True


def test_erase(tmp_path: Path) -> None:
    LexicalIndex(tmp_path / "lexical").close()
    erase(tmp_path / "lexical")
    erase(tmp_path / "lexical")
    assert not (tmp_path / "lexical").exists()


def test_names_are_found_by_their_own_token(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "lexical", frozenset({"斯太宝"}))
    index.add(entries("斯太宝投产", "斯太公司太宝路"))
    assert index.document_frequency("斯太宝") == 1
    assert index.search("斯太宝", 1)[0].id == "id0"
    index.close()


def test_title_headings_and_date_are_what_an_entry_is_found_by_too() -> None:
    about = {"title": "住房报告", "headings": "人才公寓", "date": "2023-05-06"}
    tokens = entry_tokens(Entry("id", "住房报告 › 人才公寓\n共920套。", NO_VECTOR, about))
    assert tokens.count("住房报告") == 0
    assert tokens.count("房报") == tokens.count("才公") == 2  # once as it stands, once more
    assert {"920套", "2023年", "5月6日"} <= set(tokens)


def test_other_words_count_as_they_are_weighed(lexical: LexicalIndex) -> None:
    lexical.add(entries("食堂启用", "饭堂启用"))
    plain = {hit.id: hit.score for hit in lexical.search("食堂", 2)}
    both = {hit.id: hit.score for hit in lexical.search("食堂", 2, "饭堂", 0.2)}
    alone = {hit.id: hit.score for hit in lexical.search("饭堂", 2)}
    assert both["id0"] == pytest.approx(plain["id0"], rel=0.2)
    assert 0 < both["id1"] < alone["id1"]
    assert [hit.id for hit in lexical.search("食堂", 2, "饭堂", 0.2)] == ["id0", "id1"]
