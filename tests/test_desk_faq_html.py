from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.entries import Entry, EntryDraft, EntryPage, Revision
from tests.desk_rows import NOON
from tests.transfer_drafts import TOLD
from ui.desk import faq_html

TODAY = date(2024, 5, 6)
DRAFT = EntryDraft("<b>班车</b>几点？", "七点。\n<i>八点。</i>", similar=("班车",), sources=(TOLD,), owner="王&芳")
ENTRY = Entry(7, 2, DRAFT, False, "", False, NOON, NOON, "李雷")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("over", "draft", "told"),
    [
        ({}, {}, []),
        ({}, {"valid_to": TODAY, "valid_from": TODAY}, []),
        ({}, {"is_on": False}, ["停用"]),
        ({}, {"valid_to": TODAY - DAY}, ["过期"]),
        ({}, {"valid_from": TODAY + DAY}, ["未生效"]),
        ({}, {"review_by": TODAY}, ["待复查"]),
        ({"needs_review": True, "is_stopped": True}, {}, ["已停答", "需复核"]),
    ],
)
def test_tags_tell_why_an_entry_is_not_answered(over: dict, draft: dict, told: list[str]) -> None:
    html = faq_html.tags(replace(ENTRY, **over, draft=replace(DRAFT, **draft)), TODAY)
    assert [word for word in ("已停答", "需复核", "停用", "过期", "未生效", "待复查") if f">{word}<" in html] == told


def test_rows_are_escaped_and_the_open_one_marked() -> None:
    html = faq_html.rows(EntryPage((ENTRY, replace(ENTRY, id=8)), 2, 1, 50), TODAY, 8)
    assert 'data-pick="8" aria-current="true"' in html
    assert html.count("aria-current") == 1
    assert "&lt;b&gt;班车&lt;/b&gt;" in html
    assert "2024-05-06 12:00" in html  # China's clocks
    assert "没有这样的" in faq_html.rows(EntryPage((), 0, 1, 50), TODAY, None)


def test_the_head_tells_how_an_entry_stands() -> None:
    assert "回答中" in faq_html.about(ENTRY, TODAY)
    stopped = faq_html.about(replace(ENTRY, is_stopped=True, needs_review=True, review_reason="<原句>没了"), TODAY)
    assert "&lt;原句&gt;没了" in stopped
    assert "回答中" not in stopped
    assert "新建" in faq_html.about(None, TODAY)


def test_the_preview_says_the_answer_and_its_sources() -> None:
    html = faq_html.preview(DRAFT, TODAY)
    assert "<p>七点。</p><p>&lt;i&gt;八点。&lt;/i&gt;</p>" in html
    assert "园区工作人员答复 · 2024-05-06" in html
    assert "王芳" in html


def test_the_history_tells_who_changed_what_when() -> None:
    later = replace(DRAFT, answer="七点半。", owner="")
    revisions = [
        Revision(number, NOON, "李<雷>", action, draft)
        for number, action, draft in ((3, "off", later), (2, "change", later), (1, "publish", DRAFT))
    ]
    html = faq_html.history(revisions)
    assert html.index("第 3 版") < html.index("第 2 版") < html.index("第 1 版")
    assert "3 次改动" in html
    assert "<del>王&amp;芳</del>" in html
    assert "李&lt;雷&gt; · 2024-05-06 12:00" in html
    assert html.count("<dt>答案</dt>") == 1
    assert faq_html.history([]) == ""
    many = [Revision(number, NOON, "王芳", "change", DRAFT) for number in range(40, 0, -1)]
    assert "更早的 10 次" in faq_html.history(many)


TEXTS = st.text("甲乙丙，。<>&\n", max_size=30)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_a_difference_holds_both_texts(old: str, new: str) -> None:
    html = faq_html.diff(old, new)
    assert _without(html, "ins") == faq_html.escape(old)
    assert _without(html, "del") == faq_html.escape(new)


def test_long_texts_are_compared_clause_by_clause() -> None:
    old = "，".join(f"第{number}句" for number in range(300))
    html = faq_html.diff(old, old.replace("第150句", "第一百五十句"))
    assert "<del>第150句，</del><ins>第一百五十句，</ins>" in html


def _without(html: str, tag: str) -> str:
    """What is left of a difference without what is in one of its marks, the other's taken off."""
    parts = [part.partition(f"</{tag}>") for part in html.split(f"<{tag}>")]
    kept = parts[0][0] + "".join(rest for _, _, rest in parts[1:])
    return kept.replace("<del>", "").replace("</del>", "").replace("<ins>", "").replace("</ins>", "")
