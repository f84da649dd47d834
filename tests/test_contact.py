"""Verdicts and leads over a real socket: whose they are, how many, and that the same is taken once."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from test_api import application, error
from test_keeping import ToyMemory

from desk.kept import Left
from settings import Settings
from tests.desk_rows import NOON
from tests.serving import serving
from tests.toy_answering import ToyAnswering
from ui.contact import HOUR, LEADS_AN_HOUR, VERDICTS_A_MINUTE, Contact, Sender
from ui.contact_strings import EN, ZH
from ui.door import Rejection
from ui.feedback import Opinion
from ui.gate import VISITOR_COOKIE
from ui.service import Service

WHOLE = {"name": "李雷", "contact": "138 0013 8000", "consent": True}


@dataclass
class Served:
    """A service on a port, and what it was told."""

    url: str
    service: Service
    memory: ToyMemory

    def visitor(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, cookies={VISITOR_COOKIE: self.service.visitors.issue()}, timeout=20)


@pytest.fixture
def served() -> Iterator[Served]:
    service, memory = Service(Settings(questions_per_minute=10_000), ToyAnswering()), ToyMemory()
    service.keeper.memory = memory
    with serving(application(service)) as url:
        yield Served(url, service, memory)


def turn_of(client: httpx.Client) -> str:
    turn: str = client.post("/api/ask", json={"question": "人才公寓有多少套？"}).json()["turn"]
    return turn


def test_a_verdict_is_kept_for_the_answer_it_is_about_and_can_be_changed(served: Served) -> None:
    with served.visitor() as client:
        turn = turn_of(client)
        opinion: dict[str, Any] = {"turn": turn, "verdict": "unhelpful", "reasons": ["outdated"], "comment": "已搬走"}
        answer = client.post("/api/feedback", json=opinion)
        assert (answer.status_code, answer.json()) == (200, {"turn": turn, "verdict": "unhelpful"})
        assert client.post("/api/feedback", json={"turn": turn, "verdict": "helpful"}).is_success
    assert served.memory.judged == [(turn, "unhelpful", ("outdated",), "已搬走"), (turn, "helpful", (), "")]


def test_nobody_judges_another_visitors_answer(served: Served) -> None:
    with served.visitor() as client, served.visitor() as other:
        opinion = {"turn": turn_of(client), "verdict": "unhelpful"}
        assert error(other.post("/api/feedback", json=opinion)) == (404, "unknown_turn")
        assert error(httpx.post(f"{served.url}/api/feedback", json=opinion)) == (404, "unknown_turn")
        assert error(client.post("/api/feedback", json={**opinion, "turn": "t1"})) == (404, "unknown_turn")
    assert served.memory.judged == []


@pytest.mark.parametrize("path", ["/api/feedback", "/api/leads"])
def test_what_cannot_be_used_is_an_error_of_the_contract(served: Served, path: str) -> None:
    with served.visitor() as client:
        assert error(client.get(path)) == (405, "method_not_allowed")
        assert error(client.post(path, json=[1])) == (422, "body_type")
        said_json = {"Content-Type": "application/json; charset=utf-8"}
        assert error(client.post(path, content=b"{", headers=said_json)) == (400, "bad_json")
        assert error(client.post(path, content="{甲}".encode("gbk"), headers=said_json)) == (400, "bad_json")
        assert error(client.post(path, content=b"x" * 10_000_000, headers=said_json)) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize("path", ["/api/feedback", "/api/leads"])
def test_a_body_that_any_sites_form_could_send_is_refused(served: Served, path: str, kind: str) -> None:
    with served.visitor() as client:
        answer = client.post(path, content=b'{"name": "x"}', headers={"Content-Type": kind} if kind else {})
        assert error(answer) == (415, "content_type")


def test_a_lead_is_taken_with_its_own_conversation(served: Served) -> None:
    with served.visitor() as client, served.visitor() as other:
        turn = turn_of(client)
        answer = client.post("/api/leads", json={**WHOLE, "turn": turn})
        assert answer.status_code == 200
        assert other.post("/api/leads", json={**WHOLE, "turn": turn}).is_success
        assert httpx.post(f"{served.url}/api/leads", json=WHOLE).is_success
    first, second, third = served.memory.left
    assert answer.json() == {"reference": first.id[:6]}
    assert (first.turn_id, second.turn_id, third.turn_id) == (turn, "", "")


def test_what_is_wrong_with_a_lead_is_named_by_field_in_the_visitors_language(served: Served) -> None:
    for language, words in (("zh-CN", ZH), ("en-GB", EN)):
        answer = httpx.post(
            f"{served.url}/api/leads", json={**WHOLE, "contact": "123"}, headers={"Accept-Language": language}
        )
        assert answer.status_code == 422
        body = answer.json()["error"]
        assert body["code"] == "lead" and body["message"] and body["fields"] == {"contact": words.reach_format}
    assert served.memory.left == []


def test_the_same_sent_twice_at_once_is_taken_once(served: Served) -> None:
    with served.visitor() as client, ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda _: client.post("/api/leads", json=WHOLE).json(), range(6)))
    assert len({answer["reference"] for answer in answers}) == len(served.memory.left) == 1


def test_what_cannot_be_kept_is_not_acknowledged(served: Served) -> None:
    served.memory.is_open = False
    answer = httpx.post(f"{served.url}/api/leads", json=WHOLE)
    assert error(answer) == (503, "not_kept") and answer.headers["retry-after"]
    served.service.keeper.memory = None
    assert error(httpx.post(f"{served.url}/api/leads", json=WHOLE)) == (503, "not_kept")
    opinion = {"turn": "ab" * 16, "verdict": "helpful"}
    assert error(httpx.post(f"{served.url}/api/feedback", json=opinion)) == (503, "not_kept")


LEFT = Left("李雷", "13800138000", "同意", NOON)


@dataclass
class Clock:
    """A clock that is put forward by hand, seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def contact() -> tuple[Contact, ToyMemory, Clock, Callable[[], Sender]]:
    clock, memory = Clock(), ToyMemory()
    service = Service(Settings(), ToyAnswering())
    service.keeper.memory = memory
    return Contact(service, clock), memory, clock, lambda: Sender(service.visitors.issue(), "10.0.0.1")


