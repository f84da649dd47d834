"""The view 试问 in a browser: asked with the keyboard, explained, kept as a case; a conversation goes on if wanted."""

import pytest
from playwright.sync_api import Browser, expect

from desk.cases import Cases
from desk.database import Database
from tests.desk_serving import serving_views, toy_desk
from tests.toy_answering import ToyAnswering
from ui.desk import trial

pytestmark = pytest.mark.browser
HOUSING = "缙云新居有多少套人才公寓？"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_question_is_explained_and_kept_as_a_case(browser: Browser, database: Database) -> None:
    answering = ToyAnswering()
    with serving_views(toy_desk(database, answering), [trial]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        page.goto(address)
        box = page.locator("#trial-question textarea")
        box.focus()
        page.keyboard.type(HOUSING)
        page.keyboard.press("Enter")
        expect(page.locator("#trial-told .decision")).to_contain_text("引用资料")
        expect(page.locator("#trial-told .as-seen")).to_contain_text("920套")
        keep = page.locator("#trial-keep")
        expect(keep).to_be_enabled()
        keep.focus()
        page.keyboard.press("Enter")
        expect(keep).to_have_text("已加入回归集")
        (case,) = Cases(database).all()
        assert (case.question, case.history, case.added_by, case.origin) == (HOUSING, (), "王芳", "trial")

        page.get_by_label("接着上面的对话问").check()
        box.fill("食堂于什么时候启用？")
        box.press("Enter")
        expect(page.locator("#trial-told .as-seen")).to_contain_text("2022年10月")
        expect(keep).to_have_text("加入回归集")
        assert [turn.question for turn in answering.requests[-1].history] == [HOUSING]
        box.fill("字" * 501)
        box.press("Enter")
        expect(page.locator(".toast-wrap")).to_contain_text("最多 500 个字")
        expect(page.locator("#trial-told .as-seen")).to_contain_text("2022年10月")
        page.close()
