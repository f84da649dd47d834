"""The page with a chat model behind it: what visitors see while answers are written, in the queue, and when it fails.

The service runs as a process of its own, as people start it; the model is a toy that does what each test says.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from test_app import free_port, run, until
from test_browser import ask, watch
from test_chain_writing import HOUSING, TRUE, writing

from app import create_app
from bench.screenshots import BOX
from rag.chain import Chain
from rag.chat_model import Limits
from settings import Settings
from tests.serving import serving
from tests.toy_llm import Script, dies, in_turn, says
from tests.toy_llm_server import Call, ToyLLM
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SOON = 2.0
"""Within so many seconds of a visitor's leaving the model has to be let go."""
CUT_OFF = ("AbortError", "Unexpected error Connection errored out")
"""What Gradio's script complains of when a visitor leaves the page in mid-answer."""
PATIENT = Limits(connect=5, first_word=10, next_word=10, whole=30)


class Gate:
    """A model that says nothing until it is opened: what a slow one looks like, without anybody sleeping."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def __call__(self, call: Call) -> None:
        while not self._open.is_set():
            call.wait(0.02)
        says(TRUE, "[1]")(call)


class Asking(threading.Thread):
    """A visitor of the API: asks, and keeps the events as they come."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.start()

    def run(self) -> None:
        with httpx.stream("POST", f"{self.url}/api/ask/stream", json={"question": HOUSING}, timeout=60) as answer:
            for line in answer.iter_lines():
                kind, _, rest = line.partition(": ")
                if kind == "event":
                    name = rest
                elif kind == "data":
                    self.events.append((name, json.loads(rest)))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    @property
    def places(self) -> list[int]:
        """The places told so far, each once."""
        return list(dict.fromkeys(data["place"] for name, data in self.events if name == "waiting"))


@pytest.fixture(scope="module")
def llm() -> Iterator[ToyLLM]:
    with ToyLLM(says(TRUE)) as llm:
        yield llm


@pytest.fixture(scope="module")
def url(llm: ToyLLM, park_index_home: Path) -> Iterator[str]:
    port = str(free_port())
    settings = {"PARK_LLM_URL": llm.url, "PARK_LLM_SLOTS": "1", "PARK_QUESTIONS_PER_MINUTE": "1000", "PARK_PORT": port}
    process = run(park_index_home, **settings)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: httpx.get(f"{address}/readyz").status_code == 200, 120)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def played(llm: ToyLLM) -> Callable[[Script], ToyLLM]:
    """Have the model do as a script says from now on; what it saw before is forgotten."""

    def playing(script: Script) -> ToyLLM:
        llm.script = script
        llm.requests.clear()
        llm.disconnected.clear()
        return llm

    return playing


