"""Signing in and out, and one's own password, by the forms as a browser sends them."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from desk.opening import Opening
from settings import Settings
from tests.desk_people import ADMIN, CHEAP, OTHER, PASSWORD, STAFF, Clock, Person, staff_app, staffed
from ui.desk.door import DISABLED, TRIES_A_MINUTE, WRONG, slowed
from ui.desk.session import COOKIE, FORM_COOKIE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opening(tmp_path: Path, clock: Clock) -> Opening:
    return staffed(tmp_path, clock)


@pytest.fixture
def app(tmp_path: Path, opening: Opening) -> FastAPI:
    return staff_app(tmp_path, opening)


@pytest.fixture
def person(app: FastAPI) -> Person:
    return Person(app)


def test_while_there_is_no_account_the_desk_is_closed(tmp_path: Path) -> None:
    opening = Opening(Settings(home=tmp_path), CHEAP)
    person = Person(staff_app(tmp_path, opening))
    assert person.get("/desk/").headers["location"] == "/desk/login"
    page = person.get("/desk/login")
    assert page.status_code == 403 and "python -m desk user add 姓名 --role admin" in page.text
    assert "<form" not in page.text
    opening.opened().accounts.add(ADMIN, PASSWORD, "admin", by="setup")
    assert "<form" in person.get("/desk/login").text


def test_signing_in(person: Person) -> None:
    answer = person.sign_in(STAFF, next="/desk/password")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/password")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=") and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Path=/desk" in cookie and "Secure" not in cookie and "Max-Age" not in cookie
    assert person.is_in()
    assert person.get("/desk/login").headers["location"] == "/desk/"  # there is no need to, any more
    assert person.get("/desk/login?next=//evil.example").headers["location"] == "/desk/"


def test_cookies_are_secure_where_the_page_is(app: FastAPI) -> None:
    person = Person(app, "https://park")
    assert "Secure" in person.get("/desk/login").headers["set-cookie"]
    assert "Secure" in person.sign_in(STAFF).headers["set-cookie"] and person.is_in()


def said(answer: httpx.Response) -> str:
    return answer.text.partition('role="alert">')[2].partition("<")[0]


def test_who_is_wrong_does_not_learn_what_was(person: Person) -> None:
    pages = [person.sign_in(STAFF, "wrong wrong"), person.sign_in("nobody", "wrong wrong")]
    assert [page.status_code for page in pages] == [401, 401] and [said(page) for page in pages] == [WRONG, WRONG]
    assert pages[0].text.replace(STAFF, "nobody") == pages[1].text
    assert "wrong wrong" not in pages[0].text
    assert not person.is_in()


@pytest.mark.parametrize("name", ['"><script>x</script>', "\x00", "x" * 100_000, "", "&amp;", "😀", "%ff"])
def test_anything_may_be_typed(person: Person, name: str) -> None:
    page = person.sign_in(name, name)
    assert page.status_code == 401 and "<script" not in page.text and said(page) == WRONG


def test_bodies_that_are_no_forms_are_refused(person: Person) -> None:
    for body in (b"", b"\xff\xfe", b"{}", b"&" * 999, b"a=1&" * 999, b"form=%ff%ed%a0%80", "姓名".encode("gbk")):
        headers = {"origin": "http://park", "content-type": "application/x-www-form-urlencoded"}
        assert person.client.post("/desk/login", content=body, headers=headers).status_code == 403


def test_a_form_of_another_browser_is_refused(app: FastAPI, person: Person) -> None:
    foreign = Person(app).form_token("/desk/login")
    answer = person.post("/desk/login", {"name": STAFF, "password": PASSWORD, "form": foreign})
    assert answer.status_code == 403 and "页面已过期" in answer.text and not person.is_in()
    person.sign_in(STAFF)
    for path in ("/desk/logout", "/desk/password"):
        assert person.post(path, {"form": foreign}).status_code == 403
    assert person.is_in()


def test_one_form_cookie_serves_every_tab(person: Person) -> None:
    first = person.get("/desk/login")
    assert FORM_COOKIE in first.headers["set-cookie"]
    assert "set-cookie" not in person.get("/desk/login").headers


def test_wrong_passwords_slow_down(person: Person, clock: Clock) -> None:
    for name in (STAFF, "nobody"):
        for _ in range(5):
            assert person.sign_in(name, "wrong wrong").status_code == 401
        for seconds in (1, 2, 4):
            page = person.sign_in(name, PASSWORD)
            assert (page.status_code, page.headers["retry-after"], said(page)) == (429, str(seconds), slowed(seconds))
            clock.go(seconds)
            assert person.sign_in(name, "wrong wrong").status_code == 401
    clock.go(900)
    assert person.sign_in(STAFF).status_code == 303


def test_an_address_has_so_many_tries_whatever_the_names(person: Person) -> None:
    for number in range(TRIES_A_MINUTE):
        assert person.sign_in(f"nobody {number}").status_code == 401
    page = person.sign_in(STAFF)
    assert page.status_code == 429 and 1 <= int(page.headers["retry-after"]) <= 60


def test_who_is_disabled_learns_it_by_the_right_password_only(person: Person, opening: Opening) -> None:
    opening.opened().accounts.set_active(STAFF, False, by=ADMIN)
    assert said(person.sign_in(STAFF, "wrong wrong")) == WRONG
    page = person.sign_in(STAFF)
    assert (page.status_code, said(page)) == (403, DISABLED)


def test_signing_out_ends_it_for_a_copied_cookie_too(person: Person, app: FastAPI) -> None:
    person.sign_in(STAFF)
    thief = Person(app)
    thief.client.cookies.set(COOKIE, person.client.cookies[COOKIE])
    assert thief.is_in()
    assert person.get("/desk/logout").status_code == 200 and person.is_in()  # a link alone does not
    answer = person.post("/desk/logout")
    assert answer.headers["location"] == "/desk/login?done=out" and "Max-Age=0" in answer.headers["set-cookie"]
    assert COOKIE not in person.client.cookies and not person.is_in() and not thief.is_in()
    assert "您已退出" in person.get("/desk/login?done=out").text
    assert "evil" not in person.get("/desk/login?done=evil").text


def test_signing_in_again_ends_the_sign_in_before(person: Person, app: FastAPI, opening: Opening) -> None:
    person.sign_in(STAFF)
    before = person.client.cookies[COOKIE]
    token = person.form_token("/desk/password")
    person.client.post(
        "/desk/login", data={"name": ADMIN, "password": PASSWORD, "form": token}, headers={"origin": person.base}
    )
    assert person.get("/desk/").json()["account"] == ADMIN
    other = Person(app)
    other.client.cookies.set(COOKIE, before)
    assert not other.is_in()


def change(person: Person, old: str, new: str, again: str | None = None) -> httpx.Response:
    return person.post("/desk/password", {"old": old, "new": new, "again": new if again is None else again})


def test_a_new_password_ends_every_other_sign_in(person: Person, app: FastAPI, clock: Clock) -> None:
    other, colleague = Person(app), Person(app)
    for who, name in ((person, STAFF), (other, STAFF), (colleague, ADMIN)):
        who.sign_in(name)
        assert who.is_in()
    before = person.client.cookies[COOKIE]
    clock.go(1)
    answer = change(person, PASSWORD, OTHER)
    assert answer.headers["location"] == "/desk/password?done=password" and person.client.cookies[COOKIE] != before
    assert "密码已修改" in person.get("/desk/password?done=password").text
    assert person.is_in() and colleague.is_in() and not other.is_in()
    assert other.sign_in(STAFF).status_code == 401 and other.sign_in(STAFF, OTHER).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "words"),
    [
        ("wrong wrong", OTHER, OTHER, 403, "当前密码不正确"),
        (PASSWORD, OTHER, "pear tree 44", 422, "不同"),
        (PASSWORD, "short", "short", 422, "至少10个字符"),
        (PASSWORD, "1234567890", "1234567890", 422, "太常见"),
        (PASSWORD, "", "", 422, "至少"),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(
    person: Person, app: FastAPI, old: str, new: str, again: str, status: int, words: str
) -> None:
    person.sign_in(STAFF)
    answer = change(person, old, new, again)
    assert answer.status_code == status and words in said(answer) and " / " not in said(answer)
    assert person.is_in() and Person(app).sign_in(STAFF).status_code == 303


def test_guessing_the_old_password_slows_down(person: Person) -> None:
    person.sign_in(STAFF)
    assert [change(person, "wrong wrong", OTHER).status_code for _ in range(6)] == [403] * 5 + [429]
