"""A toy view in the real browser: rows are picked by mouse and keyboard, and what goes wrong is said."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect

from desk.accounts import Account
from desk.database import Database
from desk.errors import DatabaseUnavailableError
from tests.desk_serving import ADMIN, STAFF, serving_views, toy_desk
from ui.desk.context import Desk
from ui.desk.events import FAILED, picker, run, run_picked, show

pytestmark = pytest.mark.browser
ROWS = (
    '<ul class="rows">' + "".join(f'<li><button data-pick="{name}">{name}</button></li>' for name in "甲乙") + "</ul>"
)


def build(desk: Desk, opening: Sequence[Any]) -> None:
    rows, told, button = picker(), show(elem_id="told"), gr.Button("坏", elem_id="bad")
    admin = gr.Button("管理", elem_id="admin")
    gr.on(opening, run(desk, lambda account: f'<ul class="rows">{ROWS}</ul>'), None, rows)
    rows.select(run_picked(desk, lambda account, pick: f"{account.name} {pick}"), None, told)
    button.click(run(desk, _fail), None, told)
    admin.click(run(desk, lambda account: "管理员", role="admin"), None, told)


def _fail(account: Account) -> str:
    if account.role == "admin":
        raise ZeroDivisionError
    raise DatabaseUnavailableError("数据库打不开")


TOY = SimpleNamespace(KEY="toy", TITLE="一览", build=build)


def build_long(desk: Desk, opening: Sequence[Any]) -> None:
    """A list that fills a phone, and below it what shows the row that was picked, long only when it has come."""
    rows = picker(ROWS, opens="below")
    show('<p style="height: 1500px"></p>')
    with gr.Column(elem_id="below"):
        told = show("未选")
    long = '<p style="height: 1500px">选了 {}</p>'
    rows.select(run_picked(desk, lambda account, pick: long.format(pick)), None, told)


LONG = SimpleNamespace(KEY="long", TITLE="长", build=build_long)


@pytest.fixture
def opened(browser: Browser, database: Database) -> Iterator[Callable[[Account | None], Any]]:
    @contextmanager
    def opening(account: Account | None) -> Iterator[Page]:
        with serving_views(toy_desk(database, account=account), [TOY]) as address:
            page = browser.new_page(locale="zh-CN")
            page.goto(address)
            page.wait_for_selector("#admin")
            yield page
            page.close()

    return opening


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_desk_in_a_browser(opened: Callable[[Account | None], Any]) -> None:
    with opened(STAFF) as page:
        expect(page.locator("#desk-head")).to_contain_text("王芳")
        assert "账号管理" not in page.inner_text("#desk-head")
        page.get_by_text("乙", exact=True).click()
        expect(page.locator("#told")).to_contain_text("王芳 乙")
        page.get_by_text("甲", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text("王芳 甲")
        expect(page.locator("[aria-current]")).to_have_text("甲")
        page.click("#bad")
        expect(page.locator(".toast-wrap")).to_contain_text("数据库打不开")
        page.click("#admin")
        expect(page.locator(".toast-wrap")).to_contain_text("只有管理员")
    with opened(ADMIN) as page:
        page.click("#admin")
        expect(page.locator("#told")).to_contain_text("管理员")
        page.click("#bad")
        expect(page.locator(".toast-wrap")).to_contain_text(FAILED)
    with opened(None) as page:
        expect(page.locator(".toast-wrap").first).to_contain_text("请重新登录")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_on_a_phone_what_a_row_opens_is_scrolled_to(browser: Browser, database: Database) -> None:
    with serving_views(toy_desk(database, account=STAFF), [LONG]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 844})
        page.goto(address)
        page.get_by_text("乙", exact=True).click()
        expect(page.get_by_text("选了 乙")).to_be_in_viewport(ratio=0.4)
        page.wait_for_function("Math.abs(document.getElementById('below').getBoundingClientRect().top) < 2")
        page.close()
