"""An admin manages accounts; what was done is in force at once, and is written down under the admin's name."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from desk.opening import Opening
from desk.tables import AuditEvent
from tests.desk_people import ADMIN, OTHER, PASSWORD, STAFF, Clock, Person, staff_app, staffed


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    return staffed(tmp_path, Clock())


@pytest.fixture
def app(tmp_path: Path, opening: Opening) -> FastAPI:
    return staff_app(tmp_path, opening)


@pytest.fixture
def admin(app: FastAPI) -> Person:
    admin = Person(app)
    admin.sign_in(ADMIN)
    return admin


@pytest.fixture
def staff(app: FastAPI) -> Person:
    staff = Person(app)
    staff.sign_in(STAFF)
    assert staff.is_in()
    return staff


def done(admin: Person, action: str, **form: str) -> bool:
    answer = admin.post("/desk/accounts", {"action": action, **form})
    assert answer.status_code in (303, 422)
    assert answer.status_code == 422 or 'role="status"' in admin.get(answer.headers["location"]).text
    return answer.status_code == 303


def test_an_account_is_added_and_signs_in(admin: Person, app: FastAPI) -> None:
    assert done(admin, "add", name="<b>韩梅梅</b>", password=OTHER, role="staff")
    page = admin.get("/desk/accounts").text
    assert "&lt;b&gt;韩梅梅&lt;/b&gt;" in page and "<b>韩" not in page and OTHER not in page
    new = Person(app)
    assert new.sign_in("<b>韩梅梅</b>", OTHER).status_code == 303 and new.get("/desk/accounts").status_code == 403


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": STAFF, "password": OTHER, "role": "staff"}, "已有同名账号"),
        ({"name": "新", "password": "short", "role": "staff"}, "至少10个字符"),
        ({"name": "", "password": OTHER, "role": "staff"}, "姓名应为"),
        ({"name": "新\x00", "password": OTHER, "role": "staff"}, "控制字符"),
        ({"name": "新", "password": OTHER, "role": "owner"}, "请选择角色"),
        ({"name": "新", "password": OTHER}, "请选择角色"),
    ],
)
def test_what_cannot_be_added_is_said(admin: Person, opening: Opening, form: dict[str, str], words: str) -> None:
    answer = admin.post("/desk/accounts", {"action": "add", **form})
    assert answer.status_code == 422 and words in answer.text and OTHER not in answer.text
    assert len(opening.opened().accounts.list()) == 2


def test_who_is_disabled_is_out_at_once_and_back_only_by_signing_in(admin: Person, staff: Person) -> None:
    assert done(admin, "disable", name=STAFF)
    assert not staff.is_in() and "已停用" in admin.get("/desk/accounts").text
    assert done(admin, "enable", name=STAFF)
    assert not staff.is_in()
    assert staff.sign_in(STAFF).status_code == 303 and staff.is_in()


def test_a_role_is_in_force_at_once(admin: Person, staff: Person) -> None:
    assert staff.get("/desk/accounts").status_code == 403
    assert done(admin, "role", name=STAFF, role="admin")
    assert staff.get("/desk/accounts").status_code == 200
    assert done(admin, "role", name=STAFF, role="staff")
    assert staff.get("/desk/accounts").status_code == 403


def test_a_password_that_was_reset_ends_the_sign_ins(admin: Person, staff: Person, opening: Opening) -> None:
    opening._clock.go(1)  # type: ignore[attr-defined]
    assert not done(admin, "reset", name=STAFF, password="short")
    assert staff.is_in()
    assert done(admin, "reset", name=STAFF, password=OTHER)
    assert not staff.is_in()
    assert staff.sign_in(STAFF, PASSWORD).status_code == 401 and staff.sign_in(STAFF, OTHER).status_code == 303


@pytest.mark.parametrize("name", [ADMIN, f" {ADMIN}　"])
def test_nobody_locks_himself_out(admin: Person, name: str) -> None:
    assert not done(admin, "disable", name=name)
    assert not done(admin, "role", name=name, role="staff")
    assert not done(admin, "reset", name=name, password=OTHER)
    assert admin.is_in()


def test_what_is_no_action_does_nothing(admin: Person, staff: Person) -> None:
    assert not done(admin, "delete", name=STAFF)
    assert not done(admin, "", name=STAFF)
    assert not done(admin, "disable", name="nobody")
    assert admin.post("/desk/accounts", {"action": "disable", "name": STAFF, "form": "x"}).status_code == 403
    assert staff.post("/desk/accounts", {"action": "disable", "name": ADMIN}).status_code == 403
    assert staff.is_in() and admin.is_in()


def test_what_was_done_is_written_down(admin: Person, opening: Opening) -> None:
    assert done(admin, "add", name="新", password=OTHER, role="staff") and done(admin, "disable", name="新")
    with opening.database().session() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.by, event.action) for event in events][-2:] == [(ADMIN, "account.add"), (ADMIN, "account.disable")]
    assert OTHER not in str([event.detail for event in events])
