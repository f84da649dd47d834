from dataclasses import replace

import pytest

from desk.leads import LeadDetail, LeadLine, LeadPage
from desk.stored import Exchange
from tests.desk_rows import NOON
from ui.desk import leads_html

HOSTILE = '<img src=x onerror="window.pwned=1">'
LINE = LeadLine("a", NOON, "王芳", "13800138000", "华虹", "厂房", "800平", "汽车", "new")
LEAD = LeadDetail(
    "a", NOON, NOON, "new", "王芳", "138 0013-8000", "", "厂房", "800平", "汽车", "明年", NOON, "同意联系", "", None,
    (Exchange("有厂房吗？", "没有找到", refused=True),),
)  # fmt: skip


def page(*lines: LeadLine) -> LeadPage:
    return LeadPage(lines, 1, 3, {"new": 5, "called": 2, "closed": 0})


def test_a_line_tells_who_and_what_for() -> None:
    html = leads_html.lines(page(LINE), chosen="a")
    for told in ("王芳 · 华虹", "新线索", "13800138000", "厂房 · 800平 · 汽车", 'data-pick="a" aria-current="true"'):
        assert told in html


def test_counts_tell_of_every_state() -> None:
    html = leads_html.counts(page())
    for told in ("新线索 5", "已联系 2", "已结束 0", "第 1 / 3 页", "/desk/files/leads.csv"):
        assert told in html
    assert "没有线索" in leads_html.lines(page())


@pytest.mark.parametrize(
    ("contact", "link"),
    [("138 0013-8000", "tel:13800138000"), ("+86 (23) 6800 0000", "tel:+862368000000"), ("微信 wx138", ""), ("", "")],
)
def test_a_telephone_number_can_be_called(contact: str, link: str) -> None:
    html = leads_html.lead(replace(LEAD, contact=contact))
    assert (f'href="{link}"' in html) == bool(link)
    assert "href" not in html or link


def test_consent_is_told_with_its_moment_and_what_is_empty_is_not() -> None:
    html = leads_html.lead(LEAD)
    assert "同意联系（2024-05-06 12:00）" in html
    assert "公司" not in html


def test_the_transcript_is_as_the_visitor_saw_it() -> None:
    assert "资料中没有找到答案" in leads_html.transcript(LEAD)
    assert "没有提问" in leads_html.transcript(replace(LEAD, transcript=()))


def test_no_word_of_anybodys_becomes_markup() -> None:
    words = dict.fromkeys(("name", "contact", "company", "need", "area", "industry"), HOSTILE)
    told = replace(LEAD, move_in=HOSTILE, consent_text=HOSTILE, transcript=(Exchange(HOSTILE, HOSTILE),), **words)
    html = leads_html.lead(told) + leads_html.transcript(told) + leads_html.lines(page(replace(LINE, **words)))
    assert "<img" not in html
