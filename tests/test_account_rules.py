import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.account_rules import (
    COMMON,
    PASSWORD_CHARS,
    AccountError,
    check_password,
    clean_name,
    clean_password,
    name_key,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("王芳", "王芳"), ("  Ｗａｎｇ　 Fang ", "Wang Fang"), ("x" * 40, "x" * 40), ("e\u0301" * 40, "é" * 40)],
)
def test_a_name_is_kept_in_one_form(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "　",
        "x" * 41,
        "ﷺ" * 3,
        "王\n芳",
        "王芳\n",
        "a\x00b",
        "a\x1bb",
        "a\u200bb",
        "a\u202eb",
        "\ud800",
        "a\u2028b",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(AccountError, match="姓名"):
        clean_name(name)


@given(st.text(max_size=50))
def test_a_name_that_is_kept_stays_as_it_is(name: str) -> None:
    try:
        kept = clean_name(name)
    except AccountError:
        return
    assert clean_name(kept) == kept
    assert name_key(kept) == name_key(name)


@pytest.mark.parametrize("other", ["WANG FANG", "ｗａｎｇ　ｆａｎｇ", " wang  fang", "Wang Fang"])
def test_capitals_and_width_make_no_other_name(other: str) -> None:
    assert name_key(other) == name_key("Wang Fang")


def test_letters_that_differ_only_in_capitals_beyond_ascii() -> None:
    assert name_key("STRASSE") == name_key("straße")
    assert name_key("王芳") != name_key("王方")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "至少"),
        ("九个字符的密码不够", "至少"),
        ("x" * 1001, "最长"),
        ("长" * 334, "最长"),
        ("\ud800" * 10, "最长"),
        ("Wang Fang Li", "姓名相同"),
        ("ｗａｎｇ　ｆａｎｇ　ｌｉ", "姓名相同"),
        ("1234567890", "常见"),
        ("PASSWORD123", "常见"),
        ("ｐａｓｓｗｏｒｄ１２３", "常见"),
    ],
)
def test_a_weak_password_is_refused_and_never_repeated(password: str, said: str) -> None:
    with pytest.raises(AccountError, match=said) as caught:
        check_password(password, "wang fang li")
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize(
    "password", ["十个字符的密码就够用了", "x" * 999 + "y", "长" * 333, "plum tree 42", "  spaces  count  "]
)
def test_a_password_may_be_anything_else(password: str) -> None:
    assert check_password(password, "王芳") == clean_password(password) != None  # noqa: E711


def test_the_width_of_letters_makes_no_other_password() -> None:
    assert clean_password("ｐｌｕｍ　ｔｒｅｅ　４２") == clean_password("plum tree 42")
    assert clean_password("Plum tree 42") != clean_password("plum tree 42")


def test_the_commonest_are_written_as_they_are_compared() -> None:
    assert all(word == word.casefold() and len(word) >= PASSWORD_CHARS for word in COMMON)
