"""What the page and the API share: before and after the answering side is open."""

import pytest

from settings import Settings
from tests.toy_answering import HOUSING, ToyAnswering
from ui.door import Rejection
from ui.service import PAUSED, Service


def test_until_it_is_open_it_says_wait() -> None:
    service = Service(Settings())
    for call in (service.opened, lambda: service.document(HOUSING.id)):
        with pytest.raises(Rejection) as caught:
            call()
        assert caught.value.status == 503 and caught.value.retry_after > 0
    assert service.state() == {"ready": False, "mode": "quote"}
    service.answering = ToyAnswering()
    assert service.opened() is service.answering and service.state()["ready"] is True


def test_reports_by_their_id() -> None:
    service = Service(Settings(), ToyAnswering())
    assert service.document(HOUSING.id) is HOUSING
    with pytest.raises(Rejection) as caught:
        service.document("none")
    assert caught.value.status == 404


def test_the_setting_limits_each_visitor() -> None:
    service = Service(Settings(questions_per_minute=3), clock=lambda: 5.0)
    for _ in range(3):
        service.admit("", "10.0.0.1")
    with pytest.raises(Rejection) as caught:
        service.admit("", "10.0.0.1")
    assert (caught.value.status, caught.value.retry_after) == (429, 60)
    service.admit("", "10.0.0.2")


def test_an_error_of_the_contract() -> None:
    assert Rejection(404, "code", "话").as_json() == {"error": {"code": "code", "message": "话"}}


def test_it_says_when_a_chat_model_is_set_but_quotes_are_given() -> None:
    desk = ToyAnswering()
    service = Service(Settings(), desk)
    desk.writes, desk.mode = True, "written"
    assert service.state() == {"ready": True, "mode": "written"}
    desk.mode = "quote"
    assert service.state() == {"ready": True, "mode": "quote", "note": PAUSED}
