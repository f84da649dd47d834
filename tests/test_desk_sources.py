"""The picker of sources: verbatim or not at all; and in a real browser, by mouse and by keyboard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect

from desk.database import Database
from rag.china import CHINA
from rag.staff_answers import PassageSource, StaffSource
from settings import Settings
from tests.desk_serving import STAFF, serving_views, toy_desk
from tests.toy_answering import HOUSING, ToyAnswering
from ui.desk.context import Desk
from ui.desk.events import run, show
from ui.desk.sources import SourceError, SourcePicker, staff_source, verbatim
from ui.service import Service

SERVICE = Service(Settings(), ToyAnswering())


def test_a_quote_or_its_passage_is_taken_over_as_the_report_says_it() -> None:
    citation = ToyAnswering().nearest("公寓可以配备家具吗", 1)[0]
    quote, passage = verbatim(SERVICE, citation), verbatim(SERVICE, citation, whole_passage=True)
    assert quote.quote == citation.quote == HOUSING.text[quote.start : quote.end]
    assert passage.quote == citation.passage == HOUSING.text[passage.start : passage.end]
    assert (quote.document_id, quote.path, quote.title) == (HOUSING.id, "住房.md", "住房与商务配套")


def test_words_that_the_report_does_not_say_are_refused() -> None:
    citation = replace(ToyAnswering().nearest("公寓可以配备家具吗", 1)[0], quote="公寓免费。")
    with pytest.raises(SourceError, match="不再是原文"):
        verbatim(SERVICE, citation)


def test_staff_knowledge_is_of_whoever_is_signed_in_unless_a_name_is_given() -> None:
    assert staff_source(STAFF, "  ", date(2024, 5, 6)) == StaffSource("王芳", date(2024, 5, 6))
    assert staff_source(STAFF, " 李\n雷 ", date(2024, 5, 6)).name == "李 雷"


def _build(desk: Desk, opening: Sequence[Any]) -> None:
    picker, told = SourcePicker(desk), show(elem_id="told")
    gr.on(opening, run(desk, lambda account: picker.load((), "家具", account.name)), None, picker.outputs)
    gr.Button("看", elem_id="tell").click(run(desk, lambda _, sources: _told(sources)), picker.chosen, told)


def _told(sources: Sequence[PassageSource | StaffSource]) -> str:
    return "|".join(source.quote if isinstance(source, PassageSource) else source.name for source in sources)


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_sources_are_found_chosen_ordered_and_removed(browser: Browser, database: Database) -> None:
    view = SimpleNamespace(KEY="toy", TITLE="来源", build=_build)
    with serving_views(toy_desk(database, ToyAnswering()), [view]) as address:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        page.goto(address)
        words = page.get_by_label("在资料中查找")
        expect(words).to_have_value("家具")
        expect(page.get_by_label("日期")).to_have_value(datetime.now(CHINA).date().isoformat())
        words.fill("恶意内容")
        words.press("Enter")
        found = page.locator(".sources-found")
        expect(found.locator("mark").first).to_contain_text("<script>window.pwned=3</script>")
        words.fill("公寓可以配备家具吗")
        words.press("Enter")
        expect(found.locator("mark").first).to_have_text("公寓由专业公司运营，可以配备家具。")
        found.get_by_role("button", name="选用", exact=True).first.click()
        chosen = page.locator(".sources-chosen")
        expect(chosen.locator("li")).to_have_count(1)
        found.get_by_role("button", name="选用", exact=True).first.click()
        expect(page.locator(".toast-wrap")).to_contain_text("已经选过")
        page.get_by_role("button", name="添加", exact=True).click()
        expect(chosen.locator("li")).to_have_count(2)
        # by keyboard alone from here: the focus stays where it was when the list is drawn anew
        chosen.get_by_role("button", name="上移").last.focus()
        page.keyboard.press("Enter")
        expect(chosen.locator("li").first).to_contain_text("王芳")
        page.wait_for_function("document.activeElement.dataset.pick")
        page.click("#tell")
        expect(page.locator("#told")).to_have_text("王芳|公寓由专业公司运营，可以配备家具。")
        page.get_by_label("日期").fill("明天")
        page.get_by_role("button", name="添加", exact=True).click()
        expect(page.locator(".toast-wrap")).to_contain_text("这样的日期")
        chosen.get_by_role("button", name="移除").first.focus()
        page.keyboard.press("Enter")
        expect(chosen.locator("li")).to_have_count(1)
        assert page.evaluate("window.pwned") is None
        page.screenshot(path="/tmp/faq_sources.png")
        page.close()
