from dataclasses import replace

from desk.talk_records import Line, Talk, TalkTurn
from rag.records import Citation
from tests.desk_rows import NOON
from ui.desk import talks_html

HOSTILE = '<img src=x onerror="window.pwned=1">'
CITATION = Citation(1, "d/1", "住房", "住房.md", "2023-10", None, ("公寓",), "有920套。", 3, 9, "共有920套。", 2, 0.9)
LINE = Line("c1", "公寓有几套？", NOON, "web", "zh", ("quote", "quote", "refused"), 0.1, ("unhelpful",))
TURN = TalkTurn(
    id="t1", number=1, asked_at=NOON, question="公寓有几套？", standalone_question="公寓有几套？",
    answer="有920套。[1]",
    refused=False, mode="quote", confidence=0.93, total_ms=37.2, citations=(CITATION,), nearby=(),
)  # fmt: skip


def talk(*turns: TalkTurn) -> str:
    return talks_html.talk(Talk("c1", NOON, NOON, "web", "zh", turns))


def test_a_line_tells_when_how_often_and_how_it_was_answered() -> None:
    html = talks_html.lines([LINE])
    assert 'data-pick="c1"' in html
    for told in ("公寓有几套？", "2024-05-06 12:00", "3 问", "引用资料 2", ">未答出<", "没帮助"):
        assert told in html
    assert "网页" not in html  # the usual is not worth a word


def test_the_line_that_is_open_is_marked() -> None:
    other = replace(LINE, conversation_id="c2", channel="api", language="en")
    html = talks_html.lines([LINE, other], chosen="c2")
    assert html.count("aria-current") == 1
    assert 'data-pick="c2" aria-current="true"' in html
    assert "接口" in html
    assert "英文" in html


def test_nothing_found_is_said() -> None:
    assert "没有找到对话" in talks_html.lines([])


def test_a_conversation_is_shown_as_the_visitor_saw_it() -> None:
    html = talk(TURN)
    assert 'href="/reports/d%2F1?start=3&amp;end=9#mark"' in html
    assert "<mark>有920套。</mark>" in html
    for told in ("可信度 93%", "37 毫秒", "第 1 问", "网页访问", "共 1 问"):
        assert told in html


def test_reports_open_beside_the_desk() -> None:
    html = talk(TURN)
    assert html.count('<a target="_blank" rel="noopener" class="') == html.count("<a ") == 2


def test_what_became_of_a_turn_is_told() -> None:
    html = talk(
        replace(
            TURN, verdict="unhelpful", reasons=("outdated", "字太小"), comment="旧了", entry=(4, "班车时间"),
            opened=(7, "公寓", "open"), standalone_question="人才公寓有几套？",
        )
    )  # fmt: skip
    for told in (
        "已经过时、字太小：旧了",
        "常见问答 4 回答：班车时间",
        "待答问题 7（待答）：公寓",
        "按“人才公寓有几套？”查找",
    ):
        assert told in html


def test_no_word_of_anybodys_becomes_markup() -> None:
    cited = replace(
        CITATION, document=HOSTILE, quote=HOSTILE, passage=HOSTILE, headings=(HOSTILE,), document_id=HOSTILE
    )
    about = {"question": HOSTILE, "answer": f"{HOSTILE}[1]", "comment": HOSTILE, "standalone_question": HOSTILE}
    turn = replace(
        TURN, citations=(cited,), verdict="unhelpful", reasons=(HOSTILE,), entry=(1, HOSTILE),
        opened=(1, HOSTILE, "open"), **about,
    )  # fmt: skip
    assert "<img" not in talk(turn)
    assert "<img" not in talks_html.lines([replace(LINE, question=HOSTILE)])
