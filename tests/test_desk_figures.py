"""The view 统计 in a real browser: figures and plots, and nothing asked of anybody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.database import Database
from desk.types import utc_now
from tests.desk_rows import conversation, turn
from tests.desk_serving import serving_views, toy_desk
from ui.desk import figures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # Gradio counts its events with pandas
]


@pytest.fixture
def strays() -> list[str]:
    """What the page asked of other hosts, and what it complained of."""
    return []


@pytest.fixture
def page(browser: Browser, database: Database, strays: list[str]) -> Iterator[Page]:
    now = utc_now()
    with database.writing() as session:
        session.add(conversation(id="c"))
        for number in range(1, 21):
            about = {"asked_at": now - timedelta(days=number - 1), "total_ms": 10 * number, "conversation_id": "c"}
            session.add(turn(number=number, citations=[{"document": "住房", "headings": ["公寓"]}], **about))
    with serving_views(toy_desk(database), [figures]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        ours = (address.removesuffix("/desk/"), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(ours) else strays.append(request.url))
        page.on("console", lambda said: strays.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: strays.append(str(error)))
        page.goto(address)
        yield page
        page.close()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_figures_of_any_span_are_seen(page: Page, strays: list[str]) -> None:
    asked = page.locator("#figures-tiles .tiles li").first
    expect(asked).to_contain_text("20")
    bars = page.locator("#figures-questions-plot svg.marks .mark-rect path")
    expect(bars).to_have_count(20)
    assert page.locator("#figures-questions-plot svg.marks").bounding_box()["width"] > 1000  # type: ignore[index]
    expect(page.locator("#figures-times-plot svg.marks [role=graphics-symbol]").first).to_be_attached()
    expect(page.locator("#figures-topics")).to_contain_text("住房 › 公寓")

    page.get_by_label("近 7 天").check()
    expect(asked).to_contain_text("持平（之前 7）")
    expect(bars).to_have_count(7)
    page.locator("summary").first.click()
    expect(page.locator(".scroll tbody tr")).to_have_count(7)

    page.get_by_label("从哪天").fill("2024-05-06")
    page.get_by_label("到哪天").fill("2024-05-07")
    page.keyboard.press("Enter")
    expect(page.locator("#figures-questions-text")).to_contain_text("没有提问")
    expect(page.get_by_label("自选")).to_be_checked()
    expect(bars).to_have_count(0)
    page.get_by_label("到哪天").fill("2024-05-01")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-wrap")).to_contain_text("不能早于")
    assert strays == []
