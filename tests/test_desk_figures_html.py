from dataclasses import replace
from datetime import date, timedelta

from desk.figure_records import Day, Told, Topic, Totals, Unanswered
from ui.desk import figures_html

DAY = date(2024, 5, 6)
NOTHING = Totals({}, 0, 0, 0, None, None)
TOLD = Told(
    DAY, DAY + timedelta(days=1),
    Totals({"quote": 1200, "refused": 300}, 400, 3, 1, 37, 2100),
    Totals({"quote": 900, "refused": 100}, 400, 1, 1, 40, 90),
    (Day(DAY, {"quote": 1200}, 30, 90), Day(DAY + timedelta(days=1), {"refused": 300}, 40, 2100)),
    topics=(Topic("住房 › 公寓", "section", 8), Topic("班车时间", "faq", 2)),
    unanswered=(Unanswered(4, "租金", 3),),
    reasons=(("wrong", 1),),
    channels=(("web", 1500),),
    languages=(("zh", 1200), ("en", 300)),
)  # fmt: skip
EMPTY = Told(DAY, DAY, NOTHING, NOTHING, (Day(DAY, {}),))


def test_tiles_tell_the_change_against_the_span_before() -> None:
    html = figures_html.tiles(TOLD)
    for told in (
        "1,500",
        "+50%（之前 1,000）",
        "持平（之前 400）",
        "80%",
        "-10 个百分点（之前 90%）",
        "+200%（之前 100）",
    ):
        assert told in html
    for told in ("75%", "+25 个百分点（之前 50%）", "37 毫秒", "之前 40 毫秒", "2.1 秒", "共 2 天"):
        assert told in html


def test_nothing_is_told_as_nothing() -> None:
    html = figures_html.tiles(EMPTY)
    assert "—" in html
    assert "之前没有" in html
    for part in (figures_html.questions_text, figures_html.times_text, figures_html.feedback, figures_html.shares):
        assert 'class="nothing"' in part(EMPTY)
    assert 'class="nothing"' in figures_html.topics(())
    assert 'class="nothing"' in figures_html.unanswered(())


def test_a_plot_is_told_in_words_and_as_a_table() -> None:
    html = figures_html.questions_text(TOLD)
    assert "平均每天 750.0 次；最多的是 2024-05-06，1,200 次" in html
    assert html.count("<tr>") == 3
    assert "最慢的一天是 2024-05-07，95% 快于 2.1 秒" in figures_html.times_text(TOLD)


def test_bars_are_as_long_as_their_count() -> None:
    html = figures_html.topics(TOLD.topics)
    assert html.index("width:100.0%") < html.index("width:25.0%")
    assert "常见问答" in html
    assert "待答 4" in figures_html.unanswered(TOLD.unanswered)
    assert "没帮助：信息有误" in figures_html.feedback(TOLD)
    assert "简体中文 <span class=tag>80%</span>" in figures_html.shares(TOLD)


def test_each_section_leads_to_its_table() -> None:
    html = figures_html.section("话题", "topics", TOLD)
    assert 'href="/desk/files/figures.csv?what=topics&amp;since=2024-05-06&amp;until=2024-05-07"' in html


def test_no_word_of_anybodys_becomes_markup() -> None:
    told = replace(
        TOLD, topics=(Topic("<img>", "section", 1),), unanswered=(Unanswered(1, "<img>", 1),), reasons=(("<img>", 1),)
    )
    assert "<img" not in figures_html.topics(told.topics) + figures_html.unanswered(told.unanswered)
    assert "<img" not in figures_html.feedback(told)
