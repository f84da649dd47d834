from datetime import timedelta
from html.parser import HTMLParser

import pytest

from desk.question_records import AlikeEntry, AskedOnce, Question, QuestionPage, TurnPage
from tests.desk_rows import NOON
from ui.desk import waiting_html

EVIL = "<script>alert(1)</script>\"'<img src=x onerror=alert(2)>"
ASKED = Question(
    7,
    "食堂几点开饭？",
    "open",
    12,
    NOON - timedelta(days=400),
    NOON,
    "王芳",
    "",
    None,
    None,
    {"unhelpful": 1, "refused": 3},
)
ONCE = AskedOnce(
    "ab" * 16,
    "c",
    NOON,
    "几点开饭",
    "食堂几点开饭",
    "没有。",
    "refused",
    0.12,
    "unhelpful",
    "unhelpful",
    ("wrong", "x"),
    "问的是晚饭",
)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_row_says_what_how_often_when_why_and_who() -> None:
    html = waiting_html.rows(QuestionPage((ASKED,), 1), "open", "", 7, NOON)
    for words in (
        'data-pick="7"',
        'aria-current="true"',
        "食堂几点开饭？",
        "<b>12</b> 次",
        "今天 12:00",
        "没帮助",
        "未答",
        "→ 王芳",
    ):
        assert words in html
    assert "把握不大" not in html
    assert "aria-current" not in waiting_html.rows(QuestionPage((ASKED,), 1), "open", "", 8, NOON)


@pytest.mark.parametrize(("days", "told"), [(0, "今天 12:00"), (1, "5月5日"), (400, "2023-04-02")])
def test_a_moment_is_told_as_shortly_as_can_be(days: int, told: str) -> None:
    assert waiting_html.moment(NOON - timedelta(days=days), NOON) == told


def test_a_turn_shows_what_the_visitor_got_and_thought() -> None:
    html = waiting_html.turns(TurnPage((ONCE, ONCE), 30), 10, is_whole=False)
    for words in (
        "几点开饭",
        "理解为：食堂几点开饭",
        "信息有误、x",
        "问的是晚饭",
        "没有。",
        "把握 12%",
        f"split:{'ab' * 16}",
        "再看 20 条",
    ):
        assert words in html
    assert "移出" not in waiting_html.turns(TurnPage((ONCE,), 1), 10, is_whole=True)
    assert "过保留期" in waiting_html.turns(TurnPage((), 0), 10, is_whole=False)


def test_the_empty_states_say_what_to_do() -> None:
    assert "没有待答的问题" in waiting_html.rows(QuestionPage((), 0), "open", "", None, NOON)
    assert "换个词" in waiting_html.rows(QuestionPage((), 0), "open", "词", None, NOON)
    assert "选一个问题" in waiting_html.head(None, NOON)
    assert waiting_html.alike([]) == ""
    assert "没有拟草稿" in waiting_html.found_nothing(fits=False)


def test_hostile_words_stay_words() -> None:
    question = Question(1, EVIL, "dismissed", 1, NOON, NOON, EVIL, EVIL, 3, None)
    turn = AskedOnce(EVIL, EVIL, NOON, EVIL, f"{EVIL}2", EVIL, "quote", 1, "unhelpful", "unhelpful", (EVIL,), EVIL)
    for html in (
        waiting_html.rows(QuestionPage((question,), 1), "open", EVIL, None, NOON),
        waiting_html.head(question, NOON),
        waiting_html.turns(TurnPage((turn, turn), 2), 10, is_whole=False),
        waiting_html.alike([AlikeEntry(1, EVIL, 0.9)]),
    ):
        assert not {"script", "img"} & set(Tags(html).seen)