Reception = tuple[Contact, ToyMemory, Clock, Callable[[], Sender]]


def test_so_many_leads_an_hour_and_no_more(contact: Reception) -> None:
    reception, memory, clock, visitor = contact
    sender = visitor()
    references = [reception.leave(sender, replace(LEFT, need=str(number))) for number in range(LEADS_AN_HOUR)]
    with pytest.raises(Rejection) as caught:
        reception.leave(sender, replace(LEFT, need="more"))
    assert (caught.value.status, caught.value.retry_after) == (429, HOUR)
    assert reception.leave(sender, replace(LEFT, need="0", id="other")) == references[0]
    assert reception.leave(visitor(), LEFT)
    clock.now = HOUR + 1
    again = replace(LEFT, need="0", id="ffffff")
    assert reception.leave(sender, again) == "ffffff"
    assert len(memory.left) == LEADS_AN_HOUR + 2


def test_a_fresh_cookie_for_each_lead_does_not_pay(contact: Reception) -> None:
    reception, memory, _, visitor = contact
    with pytest.raises(Rejection):
        for number in itertools.count():
            reception.leave(visitor(), replace(LEFT, need=str(number)))
    assert len(memory.left) == 10 * LEADS_AN_HOUR


def test_verdicts_have_a_generous_bound(contact: Reception) -> None:
    reception, memory, clock, visitor = contact
    sender, opinion = visitor(), Opinion("ab" * 16, "helpful")
    for _ in range(VERDICTS_A_MINUTE):
        reception.judge(sender, opinion)
    with pytest.raises(Rejection) as caught:
        reception.judge(sender, opinion)
    assert caught.value.status == 429
    clock.now = 61
    reception.judge(sender, opinion)
    assert len(memory.judged) == VERDICTS_A_MINUTE + 1
