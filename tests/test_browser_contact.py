"""Verdicts, the way to a person and staff's answers in a real browser: by keyboard, on a phone, the database down."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import URL, select
from sqlalchemy.orm import Session
from test_browser import DESKTOP, PHONE, SEEN, ask, watch

from app import create_app
from bench.screenshots import BOX
from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.recorder import Recorder
from desk.tables import Feedback, Lead
from rag.staff_answers import StaffAnswer
from settings import Settings
from tests.serving import serving
from tests.toy_answering import ToyAnswering
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]

STAFF = StaffAnswer(3, 1, "班车几点发车？", "早上七点半。\n节假日停运。", date(2026, 11, 25))
HOSTILE = '<img src=x onerror="window.pwned=1">{name}'


@dataclass
class Service:
    """A service whose database can be taken away."""

    address: str
    url: URL
    recorder: Recorder
    down: list[bool]

    def rows(self, table: type[Feedback] | type[Lead]) -> list[Feedback | Lead]:
        """What is written, once all is written."""
        assert wait_until(lambda: self.recorder.state.waiting == 0)
        with closing(Database(self.url)) as database, database.session() as session:
            return list(session.scalars(select(table)).all())


class Switched(Database):
    """Cannot be written to while `is_down` says so."""

    def __init__(self, url: URL, is_down: Callable[[], bool]) -> None:
        super().__init__(url)
        self._is_down = is_down

    @contextmanager
    def writing(self) -> Iterator[Session]:
        if self._is_down():
            raise DatabaseUnavailableError("down")
        with super().writing() as session:
            yield session


@pytest.fixture
def service(database_url: URL) -> Iterator[Service]:
    app = create_app(Settings(questions_per_minute=1000), ToyAnswering(staff=(STAFF,)))
    down: list[bool] = []
    recorder = Recorder(lambda: Switched(database_url, lambda: bool(down)), pause=0.05, longest_pause=0.05)
    app.state.service.keeper.memory = recorder
    with serving(app) as address:
        yield Service(address, database_url, recorder, down)
    recorder.close(5)


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Each test has a service of its own, whose first answer takes a busy machine longer than those after it."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def opened(browser: Browser, service: Service) -> Iterator[Callable[..., Page]]:
    """Open the page in a browser of its own; nothing may have gone astray after."""
    strays: list[str] = []
    pages: list[Page] = []

    def opening(**options: object) -> Page:
        special = {"viewport": DESKTOP, "reduced_motion": "reduce", "locale": "zh-CN", **options}
        page = browser.new_context(**special).new_page()  # type: ignore[arg-type]
        pages.append(page)
        watch(page, service.address, strays)
        page.goto(service.address)
        page.wait_for_selector(BOX)
        return page

    yield opening
    for page in pages:
        page.context.close()
    # A form that is not whole yet is answered with 422: the browser notes it, nothing is astray.
    assert [stray for stray in strays if "422" not in stray and "ERR_INTERNET_DISCONNECTED" not in stray] == []


def test_an_answer_is_judged_and_judged_anew(opened: Callable[..., Page], service: Service) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    turn = page.locator("#park-log .turn")
    turn.get_by_role("button", name="有帮助").click()
    expect(turn.locator(".judged")).to_have_text("谢谢您的反馈，园区工作人员会看到。")
    (judged,) = service.rows(Feedback)
    assert (judged.turn_id, judged.verdict) == (turn.get_attribute("data-kept"), "helpful")
    turn.get_by_role("button", name="没帮助").focus()
    page.keyboard.press("Enter")
    expect(turn.get_by_label("答非所问")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    turn.get_by_label("补充说明").fill(f"请打13800138000{HOSTILE}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(turn.locator(".judged")).to_be_visible()
    expect(turn.locator(".reasons")).to_have_count(0)
    expect(turn.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
    (judged,) = service.rows(Feedback)
    assert (judged.verdict, judged.reasons, judged.comment) == ("unhelpful", ["wrong"], f"请打〔电话〕{HOSTILE}")
    page.reload()
    expect(turn.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
    ask(page, "你好")
    expect(turn.last.get_by_role("button", name="有帮助")).to_have_count(0)


def test_a_lead_goes_the_whole_way_by_keyboard_with_the_database_down(
    opened: Callable[..., Page], service: Service
) -> None:
    page = opened()
    service.down.append(True)
    ask(page, "人才公寓有多少套？")
    ask(page, "就餐贵不贵？")
    page.locator("#park-log .refused .contact").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="联系招商人员")
    expect(dialog.get_by_label("姓名或称呼")).to_be_focused()
    page.keyboard.press("Enter")
    for name, error in (("name", "请填写这一项。"), ("contact", "请填写这一项。"), ("consent", "请先勾选同意")):
        expect(dialog.locator(f"#lead-{name}-error")).to_contain_text(error)
    expect(dialog.get_by_label("姓名或称呼")).to_be_focused()
    page.keyboard.type(HOSTILE)
    page.keyboard.press("Tab")
    page.keyboard.type("1380013800")
    page.keyboard.press("Enter")
    expect(dialog.locator("#lead-contact-error")).to_contain_text("请填写手机号")
    expect(dialog.locator("#lead-name-error")).to_be_empty()
    page.keyboard.press("End")
    page.keyboard.type("0")
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(dialog.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="关闭")).to_be_focused()  # round the end to the beginning
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(dialog.locator(".sent")).to_be_focused()
    expect(dialog.locator(".sent .who")).to_contain_text(f"谢谢您，{HOSTILE}。")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#park-log .refused .contact")).to_be_focused()
    assert page.evaluate("typeof pwned") == "undefined"
    assert service.recorder.state.waiting == 3
    service.down.clear()
    (lead,) = service.rows(Lead)
    assert (lead.name, lead.contact, lead.state) == (HOSTILE, "13800138000", "new")
    assert lead.id.startswith(str(page.locator(".reference b").text_content()))
    assert [turn["question"] for turn in lead.transcript] == ["人才公寓有多少套？", "就餐贵不贵？"]
    assert lead.consent_text == page.locator("#lead-consent-text").text_content()
    assert page.evaluate("sessionStorage.getItem('park.lead')") is None
    page.click("#park-contact")
    expect(dialog.get_by_label("姓名或称呼")).to_have_value("")


def test_what_was_typed_survives_a_lost_connection_and_a_reload_on_a_phone(
    opened: Callable[..., Page], service: Service
) -> None:
    page = opened(viewport=PHONE, has_touch=True)
    ask(page, "想租厂房，公寓由专业公司运营吗")
    expect(page.locator(BOX)).to_be_in_viewport(ratio=1)
    page.locator("#park-log .person .contact").tap()
    page.fill("#lead-name", "李女士")
    page.fill("#lead-contact", "微信：lilei_88")
    page.fill("#lead-need", "要行车\n两层")
    page.check("#lead-consent")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.set_offline(True)
    page.click(".lead [type=submit]")
    expect(page.locator(".lead .failure")).to_contain_text("请检查网络")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#lead-name")).to_have_value("李女士")
    expect(page.locator("#lead-need")).to_have_value("要行车\n两层")
    expect(page.locator("#lead-consent")).not_to_be_checked()
    page.check("#lead-consent")
    page.click(".lead [type=submit]")
    expect(page.locator(".sent .reference b")).to_be_in_viewport()
    (lead,) = service.rows(Lead)
    assert (lead.contact, lead.need, len(lead.transcript)) == ("微信：lilei_88", "要行车\n两层", 1)


def test_staffs_answer_is_theirs_and_opens_and_all_words_are_chinese(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, STAFF.question)
    expect(page.locator("#park-log .staff .badge")).to_have_text("园区工作人员答复 · 2026-11-25")
    page.locator("#park-log .mark").click()
    card = page.locator("#park-panel .card.on")
    expect(card.locator("h3")).to_have_text("园区工作人员答复")
    expect(card.locator("blockquote")).to_have_count(0)
    page.locator("#park-log [data-verdict=unhelpful]").click()
    seen = list(page.evaluate(SEEN))
    card.locator(".open").click()
    expect(page.locator("dialog[open] mark").first).to_have_text("早上七点半。")
    page.keyboard.press("Escape")
    page.click("#park-contact")
    page.click(".lead [type=submit]")
    expect(page.locator("#lead-name-error")).not_to_be_empty()
    seen += page.evaluate(SEEN)
    codes = {"off_topic", "wrong", "too_short", "outdated", "other", "on"}
    assert [text for text in seen if text not in codes and any("a" <= letter <= "z" for letter in text.lower())] == []
