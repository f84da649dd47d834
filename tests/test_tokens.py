import logging
import subprocess
import sys
import time
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import LONGEST_NAME, SHORTEST_NAME, keep_dictionary_in, names_in, spoken_date, tokenize

ROOT = Path(__file__).parent.parent


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


@given(
    st.text(alphabet="缙云新居人才公寓、 C3", max_size=40), st.sets(st.text("缙云新居人才公寓", min_size=1, max_size=9))
)
def test_names_are_found_wherever_they_stand(text: str, names: set[str]) -> None:
    found = names_in(text, names)
    wanted = {name for name in names if SHORTEST_NAME <= len(name) <= LONGEST_NAME and name in text}
    assert set(found) == wanted
    assert all(found.count(name) == sum(text.startswith(name, place) for place in range(len(text))) for name in wanted)


@given(st.text(alphabet="缙云新居人才公寓的920套。 ", max_size=60))
def test_names_only_add_tokens(text: str) -> None:
    names = frozenset({"缙云新居", "人才公寓"})
    assert tokenize(text, names) == [*tokenize(text), *names_in(text, names)]


@pytest.mark.parametrize(
    ("iso", "said"),
    [
        ("2023-05-06", "2023年5月6日"),
        ("2023-10", "2023年10月"),
        ("2023", "2023年"),
        ("", ""),
        ("去年", ""),
        ("23-1", ""),
    ],
)
def test_a_date_is_said_as_reports_say_it(iso: str, said: str) -> None:
    assert spoken_date(iso) == said


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
