"""The view 待答 in a real browser: read, drafted, published, dismissed, merged, by mouse and by keyboard alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.database import Database
from desk.entries import Entries
from desk.grouper import Grouping
from desk.open_questions import OpenQuestions
from rag.greeting import is_greeting
from tests.desk_rows import NOON, account, conversation, feedback, turn
from tests.desk_serving import STAFF, serving_views, toy_desk
from tests.toy_answering import ToyAnswering
from tests.toy_meanings import ToyMeanings
from ui.desk import waiting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("kind", ["sqlite"], indirect=True),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # Gradio counts its events with pandas
]
FLATS, HOURS = "缙云新居有多少套人才公寓？", "食堂几点开饭？"
EVIL = "<img src=x onerror='window.pwned=1'>班车路线？"
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


def asked(database: Database, *questions: str) -> None:
    """Questions that were refused, put into groups."""
    with database.writing() as session:
        for number, question in enumerate(questions):
            talk = conversation()
            session.add(talk)
            session.flush()
            row = turn(
                conversation_id=talk.id, question=question, standalone_question=question, answer="资料里没有。",
                asked_at=NOON + timedelta(minutes=number), refused=True, mode="refused", confidence=0.1,
            )  # fmt: skip
            session.add(row)
            session.flush()
            if question == HOURS:
                session.add(feedback(turn_id=row.id, reasons=["wrong"], comment="问的是晚饭"))
    Grouping(database, ToyMeanings(), is_greeting, 0.6, clock=lambda: NOON).run()


@pytest.fixture
def published() -> list[int]:
    """How often the desk was told that something was published."""
    return []


@pytest.fixture
def page(browser: Browser, database: Database, published: list[int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(waiting, "EVERY", 1.0)
    with database.writing() as session:
        session.add_all([account(name="王芳"), account(name="李雷")])
    asked(database, *[FLATS] * 3, "缙云新居有人才公寓多少套", HOURS, HOURS, EVIL, "园区有健身房吗？")
    desk = replace(toy_desk(database, ToyAnswering(), STAFF), published=lambda: published.append(1))
    with serving_views(desk, [waiting]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        page.goto(address)
        expect(page.locator("#waiting-where")).to_contain_text("共 4 个")
        yield page
        page.close()


def told(page: Page, words: str) -> None:
    expect(page.locator(".toast-wrap")).to_contain_text(words)


def opened(page: Page, title: str) -> None:
    page.locator("#waiting-rows [data-pick]").filter(has_text=title).click()
    expect(page.locator(".waiting-head h2")).to_have_text(title)


def test_answered_once(page: Page, database: Database, published: list[int]) -> None:
    opened(page, FLATS)
    expect(page.locator("#waiting-turns")).to_contain_text("资料里没有。")
    expect(page.get_by_label("标准问题")).to_have_value(FLATS)
    expect(page.get_by_label("相似问法")).to_have_value("缙云新居有人才公寓多少套")
    expect(page.get_by_label("答案")).to_have_value("缙云新居有920套人才公寓。")  # a draft, of quotes alone
    expect(page.locator(".block.sources-chosen")).to_contain_text("住房与商务配套")
    page.get_by_label("答案").fill("")
    page.click("#waiting-publish")
    told(page, "没有发布，您填写的内容都还在")
    page.get_by_label("答案").fill("共920套。")
    opened(page, HOURS)  # what was typed is kept while another one is looked at…
    expect(page.get_by_label("答案")).to_have_value("")
    expect(page.locator("#waiting-said")).to_contain_text("没有拟草稿")
    expect(page.locator("#waiting-turns")).to_contain_text("信息有误）：问的是晚饭")
    asked(database, "停车场怎么收费？")
    expect(page.locator("#waiting-refresh")).to_contain_text("1 个新问题")
    opened(page, FLATS)  # …and there again
    expect(page.get_by_label("答案")).to_have_value("共920套。")
    page.click("#waiting-publish")
    told(page, "已发布为常见问答 #1")
    expect(page.locator(".waiting-head h2")).to_have_text(HOURS)  # the next one
    expect(page.locator("#waiting-where")).to_contain_text("共 4 个")  # and the new one is in the list
    entry = Entries(database).entry(1)
    assert (entry.draft.answer, entry.draft.similar, len(entry.draft.sources)) == (
        "共920套。",
        ("缙云新居有人才公寓多少套",),
        1,
    )
    assert OpenQuestions(database).counts("王芳") == {"open": 4, "mine": 0, "answered": 1, "dismissed": 0}
    assert published == [1]
    assert page.evaluate("window.pwned") is None


def test_assigned_merged_dismissed_and_opened_again(page: Page, database: Database) -> None:
    opened(page, HOURS)
    page.get_by_text("其他处理").click()
    page.get_by_label("负责人").click()
    page.get_by_role("option", name="王芳").click()
    page.get_by_role("button", name="指派", exact=True).click()
    told(page, "已指派给 王芳")
    expect(page.locator("#waiting-state")).to_contain_text("我负责的 1")
    opened(page, "园区有健身房吗？")
    page.get_by_label("合并到").click()
    page.get_by_role("option", name=HOURS).click()
    page.get_by_role("button", name="合并", exact=True).click()
    expect(page.locator(".waiting-head")).to_contain_text("问了 3 次")
    page.locator("#waiting-turns li").filter(has_text="健身房").get_by_role("button", name="移出").click()
    told(page, "单独成为一个问题")
    expect(page.locator(".waiting-head")).to_contain_text("问了 2 次")
    page.get_by_label("忽略的原因").fill("问不清楚")
    page.get_by_role("button", name="忽略", exact=True).click()
    told(page, "已忽略")
    page.locator("#waiting-state label").filter(has_text="已忽略").click()
    opened(page, HOURS)
    expect(page.locator(".waiting-head")).to_contain_text("备注：问不清楚")
    page.get_by_role("button", name="重新打开").click()
    told(page, "已重新打开")
    assert OpenQuestions(database).counts("王芳") == {"open": 4, "mine": 1, "answered": 0, "dismissed": 0}


def test_by_keyboard_alone(page: Page, database: Database) -> None:
    page.get_by_label("查找", exact=True).focus()
    page.keyboard.type("班车")
    page.keyboard.press("Enter")
    expect(page.locator("#waiting-where")).to_contain_text("共 1 个")
    tab_to(page, "[data-pick]")
    page.keyboard.press("Enter")
    expect(page.locator(".waiting-head h2")).to_have_text(EVIL)
    tab_to(page, "#waiting-answer textarea")
    page.keyboard.type("从南门到地铁站。")
    tab_to(page, "#waiting-sources .source-row:last-of-type button")
    page.keyboard.press("Enter")
    expect(page.locator(".block.sources-chosen")).to_contain_text("王芳")
    tab_to(page, "#waiting-publish")
    page.keyboard.press("Enter")
    told(page, "已发布为常见问答 #1")
    assert Entries(database).entry(1).draft.question == EVIL
    assert page.evaluate("window.pwned") is None


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that matches has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")
