import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ParkError
from rag import chat_errors
from rag.chat_errors import MOST_CHARS, ChatModelError, plain

KEY = "sk-abcdefghijklmnopqrst"


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"(\w+Error)", chat_errors.__doc__ or "")
    made = [
        name for name, kind in inspect.getmembers(chat_errors, inspect.isclass) if kind.__module__ == "rag.chat_errors"
    ]
    assert sorted(drawn) == sorted(made)
    assert all(issubclass(getattr(chat_errors, name), ChatModelError) for name in made)
    assert issubclass(ChatModelError, ParkError)


@pytest.mark.parametrize(
    "said",
    [
        f"bad key {KEY}!",
        f"starts with {KEY[:10]}, ends with {KEY[-9:]}",
        "Authorization: Bearer whatever-it-was",
        f"quoted {KEY}{KEY}",
    ],
)
def test_neither_the_key_nor_a_part_of_it_is_left(said: str) -> None:
    shown = plain(said, KEY)
    assert "********" in shown
    assert KEY[:8] not in shown
    assert KEY[-8:] not in shown
    assert "whatever" not in shown


def test_a_key_written_otherwise_is_found_too() -> None:
    assert plain(r"key a\"b/c d in JSON", 'a"b/c d') == "key ******** in JSON"
    assert plain("key a%22b%2Fc%20d in an address", 'a"b/c d') == "key ******** in an address"


def test_without_a_key_words_stay() -> None:
    assert plain("model 'x' not found", "") == "model 'x' not found"


def test_what_a_server_says_becomes_one_short_line() -> None:
    assert plain("a\r\n\tb\x1b[31m\x00c\u2028d", "") == "a b [31m c d"
    assert len(plain("长" * 999, "")) == MOST_CHARS


keys = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="*"), min_size=8, max_size=40)


@given(st.text(max_size=60), st.text(max_size=60), keys)
def test_whatever_stands_around_it_the_key_is_hidden(before: str, after: str, key: str) -> None:
    assert key not in plain(before + key + after, key)
