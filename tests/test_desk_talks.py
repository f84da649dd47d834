"""The view 对话 in a real browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.database import Database
from desk.talks import SIZE
from tests.desk_rows import NOON, conversation, turn
from tests.desk_serving import serving_views, toy_desk
from ui.desk import talks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # Gradio counts its events with pandas
]
CITED = {
    "number": 1,
    "document": "住房",
    "document_id": "d1",
    "quote": "有920套。",
    "passage": "共有920套。",
    "start": 3,
}


@pytest.fixture
def page(browser: Browser, database: Database) -> Iterator[Page]:
    with database.writing() as session:
        for number in range(40):
            moment = NOON + timedelta(minutes=number)
            name = f"c{number:02}"
            session.add(conversation(id=name, started_at=moment, last_at=moment))
            about = {"question": f"公寓有几套 {number}？", "answer": "有920套。[1]", "citations": [CITED]}
            if number == 7:
                about = {"question": "班车<b>几点</b>？", "answer": "没有找到", "mode": "refused", "citations": []}
            session.add(turn(id=f"t{number}", conversation_id=name, asked_at=moment, refused=number == 7, **about))
    with serving_views(toy_desk(database), [talks]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        page.goto(address)
        yield page
        page.close()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_conversation_is_found_and_read(page: Page) -> None:
    rows, detail = page.locator("#talks-rows [data-pick]"), page.locator("#talks-detail")
    expect(rows).to_have_count(SIZE)
    expect(rows.first).to_contain_text("公寓有几套 39？")
    page.click("#talks-older")
    expect(rows).to_have_count(10)
    expect(page.locator("#talks-older")).to_be_disabled()
    page.click("#talks-newer")
    expect(rows).to_have_count(SIZE)

    page.get_by_label("问题或回答里的词").fill("班车<b>")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    rows.first.focus()
    page.keyboard.press("Enter")
    expect(detail.locator(".answer.refused")).to_contain_text("没有找到")
    expect(detail.locator("b")).to_have_count(0)

    page.get_by_label("问题或回答里的词").fill("")
    page.get_by_label("从哪天").fill("2024-5-6")
    page.get_by_role("button", name="查找").click()
    expect(rows).to_have_count(SIZE)
    rows.first.click()
    expect(detail.locator("a.mark")).to_have_attribute("href", "/reports/d1?start=3&end=9#mark")
    detail.locator("summary").click()
    expect(detail.locator(".card mark")).to_have_text("有920套。")

    put = detail.get_by_role("button", name="放进待答")
    put.focus()
    page.keyboard.press("Enter")
    expect(detail).to_contain_text("属于待答问题 1（待答）：公寓有几套？")
    expect(put).to_have_count(0)

    page.get_by_label("从哪天").fill("昨天")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-wrap")).to_contain_text("2024-05-06 这样的日期")
