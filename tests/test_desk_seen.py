from datetime import date

from rag.records import Citation, StaffReply
from ui.desk.seen import exchange

CITED = Citation(1, "d1", "住房", "住房.md", "2023-10", None, (), "有920套。", 3, 9, "共有920套。", 2, 0.9)
BARE = Citation(1, "", "住房", "", "", None, (), "有920套。", 0, 6, "有920套。", 0, 0.0)


def test_a_report_opens_beside_the_desk() -> None:
    html = exchange("t", "几套？", "有920套。[1]", (CITED,))
    assert html.count("<a ") == html.count('<a target="_blank" rel="noopener" ') == 2
    assert '"/reports/d1?start=3&amp;end=9#mark"' in html


def test_a_citation_whose_report_nobody_kept_leads_nowhere() -> None:
    html = exchange("t", "几套？", "有920套。[1]", (BARE,))
    assert "<a " not in html
    assert '<span class="mark">[1]</span>' in html
    assert "<mark>有920套。</mark>" in html


def test_staffs_own_answer_is_marked_with_its_day() -> None:
    html = exchange("t", "班车？", "七点半。", staff=StaffReply(4, date(2024, 5, 6)))
    assert "2024-05-06" in html


def test_words_that_look_like_a_link_stay_words() -> None:
    words = '<a class="mark" href="/reports/?x">甲</a>'
    html = exchange("t", words, words, refused=True)
    assert "<a " not in html
    assert "&lt;a class=" in html
