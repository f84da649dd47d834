import logging
import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.derived import Entry
from index.errors import IndexBusyError, IndexDamagedError
from index.lexical import LexicalIndex, erase
from index.tokens import keep_dictionary_in, tokenize

ROOT = Path(__file__).parent.parent
NO_VECTOR = np.zeros(1, np.float32)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("C3栋", {"c3", "c3栋"}),
        ("C3-2栋", {"c3-2", "c3", "c3-2栋"}),
        ("电话33618", {"33618", "电话"}),
        ("33,618元", {"33618", "33618元"}),
        ("MES系统", {"mes", "系统"}),
        ("iPhone15", {"iphone15", "iphone", "15"}),
        ("2023年5月6日", {"2023", "2023年", "5月", "6日", "5月6日", "2023年5月", "2023年5月6日"}),
        ("2023年5月6号", {"5月6日", "2023年5月6日"}),
        ("2022年10月", {"2022年10月", "10月"}),
        ("有920套", {"920", "920套"}),
        ("近200亿元", {"200", "200亿元", "亿元"}),
        ("3.5万平方米", {"3.5", "3.5万平"}),
        ("占40.5%", {"40.5%", "40.5"}),
        ("ＡＢＣ１２３", {"abc123", "abc", "123"}),
        ("人才公寓", {"人才", "公寓", "才公"}),
        ("斯大宝", {"斯大", "大宝"}),
        ("住宿咋解决", {"住宿", "宿咋", "咋", "解决"}),
        ("www.example.com", {"www.example.com", "example"}),
        ("023-6888 5555", {"023-6888", "023", "6888", "5555"}),
        ("caf\u0065\u0301", {"café"}),
    ],
)
def test_tokens_that_a_question_would_use(text: str, tokens: set[str]) -> None:
    assert tokens <= set(tokenize(text))


@pytest.mark.parametrize("text", ["", " \n\t", "，。！？", "😀", "\0", "_", "\ud800"])
def test_nothing_to_find_gives_no_token(text: str) -> None:
    assert tokenize(text) == []


@given(st.text())
def test_tokens_are_what_tantivy_keeps(text: str) -> None:
    for token in tokenize(text):
        assert token
        assert len(token) <= 64
        assert not any(character.isspace() for character in token)
        token.encode()


@given(st.text(alphabet="人才公寓的920套abcＡ１。 "))
def test_width_and_case_make_no_difference(text: str) -> None:
    assert tokenize(text.upper()) == tokenize(unicodedata.normalize("NFKC", text).lower())


@given(st.text(alphabet="食堂启用人才公寓", min_size=2))
def test_every_pair_of_neighbours_is_a_token(text: str) -> None:
    assert {left + right for left, right in pairwise(text)} <= set(tokenize(text))


@pytest.mark.parametrize("piece", ["a", "1", "a-", "1,", "1.", "中", "1年", "-", "a1"])
def test_time_grows_with_the_length_only(piece: str) -> None:
    tokenize("热身")
    started = time.perf_counter()
    tokenize(piece * 20_000)
    assert time.perf_counter() - started < 5


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


def test_the_dictionary_is_cached_where_told_and_loads_in_silence(tmp_path: Path) -> None:
    """In a process of its own: this one has loaded it."""
    script = (
        "import sys, pathlib; from index.tokens import keep_dictionary_in, tokenize;"
        "keep_dictionary_in(pathlib.Path(sys.argv[1])); print(tokenize('食堂'))"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(tmp_path / "cache")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['食堂', '食堂']"
    assert done.stderr == ""
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["jieba.cache"]


def test_a_dictionary_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    keep_dictionary_in(tmp_path / "file")
    assert logging.getLogger("jieba").level >= logging.WARNING or tokenize("食堂")
