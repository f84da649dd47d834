"""Which conversation a question is of, and that what was said reaches whoever keeps it."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from desk.kept import Left, Said
from desk.recorder import RecorderState
from desk.tables import Verdict
from desk.types import new_id, utc_now
from rag.records import Answer, Request, Turn
from settings import Settings
from tests.serving import serving
from tests.test_api import application
from tests.toy_answering import ToyAnswering
from ui.gate import VISITOR_COOKIE
from ui.keeping import Keeper
from ui.service import Service
from ui.strings import ZH
from ui.talk import respond

ANSWER = Answer("几套？", "几套？", "zh", "有920套。[1]", False, 0.9, "quote")
BEFORE = (Turn("有公寓吗？", "有。"),)


class ToyMemory:
    """Keeps what it is given in a list."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.judged: list[tuple[str, str, tuple[str, ...], str]] = []
        self.left: list[Left] = []
        self.is_open = True
        self.state = RecorderState(is_writable=True, since=utc_now(), waiting=2)

    def record(self, said: Said) -> None:
        self.said.append(said)

    def feedback(self, turn_id: str, verdict: Verdict, reasons: Iterable[str] = (), comment: str = "") -> None:
        self.judged.append((turn_id, verdict, tuple(reasons), comment))

    def leave(self, left: Left) -> bool:
        self.left.append(left)
        return self.is_open


@pytest.fixture
def memory() -> ToyMemory:
    return ToyMemory()


def keep(keeper: Keeper, visitor: str, *history: Turn) -> str:
    return keeper.keep(visitor, "web", Request("几套？", history), ANSWER, utc_now())


def test_a_question_with_earlier_turns_goes_on_with_the_conversation(memory: ToyMemory) -> None:
    keeper = Keeper(memory)
    keep(keeper, "a")
    keep(keeper, "b")
    keep(keeper, "a", *BEFORE)
    keep(keeper, "a")
    first, other, second, new = [said.conversation_id for said in memory.said]
    assert first == second
    assert len({first, other, new}) == 3
    assert [said.visitor for said in memory.said] == ["a", "b", "a", "a"]


def test_who_has_no_cookie_is_nobody_twice(memory: ToyMemory) -> None:
    keeper = Keeper(memory)
    keep(keeper, "", *BEFORE)
    keep(keeper, "", *BEFORE)
    assert len({said.visitor for said in memory.said}) == len({said.conversation_id for said in memory.said}) == 2
    assert all(said.visitor for said in memory.said)


def test_no_more_visitors_are_remembered_than_the_bound(memory: ToyMemory) -> None:
    keeper = Keeper(memory, remembered=2)
    for visitor in ("a", "b", "c"):
        keep(keeper, visitor)
    for visitor in ("c", "b", "a"):
        keep(keeper, visitor, *BEFORE)
    first, second, third, again_third, again_second, again_first = [said.conversation_id for said in memory.said]
    assert (again_third, again_second) == (third, second)
    assert again_first != first


def test_without_a_memory_nothing_is_kept() -> None:
    assert keep(Keeper(), "a") == ""


def test_an_answer_is_the_visitors_own_who_got_it(memory: ToyMemory) -> None:
    keeper = Keeper(memory)
    hers, nobodys = keep(keeper, "a"), keep(keeper, "")
    assert [said.turn_id for said in memory.said] == [hers, nobodys]
    assert [keeper.is_own(visitor, hers) for visitor in ("a", "b", "")] == [True, False, False]
    assert [keeper.is_own(visitor, nobodys) for visitor in ("a", "")] == [False, True]


def test_of_an_answer_that_is_forgotten_its_id_decides(memory: ToyMemory) -> None:
    keeper = Keeper(memory, turns_remembered=1)
    hers = keep(keeper, "a")
    keep(keeper, "b")
    assert keeper.is_own("a", hers) and keeper.is_own("new cookie", new_id())
    assert not keeper.is_own("", hers)
    for odd in ("", "t1", hers + "0", hers[:-1] + "G", hers.upper() + "\n"):
        assert not keeper.is_own("a", odd)


def test_a_question_on_the_page_is_kept_with_what_was_shown(memory: ToyMemory) -> None:
    service = Service(Settings(), ToyAnswering())
    service.keeper.memory = memory
    cookie = service.visitors.issue()
    asked = utc_now()
    *_, last = respond(service, "人才公寓有多少套？", [], ZH, (cookie, "127.0.0.1"))
    (said,) = memory.said
    assert (said.channel, said.question, said.answer.answer) == ("web", "人才公寓有多少套？", last.text)
    assert said.turn_id == last.turn_id
    assert said.visitor == cookie.partition(".")[0]
    assert asked <= said.asked_at <= utc_now()


@pytest.fixture
def api(memory: ToyMemory) -> Iterator[tuple[str, Service]]:
    service = Service(Settings(), ToyAnswering())
    service.keeper.memory = memory
    with serving(application(service)) as url:
        yield url, service


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_a_question_of_a_program_is_kept(api: tuple[str, Service], memory: ToyMemory, path: str) -> None:
    url, service = api
    cookies = {VISITOR_COOKIE: service.visitors.issue()}
    body: dict[str, Any] = {"question": "人才公寓有多少套？"}
    answer = httpx.post(url + path, json=body, cookies=cookies)
    assert answer.is_success
    (said,) = memory.said
    told = answer.json() if path == "/api/ask" else json.loads(answer.text.strip().splitlines()[-1][6:])
    assert (told["turn"], told["answer"]) == (said.turn_id, said.answer.answer)
    assert (said.channel, said.question) == ("api", "人才公寓有多少套？")
    assert utc_now() - said.asked_at < timedelta(seconds=30)


def test_a_cookie_that_is_not_ours_names_nobody(api: tuple[str, Service], memory: ToyMemory) -> None:
    url, _ = api
    httpx.post(f"{url}/api/ask", json={"question": "人才公寓有多少套？"}, cookies={VISITOR_COOKIE: "someone.else"})
    assert memory.said[0].visitor != "someone"


def test_what_fails_is_not_kept(api: tuple[str, Service], memory: ToyMemory) -> None:
    url, _ = api
    assert httpx.post(f"{url}/api/ask", json={"question": "故障"}).status_code == 500
    assert memory.said == []


def test_staff_can_see_whether_conversations_are_kept(memory: ToyMemory) -> None:
    service = Service(Settings(), ToyAnswering())
    assert "keeping" not in service.state()
    service.keeper.memory = memory
    assert service.state()["keeping"] == {"writable": True, "waiting": 2, "dropped": 0}
