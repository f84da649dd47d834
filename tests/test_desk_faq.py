"""The view 常见问答 in a real browser, from a new entry to its history, by mouse and by keyboard alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from desk.database import Database
from desk.entries import Entries, EntryDraft
from desk.transfer import export_entries
from tests.desk_serving import STAFF, serving_views, toy_desk
from tests.toy_answering import CANTEEN, ToyAnswering
from tests.transfer_drafts import TOLD
from ui.desk import faq
from ui.desk.faq_list import today

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # Gradio counts its events with pandas
]
PARKING = EntryDraft("停车场在哪里？", "在地下一层。", similar=("哪里可以停车",), sources=(TOLD,), owner="王芳")
EVIL = EntryDraft("<img src=x onerror='window.pwned=1'>问", "<script>window.pwned=2</script>", sources=(TOLD,))
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture
def published() -> list[int]:
    """How often the desk was told that something was published."""
    return []


@pytest.fixture
def opened(browser: Browser, database: Database, published: list[int]) -> Iterator[Callable[[], Page]]:
    desk = replace(toy_desk(database, ToyAnswering(), STAFF), published=lambda: published.append(1))
    with serving_views(desk, [faq]) as address:
        pages = []

        def opening() -> Page:
            page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
            pages.append(page)
            page.goto(address)
            expect(page.locator("#faq-where")).to_contain_text("共")
            return page

        yield opening
        for page in pages:
            page.close()


def rows(page: Page) -> Locator:
    return page.locator("#faq-rows [data-pick]")


def pressed(page: Page, name: str) -> None:
    page.locator("#faq-acts").get_by_role("button", name=name, exact=True).click()


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="导入…").click()
    chooser.value.set_files(file)


def told(page: Page, words: str) -> None:
    expect(page.locator(".toast-wrap")).to_contain_text(words)


def test_an_entry_from_its_first_word_to_its_end(
    database: Database, opened: Callable[[], Page], published: list[int]
) -> None:
    entries, page = Entries(database), opened()
    expect(page.locator("#faq-rows")).to_contain_text("新建")
    page.get_by_label("标准问题").fill("食堂能坐多少人？")
    page.get_by_label("相似问法").fill("食堂多大\n\n食堂座位数\n")
    page.get_by_label("答案").fill("可供五百人同时就餐。\n<b>周末</b>不开。")
    page.get_by_label("失效日").fill("明年")
    pressed(page, "保存")
    told(page, "“失效日”应写成")
    expect(page.get_by_label("标准问题")).to_have_value("食堂能坐多少人？")  # what was typed stays
    page.get_by_label("失效日").fill("2099/12/31")
    pressed(page, "保存")
    told(page, "至少附上一个来源")
    page.get_by_label("在资料中查找").fill("食堂可供多少人就餐")
    page.get_by_label("在资料中查找").press("Enter")
    page.locator(".sources-found").get_by_role("button", name="选用", exact=True).first.click()
    expect(page.locator(".sources-chosen li")).to_have_count(1)
    pressed(page, "预览")
    expect(page.locator(".faq-preview")).to_contain_text("<b>周末</b>不开。")
    pressed(page, "保存")
    expect(rows(page)).to_have_count(1)
    made = entries.find().entries[0]
    assert (made.draft.similar, made.draft.owner, made.updated_by) == (("食堂多大", "食堂座位数"), "王芳", "王芳")
    assert CANTEEN.text[made.draft.sources[0].start :].startswith(made.draft.sources[0].quote)  # type: ignore[union-attr]

    page.reload()
    rows(page).first.click()
    expect(page.get_by_label("答案")).to_have_value("可供五百人同时就餐。\n<b>周末</b>不开。")
    expect(page.get_by_label("失效日")).to_have_value("2099-12-31")
    expect(page.locator(".sources-chosen li")).to_have_count(1)
    page.get_by_label("答案").fill("可供六百人同时就餐。")
    pressed(page, "停用")
    told(page, "有没保存的修改")
    pressed(page, "保存")
    expect(page.locator("#faq-about")).to_contain_text("第 2 版")
    page.locator(".faq-history summary").click()
    expect(page.locator(".faq-history ins").first).to_have_text("六")
    pressed(page, "撤销上次修改")
    expect(page.get_by_label("答案")).to_have_value("可供五百人同时就餐。\n<b>周末</b>不开。")
    pressed(page, "停用")
    expect(page.locator("#faq-about .tag")).to_have_text("停用")
    assert [one.action for one in entries.history(made.id)] == ["off", "undo", "change", "publish"]
    pressed(page, "删除")
    expect(page.locator("#faq-ask")).to_contain_text("要删除")
    pressed(page, "取消")
    expect(page.locator("#faq-ask")).to_be_hidden()
    assert entries.find().total == 1
    pressed(page, "删除")
    pressed(page, "确认删除")
    expect(rows(page)).to_have_count(0)
    pressed(page, "恢复这条")
    expect(rows(page)).to_have_count(1)
    assert entries.entry(made.id).draft.question == "食堂能坐多少人？"
    assert len(published) == 6


def test_what_is_typed_is_not_lost_to_another_entry_or_another_writer(
    database: Database, opened: Callable[[], Page]
) -> None:
    entries = Entries(database)
    parking = entries.publish(PARKING, by="王芳")
    evil = entries.publish(EVIL, by="王芳")
    page = opened()
    row = {one.id: page.locator(f'#faq-rows [data-pick="{one.id}"]') for one in (parking, evil)}
    row[parking.id].click()
    expect(page.get_by_label("答案")).to_have_value(PARKING.answer)
    page.get_by_label("答案").fill("在地下二层。")
    row[evil.id].click()
    expect(page.locator("#faq-ask")).to_contain_text("没保存的修改")
    pressed(page, "取消")
    expect(row[parking.id]).to_have_attribute("aria-current", "true")
    entries.change(parking.id, replace(PARKING, owner="李雷"), by="李雷", revision=1)
    pressed(page, "保存")
    expect(page.locator("#faq-ask")).to_contain_text("李雷")
    expect(page.locator("#faq-ask")).to_contain_text("负责人")
    expect(page.get_by_label("答案")).to_have_value("在地下二层。")
    pressed(page, "仍按我的保存")
    expect(page.locator("#faq-about")).to_contain_text("第 3 版")
    assert entries.entry(parking.id).draft == replace(PARKING, answer="在地下二层。")
    page.get_by_label("答案").fill("在地下三层。")
    entries.delete(parking.id, by="李雷")
    pressed(page, "保存")
    pressed(page, "另存为新的一条")
    expect(page.locator("#faq-about")).to_contain_text("第 1 版")
    assert {one.draft.answer for one in entries.find().entries} == {EVIL.answer, "在地下三层。"}
    page.get_by_label("答案").fill("又改了")
    row[evil.id].click()
    pressed(page, "不保存，继续")
    expect(page.get_by_label("答案")).to_have_value(EVIL.answer)
    pressed(page, "预览")
    expect(page.locator(".faq-preview")).to_contain_text("<script>")
    assert page.evaluate("window.pwned") is None


def test_found_by_words_and_state_and_imported_after_a_dry_run(
    database: Database, opened: Callable[[], Page], tmp_path: Path
) -> None:
    entries = Entries(database)
    entries.publish(replace(PARKING, review_by=today() - timedelta(days=1)), by="王芳")
    for number in range(40):
        entries.publish(replace(PARKING, question=f"第{number}号楼在哪？", similar=(), is_on=number > 2), by="王芳")
    page = opened()
    expect(page.locator("#faq-state")).to_contain_text("停用 3")
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("#faq-where")).to_contain_text("第 2 / 2 页")
    page.get_by_label("停用").check()
    expect(rows(page)).to_have_count(3)
    page.get_by_label("待复查").check()
    expect(rows(page)).to_have_count(1)
    page.get_by_label("全部").check()
    page.get_by_label("查找", exact=True).fill("停车")
    expect(rows(page)).to_have_count(1)

    exported = export_entries(database, "csv", by="王芳").decode("utf-8-sig")
    file = tmp_path / "改<b>.csv"
    file.write_text(exported.replace("地下一层", "地上") + ",坏的一行,,,没有来源,,,,,,\n", "utf-8")
    choose(page, file)
    panel = page.locator("#faq-plan")
    expect(panel).to_contain_text("缺来源")
    expect(panel.get_by_role("button", name="确认导入")).to_be_disabled()
    panel.get_by_role("button", name="取消").click()
    expect(panel).to_be_hidden()
    file.write_text(
        exported.replace("地下一层", "地上") + ",班车几点？,,,八点。,工作人员｜王芳｜2024-05-06,,,,,\n", "utf-8"
    )
    choose(page, file)
    expect(panel).to_contain_text("新增 1")
    assert entries.find("班车").total == 0
    panel.get_by_role("button", name="确认导入").click()
    expect(panel).to_be_hidden()
    assert entries.find("班车").total == 1
    assert entries.find("地上").total == 41


def test_by_keyboard_alone(database: Database, opened: Callable[[], Page]) -> None:
    entries = Entries(database)
    parking = entries.publish(PARKING, by="王芳")
    page = opened()
    page.get_by_label("查找", exact=True).focus()
    page.keyboard.type("停车")
    _tab_to(page, f'[data-pick="{parking.id}"]')
    page.keyboard.press("Enter")
    expect(page.get_by_label("标准问题")).to_have_value(PARKING.question)
    _tab_to(page, "#faq-answer textarea")
    page.keyboard.press("Control+A")
    page.keyboard.type("在一号楼旁。")
    _tab_to(page, "#faq-save")
    page.keyboard.press("Enter")
    expect(page.locator("#faq-about")).to_contain_text("第 2 版")
    assert entries.entry(parking.id).draft.answer == "在一号楼旁。"


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is where it should come to, and can be seen there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab never comes to {selector}")