@pytest.fixture
def opened(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Open the page as a visitor of its own; nothing may have gone astray after."""
    pages: list[Page] = []
    strays: list[str] = []

    def opening(address: str = url, **options: object) -> Page:
        settings: dict[str, Any] = {"viewport": DESKTOP, "reduced_motion": "reduce", "locale": "zh-CN", **options}
        page = browser.new_context(**settings).new_page()
        pages.append(page)
        watch(page, address, strays)
        page.goto(address)
        page.wait_for_selector(BOX)
        return page

    yield opening
    for page in pages:
        page.context.close()
    assert [stray for stray in strays if not stray.startswith(CUT_OFF)] == []


def talks_on(call: Call) -> None:
    """Says one sentence that stands, and then never ends the next."""
    call.say(TRUE, "[1]", "公寓还")
    while True:
        call.wait(0.05)
        call.say("有")


def send(page: Page, question: str = HOUSING) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")


def doing(page: Page) -> Locator:
    """The line that says what is going on."""
    return page.locator("#park-live .thinking")


def expect_quotes(page: Page) -> None:
    expect(page.locator("#park-panel mark").filter(has_text="920套").first).to_be_visible()


def press_stop(page: Page) -> None:
    page.click("#park-stop")


def start_anew(page: Page) -> None:
    page.click("#park-new")


def test_stop_ends_the_generation_and_keeps_what_was_said(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM]
) -> None:
    page, llm = opened(), played(talks_on)
    send(page)
    expect(page.locator("#park-live .words")).to_contain_text(TRUE)
    press_stop(page)
    assert llm.disconnected.wait(SOON)
    turn = page.locator("#park-log .turn")
    expect(turn.locator(".words")).to_have_text(f"{TRUE}[1]")
    expect(turn.locator(".note")).to_have_text("已停止。")
    turn.locator(".mark").click()
    expect(page.locator("#park-panel .card.on mark")).to_contain_text("920套")
    played(says(TRUE))
    ask(page, HOUSING)
    expect(page.locator("#park-log .words").last).to_contain_text(TRUE)


@pytest.mark.parametrize("leaving", [press_stop, start_anew, Page.reload, Page.close])
def test_whoever_leaves_before_the_first_word_ends_the_generation(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM], leaving: Callable[[Page], object]
) -> None:
    page, llm = opened(), played(Gate())
    send(page)
    expect_quotes(page)
    assert wait_until(lambda: len(llm.requests) == 1)
    leaving(page)
    assert llm.disconnected.wait(SOON)


def test_no_second_question_is_sent_while_one_is_answered(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM]
) -> None:
    page, gate = opened(), Gate()
    llm = played(gate)
    send(page)
    expect_quotes(page)
    send(page, "食堂什么时候开业的？")
    expect(page.locator(BOX)).to_have_value("食堂什么时候开业的？")
    gate.open()
    expect(page.locator("#park-log .words")).to_contain_text(TRUE)
    expect(page.locator(".question").locator("visible=true")).to_have_count(1)
    assert len(llm.requests) == 1


def test_whoever_waits_is_told_the_place_and_moves_up(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM], url: str
) -> None:
    page, gate = opened(), Gate()
    played(gate)
    asking = [Asking(url)]
    assert wait_until(lambda: "passages" in asking[0].names)
    asking.append(Asking(url))
    assert wait_until(lambda: asking[1].places == [1])
    send(page)
    expect_quotes(page)
    expect(doing(page)).to_have_text("前面还有 2 位访客的问题在回答；出处已找到，可以先看。")
    gate.open()
    expect(page.locator("#park-log .words")).to_contain_text(TRUE)
    for one in asking:
        one.join(20)
        assert one.events[-1][1]["mode"] == "written"


def test_on_a_phone_evidence_opened_while_waiting_stays_open_and_in_place(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM], url: str
) -> None:
    page, gate = opened(viewport=PHONE, has_touch=True), Gate()
    played(says(TRUE))
    ask(page, HOUSING)
    played(in_turn(gate, says(TRUE), says(TRUE)))
    asking = [Asking(url), Asking(url)]
    assert wait_until(lambda: any(one.places == [1] for one in asking))
    send(page)
    expect(doing(page)).to_contain_text("前面还有 2 位")
    page.locator("#park-live .folded summary").tap()
    expect(page.locator("#park-live .card")).to_be_in_viewport()
    before = page.evaluate("scrollY")
    gate.open()
    expect(page.locator("#park-log .words")).to_have_count(2)
    expect(page.locator("#park-log .card").last).to_be_in_viewport()
    assert page.evaluate("scrollY") == before
    for one in asking:
        one.join(20)


def test_whoever_stops_waiting_leaves_the_queue(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM], url: str
) -> None:
    page, gate = opened(), Gate()
    llm = played(gate)
    first = Asking(url)
    assert wait_until(lambda: "passages" in first.names)
    send(page)
    expect(doing(page)).to_contain_text("前面还有 1 位")
    last = Asking(url)
    assert wait_until(lambda: last.places == [2])
    press_stop(page)
    expect(page.locator("#park-log .note")).to_have_text("已停止。")
    assert wait_until(lambda: last.places == [2, 1])
    gate.open()
    last.join(20)
    assert len(llm.requests) == 2


def test_ten_in_the_queue_have_their_evidence_before_anybody_is_answered(
    played: Callable[[Script], ToyLLM], url: str
) -> None:
    gate = Gate()
    llm = played(gate)
    asking = [Asking(url)]
    assert wait_until(lambda: len(llm.requests) == 1)
    for place in range(1, 11):
        asking.append(Asking(url))
        assert wait_until(lambda place=place: asking[-1].places == [place])
    assert all(set(one.names) <= {"passages", "waiting"} for one in asking)
    assert all("920套" in one.events[0][1]["citations"][0]["quote"] for one in asking)
    gate.open()
    for one in asking:
        one.join(30)
        assert one.names[0] == "passages"
        assert one.events[-1][0] == "answer" and one.events[-1][1]["mode"] == "written"
    assert asking[-1].places[0] == 10 and asking[-1].places == sorted(asking[-1].places, reverse=True)


def test_four_visitors_at_once_are_all_answered(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM], url: str
) -> None:
    played(says(TRUE, "[1]"))
    pages = [opened() for _ in range(2)]
    for page in pages:
        send(page)
    asking = [Asking(url) for _ in range(2)]
    for page in pages:
        expect(page.locator("#park-log .words")).to_contain_text(TRUE)
        expect(page.locator("#park-log .badge")).to_have_count(0)
        expect_quotes(page)
    for one in asking:
        one.join(20)
        assert one.events[-1][1]["answer"] == f"{TRUE}[1]"


def test_an_answer_that_breaks_off_keeps_what_stands(
    opened: Callable[..., Page], played: Callable[[Script], ToyLLM]
) -> None:
    page = opened()
    played(dies(TRUE, "[1]", "公寓由专"))
    ask(page, HOUSING)
    expect(page.locator("#park-log .words")).to_contain_text(f"{TRUE}[1]")
    expect(page.locator("#park-log .words")).not_to_contain_text("公寓由专[")
    expect(page.locator("#park-log .badge")).to_have_count(0)


def test_a_model_that_keeps_failing_is_left_alone_and_the_page_says_so(
    opened: Callable[..., Page], chain: Chain
) -> None:
    with ExitStack() as stack:
        llm = stack.enter_context(ToyLLM(dies("缙云新居有9")))
        written = stack.enter_context(writing(chain, llm, failures=3, limits=PATIENT))
        with serving(create_app(Settings(questions_per_minute=1000), written)) as address:
            page = opened(address)
            for _ in range(2):
                asked = httpx.post(f"{address}/api/ask", json={"question": HOUSING}, timeout=20)
                assert asked.json()["mode"] == "quote"
            ask(page, HOUSING)
            expect(page.locator("#park-log .words")).to_contain_text("缙云新居有920套人才公寓")
            assert httpx.get(f"{address}/readyz").json()["mode"] == "quote"
            ask(page, HOUSING)
            expect(page.locator("#park-log .turn").last.locator(".badge")).to_have_text("直接引用模式")
            expect_quotes(page)
            llm.script = says(TRUE, "[1]")
            until(lambda: httpx.get(f"{address}/readyz").json()["mode"] == "written")
            ask(page, HOUSING)
            expect(page.locator("#park-log .turn").last.locator(".badge")).to_have_count(0)
