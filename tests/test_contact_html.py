"""What visitors are offered besides answers, as HTML: nothing unescaped, every field with its label and its error."""

import re

import pytest
from test_render import NASTY, Reader

from ui import contact_html
from ui.leads import LIMITS, REQUIRED
from ui.strings import EN, ZH, Strings
from ui.view import View

KEPT = View("k", "问", "答。", done=True, turn_id="ab" * 16)


def test_only_a_kept_answer_to_a_question_can_be_judged() -> None:
    assert Reader(contact_html.verdicts(KEPT, ZH)).text == "有帮助没帮助"
    assert Reader(contact_html.verdicts(KEPT, EN)).text == "HelpfulNot helpful"
    assert contact_html.verdicts(View("k", "问", "答。", done=True), ZH) == ""
    assert contact_html.verdicts(View("k", "你好", "您好。", done=True, turn_id="t", greeting=True), ZH) == ""


def test_a_refusal_and_a_wish_lead_to_a_person() -> None:
    refusal = Reader(contact_html.person(View("k", "问", done=True, refused=True), ZH))
    assert refusal.text == ZH.contact.contact
    wish = Reader(contact_html.person(View("k", "想租", done=True, wishes=True), ZH))
    assert wish.text == ZH.contact.call + ZH.contact.contact
    assert contact_html.person(KEPT, ZH) == contact_html.person(View("k", "想租", wishes=True), ZH) == ""


@pytest.mark.parametrize("strings", [ZH, EN], ids=["zh", "en"])
def test_every_field_has_a_label_and_a_place_for_its_error(strings: Strings) -> None:
    html = contact_html.parts("甲园区", strings)
    attributes = Reader(html).attributes
    for name in [*LIMITS, "consent"]:
        assert ("id", f"lead-{name}") in attributes and ("id", f"lead-{name}-error") in attributes
        assert ("aria-describedby", f"lead-{name}-error") in attributes
        assert ("for", f"lead-{name}") in attributes or name == "consent"
    assert attributes.count(("aria-required", "true")) == len(REQUIRED) + 1
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "甲园区" in Reader(html).text


def test_a_nasty_name_of_the_park_stays_text() -> None:
    html = contact_html.parts(NASTY, ZH)
    assert not {"script", "img"} & set(Reader(html).tags) and NASTY in Reader(html).text
