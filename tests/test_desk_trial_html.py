"""What the view 试问 shows of an explanation, and that nothing in it runs."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.asked import KINDS as ASKED_KINDS
from rag.evidence import DECISION
from rag.explain import Entry, Explanation
from rag.records import Request
from tests.toy_answering import HOUSING, ToyAnswering
from ui.desk import trial_html
from ui.desk.trial_html import KINDS, SIGNALS, explanation


@pytest.fixture
def told() -> Explanation:
    return ToyAnswering().explain(Request("缙云新居有多少套人才公寓？"))


def test_every_kind_and_every_signal_has_a_name() -> None:
    assert ASKED_KINDS.keys() <= KINDS.keys()
    assert {*DECISION, "told", ""} <= SIGNALS.keys()


def test_the_decision_and_what_made_it_are_there(told: Explanation) -> None:
    html = explanation(replace(told, entries=(Entry(7, "公寓有几套？", 0.31, chosen=False),)))
    for shown in ("引用资料", "把握 90%，门槛 50%", "数目", "920套", "最佳句与问题的相似度", "-2.50", "#7", "31%"):
        assert shown in html
    assert f"/reports/{HOUSING.id}?start=" in html
    assert "-4.20" in html  # the sum


def test_a_refusal_says_so(told: Explanation) -> None:
    html = explanation(ToyAnswering().explain(Request("月亮有多远")))
    assert "未答出" in html and "两路检索都没有找到任何段落" in html


@pytest.mark.parametrize("question", ["<script>alert(1)</script>", '恶意内容有"><img src=x onerror=alert(1)>'])
def test_nothing_hostile_becomes_markup(question: str) -> None:
    html = explanation(ToyAnswering().explain(Request(question)))
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not [name for name, _ in attrs if name.startswith("on")]

    Reader().feed(html)
    assert not {"script", "img", "iframe"} & set(tags)
    assert not re.search("javascript:", " ".join(re.findall('href="([^"]*)"', html)))


def test_before_the_first_question_it_says_what_it_is_for() -> None:
    assert "像访客一样提问" in trial_html.nothing_asked()
