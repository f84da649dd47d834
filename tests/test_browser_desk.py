"""The loop that the desk is for, in real browsers: asked in vain, answered once by staff, by the chat from then on.

The service runs as a process of its own, as people start it, and is never restarted.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from test_app import free_port, run, until
from test_browser import ask, watch

from bench.screenshots import BOX
from desk.accounts import Accounts
from desk.database import open_database
from settings import Settings
from tests.desk_people import CHEAP

pytestmark = pytest.mark.browser

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PASSWORD = "梅花三弄在北碚 2026"
ANSWER = "园区免费为访客提供充电桩停车位12个，先到先得，需在门卫处登记。"
SOON = 40_000
"""Longest wait for what a background thread has to do first, milliseconds."""


@pytest.fixture(scope="module")
def url(park_index_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("loop") / "home"
    shutil.copytree(park_index_home, home, symlinks=True, ignore=shutil.ignore_patterns("desk.*"))
    with closing(open_database(Settings(home=home))) as database:
        Accounts(database, CHEAP).add("王芳", PASSWORD, "staff", by="测试")
    port = str(free_port())
    process = run(home, PARK_PORT=port, PARK_QUESTIONS_PER_MINUTE="1000")
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or httpx.get(f"{address}/readyz").status_code == 200, 120)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=20)


Opener = Callable[[str, ViewportSize], Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Open an address in a browser of its own; nothing may have gone astray after."""
    pages: list[Page] = []
    strays: list[str] = []

    def opening(address: str, viewport: ViewportSize) -> Page:
        context = browser.new_context(locale="zh-CN", viewport=viewport, reduced_motion="reduce")
        page = context.new_page()
        pages.append(page)
        watch(page, address.removesuffix("/desk/"), strays)
        page.goto(address)
        return page

    yield opening
    for page in pages:
        page.context.close()
    assert strays == []


def asked(page: Page, question: str) -> Locator:
    """Ask, and return the exchange once it is whole."""
    ask(page, question)
    return page.locator("#park-log > .turn").last


def test_what_staff_answer_once_the_chat_answers_from_then_on(url: str, opened: Opener) -> None:
    asking = opened(url, PHONE)
    asking.wait_for_selector(BOX)
    turn = asked(asking, "访客来了哪里有充电桩可以充电？")
    expect(turn.locator(".answer.refused")).to_be_visible()

    staff = opened(f"{url}/desk/", DESKTOP)
    staff.get_by_label("姓名").fill("王芳")
    staff.get_by_label("密码").fill(PASSWORD)
    staff.keyboard.press("Enter")
    row = staff.locator("#waiting-rows [data-pick]", has_text="充电桩")
    until(lambda: _refreshed(staff, row.count), SOON / 1000)
    row.first.click()
    expect(staff.locator("#waiting-question textarea")).to_have_value(re.compile("访客来了哪里有充电桩可以充电"))
    staff.locator("#waiting-similar textarea").fill("停车场能给电动车充电吗？")
    staff.locator("#waiting-answer textarea").fill(ANSWER)
    staff.locator("#waiting-sources").get_by_role("button", name="添加").click()
    expect(staff.locator("#waiting-sources")).to_contain_text("王芳")
    staff.locator("#waiting-publish").click()
    expect(staff.locator("body")).to_contain_text("已发布")

    other = opened(url, DESKTOP)
    other.wait_for_selector(BOX)
    for question in ("我们客户开电车过来，停车场有没有充电桩？", "请问访客在哪儿能充电呀？"):
        turn = asked(other, question)
        expect(turn.locator(".badge")).to_contain_text("园区工作人员答复")
        expect(turn.locator(".words")).to_contain_text(ANSWER)
    turn = asked(other, "缙云新居有多少套人才公寓？")
    expect(turn.locator(".words")).to_contain_text("920套")


def _refreshed(staff: Page, count: Callable[[], int]) -> bool:
    """Press the button for what is new, as staff do who cannot wait."""
    if staff.locator("#waiting-refresh").is_visible():
        staff.locator("#waiting-refresh").click()
        staff.wait_for_timeout(700)
    return bool(count())
