"""Who may open what under /desk, and that no other site can do anything there."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from desk.opening import Opening
from tests.desk_people import ADMIN, STAFF, Clock, Person, staff_app, staffed
from ui.desk.guard import is_same_site, safe_next


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    return staffed(tmp_path, Clock())


@pytest.fixture
def app(tmp_path: Path, opening: Opening) -> FastAPI:
    return staff_app(tmp_path, opening)


@pytest.mark.parametrize(
    "path", ["/desk/accounts", "/desk/password", "/desk/accounts?done=add", "/desk/?view=faq", "/desk/faq"]
)
def test_next_is_an_address_of_ours(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/desk", "/desk/", "/desk/login", "/desk/login?next=/desk/x", "/desk/logout", "/deskx",
        "//evil.example", "/desk//evil.example", "/desk/../../x", "https://evil.example/desk/", "//desk/",
        "/\\evil.example", "desk/x",
        "/desk/\\evil.example", "/desk\n/x", "/desk/x\r\nLocation: y", "javascript:alert(1)", "/desk@evil.example",
        "/desk/x#y", "/desk/甲", "/desk/%2e%2e/x", " /desk/x", "/desk/x ", "/desk/\x00", "/desk.evil.example/",
        "/desk/accounts?x=//evil.example",
    ],
)  # fmt: skip
def test_next_never_leads_elsewhere(path: str) -> None:
    assert safe_next(path) == "/desk/"


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/desk/x", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-origin", "origin": "https://behind.a.proxy"}, True),
        ({"origin": "http://park:7860"}, True),
        ({"origin": "https://park:7860"}, True),
        ({"sec_fetch_site": "cross-site", "origin": "http://park:7860"}, False),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": ""}, False),
        ({"origin": "http://park"}, False),
        ({"origin": "http://park:7861"}, False),
        ({"origin": "http://park:7860.evil.example"}, False),
        ({"origin": "http://evil.example/park:7860"}, False),
        ({"origin": "http://park:7860@evil.example"}, False),
        ({"origin": "http://[park:7860"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({}, False),
    ],
)
def test_where_a_request_comes_from(headers: dict[str, str], is_ours: bool) -> None:
    assert is_same_site(request(host="park:7860", **headers)) == is_ours


def test_pages_lead_to_the_login_form_and_back(app: FastAPI) -> None:
    nobody = Person(app)
    for path, following in {
        "/desk": "",
        "/desk/": "",
        "/desk/password": "?next=/desk/password",
        "/desk/accounts?done=add": "?next=/desk/accounts%3Fdone%3Dadd",
    }.items():
        answer = nobody.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/login{following}")
        assert answer.headers["cache-control"] == "no-store" and not answer.text


@pytest.mark.parametrize("accept", ["text/html,*/*", "*/*"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path", ["/desk/gradio_api/queue/join", "/desk/gradio_api/upload", "/desk/assets/x.js", "/desk/files/faq.csv"]
)
def test_the_rest_is_refused(app: FastAPI, method: str, path: str, accept: str) -> None:
    answer = Person(app).client.request(method, path, headers={"accept": accept, "origin": "http://park"})
    assert answer.status_code == 401 and answer.headers["cache-control"] == "no-store"
    if accept == "*/*":
        said = answer.json()
        assert said["error"]["code"] == "not_signed_in" and said["error"]["message"] == said["detail"]
    else:
        assert "请重新登录" in answer.text and "甲&lt;园&gt;" in answer.text


def test_who_is_signed_in_is_known_behind_the_guard(app: FastAPI) -> None:
    for name in (ADMIN, STAFF):
        person = Person(app)
        person.sign_in(name)
        assert person.get("/desk/").json() == {"account": name, "size": 0}
        joined = person.client.post("/desk/gradio_api/queue/join", content=b"x", headers={"origin": "http://park"})
        assert joined.json() == {"account": name, "size": 1}
    assert Person(app).get("/").json() == {"account": None, "size": 0}


def test_staff_may_not_what_an_admin_may(app: FastAPI) -> None:
    person = Person(app)
    person.sign_in(STAFF)
    page = person.get("/desk/accounts")
    assert page.status_code == 403 and "只有管理员" in page.text and STAFF in page.text and ADMIN not in page.text
    json = person.client.post("/desk/accounts", headers={"origin": "http://park"})
    assert json.status_code == 403 and json.json()["error"]["code"] == "admin_only"


@pytest.mark.parametrize("path", ["/desk/login", "/desk/accounts", "/desk/logout", "/desk/gradio_api/queue/join"])
def test_another_site_can_do_nothing(app: FastAPI, path: str) -> None:
    person = Person(app)
    person.sign_in(ADMIN)
    token = person.form_token("/desk/accounts")
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {}, {"sec-fetch-site": "same-site"}):
        answer = person.client.post(path, data={"form": token}, headers=headers)
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "cross_site"
    assert person.is_in()


def test_an_upload_waits_for_the_guard_and_may_be_larger(app: FastAPI) -> None:
    staff, nobody = Person(app), Person(app)
    staff.sign_in(STAFF)
    headers = {"origin": "http://park"}
    large = b"x" * 10_000_000
    assert nobody.client.post("/desk/gradio_api/upload", content=large, headers=headers).status_code == 401
    assert staff.client.post("/desk/gradio_api/upload", content=large, headers=headers).json()["size"] == 10_000_000
    assert staff.client.post("/desk/gradio_api/queue/join", content=large, headers=headers).status_code == 413


def test_while_the_database_is_down_it_says_so(app: FastAPI, opening: Opening, tmp_path: Path) -> None:
    person = Person(app)
    person.sign_in(STAFF)
    opening.close()
    (tmp_path / "desk.sqlite3").rename(tmp_path / "away")
    (tmp_path / "desk.sqlite3").mkdir()
    page = person.get("/desk/")
    assert page.status_code == 503 and "数据库暂时无法使用" in page.text and str(tmp_path) not in page.text
    assert page.headers["retry-after"] == "5"
    json = person.client.get("/desk/assets/x.js")
    assert json.status_code == 503 and json.json()["error"]["code"] == "desk_unavailable"
    login = Person(app).get("/desk/login")
    assert login.status_code == 503 and "数据库暂时无法使用" in login.text
    assert person.get("/").status_code == 200
    (tmp_path / "desk.sqlite3").rmdir()
    (tmp_path / "away").rename(tmp_path / "desk.sqlite3")
    assert person.is_in()
