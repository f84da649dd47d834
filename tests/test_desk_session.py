"""Cookies that are not ours, or have been changed, are none; a form belongs to one browser."""

from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from starlette.responses import Response

from desk.accounts import Account
from desk.opening import Opening
from settings import Settings
from tests.desk_people import CHEAP, PASSWORD, Clock
from ui.desk.session import COOKIE, FORM_COOKIE, Sessions


@pytest.fixture
def opening(tmp_path: Path, clock: Clock) -> Opening:
    opening = Opening(Settings(home=tmp_path), CHEAP, clock)
    opening.opened().accounts.add("王芳", PASSWORD, "staff", by="setup")
    return opening


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: Path, opening: Opening) -> Sessions:
    return Sessions(tmp_path, opening)


def cookies(response: Response) -> SimpleCookie:
    jar = SimpleCookie()
    for name, value in response.headers.items():
        if name == "set-cookie":
            jar.load(value)
    return jar


def given(sessions: Sessions, token: str, *, secure: bool = False) -> SimpleCookie:
    response = Response()
    sessions.give(response, token, secure=secure)
    return cookies(response)


def sign_in(opening: Opening) -> tuple[Account, str]:
    account = opening.opened().accounts.list()[0]
    return account, opening.opened().sign_ins.open(account)


def test_the_cookie_that_was_given_is_the_account(sessions: Sessions, opening: Opening, tmp_path: Path) -> None:
    account, token = sign_in(opening)
    value = given(sessions, token)[COOKIE].value
    assert sessions.signed_in({COOKIE: value}) == account
    assert Sessions(tmp_path, opening).signed_in({COOKIE: value}) == account  # after a restart
    assert sessions.signed_in({}) is None


@pytest.mark.parametrize("secure", [False, True])
def test_its_flags(sessions: Sessions, secure: bool) -> None:
    cookie = given(sessions, "t", secure=secure)[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "lax" and cookie["path"] == "/desk"
    assert bool(cookie["secure"]) == secure and not cookie["max-age"] and not cookie["expires"] and not cookie["domain"]
    response = Response()
    sessions.take(response, secure=secure)
    assert cookies(response)[COOKIE]["max-age"] == "0" and cookies(response)[COOKIE]["path"] == "/desk"


def test_what_is_not_ours_is_none(sessions: Sessions, opening: Opening, tmp_path: Path) -> None:
    _, token = sign_in(opening)
    value = given(sessions, token)[COOKIE].value
    foreign = given(Sessions(tmp_path / "another", opening), token)[COOKIE].value
    form = sessions.new_form_cookie()[FORM_COOKIE]
    changed = ("A" if value[0] != "A" else "B") + value[1:]
    for bad in ("", ".", token, changed, value[:-1], value + ".", f"{token}.", foreign, form, "\ud800.x", "é" + value):
        assert sessions.token({COOKIE: bad}) == "" and sessions.signed_in({COOKIE: bad}) is None


def test_a_form_fits_the_browser_it_was_given_to(sessions: Sessions) -> None:
    one, other = sessions.new_form_cookie(), sessions.new_form_cookie()
    signed_in = {COOKIE: given(sessions, "token")[COOKIE].value}
    assert sessions.form_token({}) == "" and not sessions.is_ours({}, "")
    browsers = [one, other, signed_in, {COOKIE: given(sessions, "token two")[COOKIE].value}]
    tokens = [sessions.form_token(browser) for browser in browsers]
    assert len(set(tokens)) == 4
    for browser in browsers:
        assert [sessions.is_ours(browser, token) for token in tokens] == [browser is owner for owner in browsers]
        assert not any(sessions.is_ours(browser, bad) for bad in ("", "x", "\ud800", one[FORM_COOKIE]))
    assert sessions.form_token({**one, **signed_in}) == tokens[2]  # of who is signed in, the sign-in counts
