"""The view 线索 in a real browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.database import Database
from desk.leads import Leads
from tests.desk_rows import NOON, lead
from tests.desk_serving import serving_views, toy_desk
from ui.desk import leads

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # Gradio counts its events with pandas
]


@pytest.fixture
def page(browser: Browser, database: Database) -> Iterator[Page]:
    said = [{"question": "有<b>厂房</b>吗？", "answer": "请联系工作人员。"}]
    with database.writing() as session:
        session.add(lead(id="a", name="王芳", contact="138 0013 8000", need="厂房", transcript=said))
        session.add(lead(id="b", created_at=NOON + timedelta(days=1), note="打过了", state="called"))
    with serving_views(toy_desk(database), [leads]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        page.goto(address)
        yield page
        page.close()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_lead_is_called_and_noted(page: Page, database: Database) -> None:
    rows, about = page.locator("#leads-rows [data-pick]"), page.locator("#leads-about")
    expect(rows).to_have_count(2)
    expect(page.locator("#leads-work")).not_to_be_visible()
    rows.nth(1).focus()
    page.keyboard.press("Enter")
    expect(about.locator("a[href='tel:13800138000']")).to_be_visible()
    expect(page.locator("#leads-transcript")).to_contain_text("有<b>厂房</b>吗？")
    expect(page.locator("#leads-new")).to_be_disabled()

    page.get_by_label("备注").fill("周三再打")
    page.click("#leads-called")
    expect(about.locator(".tag")).to_have_text("已联系")
    expect(rows.nth(1)).to_contain_text("已联系")
    expect(page.locator("#leads-rows [aria-current]")).to_have_count(1)
    expect(page.locator("#leads-counts")).to_contain_text("新线索 0")
    expect(page.get_by_label("备注")).to_have_value("周三再打")
    page.click("#leads-save")
    expect(page.locator(".toast-wrap")).to_contain_text("备注已保存")
    kept = Leads(database).lead("a")
    assert (kept.state, kept.note) == ("called", "周三再打")

    Leads(database).set_note("a", "没人接", before="周三再打", by="李雷")
    page.get_by_label("备注").fill("约好了")
    page.click("#leads-save")
    expect(page.locator(".toast-wrap")).to_contain_text("同事改过")
    page.get_by_label("姓名、电话").fill("没有这人")
    page.keyboard.press("Enter")
    expect(page.locator("#leads-rows")).to_contain_text("没有线索")
    assert Leads(database).lead("a").note == "没人接"

    page.get_by_label("姓名、电话").fill("")
    page.keyboard.press("Enter")
    page.locator("#leads-deleting button").first.click()
    page.click("#leads-delete")
    expect(page.locator(".toast-wrap")).to_contain_text("永久删除")
    expect(rows).to_have_count(1)
    expect(page.locator("#leads-work")).not_to_be_visible()
    assert [one.id for one in Leads(database).find().leads] == ["b"]
