"""The documents' view in the real browser, over a real index that stays open all the time."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from desk.database import Database
from index.build import sync
from index.store import Index
from settings import Settings
from tests.desk_rows import entry, passage
from tests.desk_serving import serving_views, toy_desk
from tests.homes import REPORTS, TOY, found_by_both, opened, settings_in
from ui.desk import documents

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", ["sqlite"], indirect=True)]
EVIL = "<img src=x onerror=window.pwned=1>"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path, REPORTS | {"坏.md": "a\0b"})
    sync(settings, TOY)
    return settings


@pytest.fixture
def index(settings: Settings) -> Iterator[Index]:
    with opened(settings) as index:
        yield index


@pytest.fixture
def page(browser: Browser, database: Database, settings: Settings, index: Index) -> Iterator[Page]:
    with database.writing() as session:
        session.add(
            entry(question="食堂哪天启用？", sources=[passage(path="食堂.md", quote="食堂于2023年5月6日启用。")])
        )
    desk = toy_desk(database, cast(Any, SimpleNamespace(index=index)), settings=settings)
    with serving_views(desk, [documents]) as address:
        page = browser.new_page(locale="zh-CN")
        page.goto(address)
        page.wait_for_selector("#doc-table .docs")
        yield page
        page.close()


def upload(page: Page, *files: tuple[str, bytes], into: str = "#doc-add") -> None:
    with page.expect_file_chooser() as chooser:
        page.click(into)
    named = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
    chooser.value.set_files(cast(Any, named))
    expect(page.locator(".staged > li")).to_have_count(len(files))


def row(page: Page, words: str) -> Locator:
    return page.locator("#doc-table tr", has_text=words)


def built(page: Page, told: str) -> None:
    expect(page.locator("#doc-status")).to_contain_text("入库完成", timeout=60_000)
    expect(page.locator("#doc-status")).to_contain_text(told)


def test_a_document_comes_changes_goes_and_comes_back(page: Page, index: Index) -> None:
    text = f"---\ntitle: 地铁{EVIL}\ndate: 2024-05\n---\n# 线路\n地铁站在北门{EVIL}。步行三分钟。"
    upload(
        page, (f"{EVIL}.md", text.encode("gb18030")), ("空.txt", b" "), ("零.md", b"a\0b"), ("a.md", b"x" * 10_000_001)
    )
    expect(page.locator(".staged li.refuse")).to_have_count(3)
    expect(page.locator(".staged li.add")).to_contain_text(f"标题地铁{EVIL}")
    page.click("#doc-put")
    built(page, "新增 1 份")
    expect(page.locator("#doc-staging")).to_be_hidden()
    expect(row(page, "地铁")).to_contain_text("已入库")
    index.refresh()
    assert found_by_both(index, "步行三分钟。") == "_img src=x onerror=window.pwned=1_.md"

    row(page, "地铁").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#doc-body .canonical")).to_contain_text(f"地铁站在北门{EVIL}。")
    page.get_by_label("切分").check()
    expect(page.locator(".bands li")).to_contain_text("第 1 段")

    upload(page, ("新版.md", text.replace("三分钟", "五分钟").encode()), into="#doc-exchange")
    expect(page.locator(".staged .change")).to_contain_text("1 句新增，1 句删去")
    page.click("#doc-put")
    expect(page.locator(".toast-wrap")).to_contain_text("确认替换")
    page.get_by_label("确认替换").check()
    page.click("#doc-put")
    built(page, "更新 1 份")
    expect(page.locator(".bands li")).to_contain_text("五分钟")
    index.refresh()
    assert any("五分钟" in item.chunk.text for item in index.all_chunks())

    page.click("#doc-out")
    expect(page.locator("#doc-outing")).to_contain_text("不再引用")
    page.click("#doc-out-now")
    built(page, "移出 1 份")
    expect(row(page, "地铁")).to_have_count(0)
    page.get_by_text("已移出和被替换的资料").click()
    expect(page.locator("#doc-removed tbody tr")).to_have_count(2)
    page.locator("#doc-removed button", has_text="恢复").first.click()
    expect(page.locator(".staged li.add")).to_contain_text("地铁")
    page.click("#doc-put")
    built(page, "新增 1 份")
    expect(row(page, "地铁")).to_contain_text("已入库")
    expect(page.locator("#doc-removed tbody tr")).to_have_count(1)
    index.refresh()
    assert any("五分钟" in item.chunk.text for item in index.all_chunks())
    assert page.evaluate("window.pwned") is None


def test_the_list_is_searched_and_tells_what_is_wrong(page: Page, settings: Settings) -> None:
    expect(row(page, "坏.md")).to_contain_text("二进制内容，不是文本")
    page.fill("#doc-words input, #doc-words textarea", "住房")
    page.keyboard.press("Enter")
    expect(page.locator("#doc-table tbody tr")).to_have_count(1)
    page.fill("#doc-words input, #doc-words textarea", "")
    page.keyboard.press("Enter")
    expect(page.locator("#doc-table tbody tr")).to_have_count(4)
    row(page, "食堂").click()
    page.click("#doc-out")
    expect(page.locator("#doc-outing")).to_contain_text("食堂哪天启用？ — 所引原文随之消失")
    page.click("#doc-stay")
    expect(page.locator("#doc-outing")).to_be_hidden()
    (settings.corpus / "抄来的.md").write_text("从别处复制进来的报告。", "utf-8")
    page.click("#doc-again")
    built(page, "抄来的.md")
    expect(row(page, "抄来的")).to_contain_text("已入库")
    upload(page, ("食堂.md", "食堂搬走了。".encode()))
    expect(page.locator(".staged .citing")).to_contain_text("已不在新文中")
    page.click("#doc-let-go")
    expect(page.locator("#doc-staging")).to_be_hidden()
    assert (settings.corpus / "食堂.md").read_text("utf-8") == REPORTS["食堂.md"]
