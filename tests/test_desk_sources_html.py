from dataclasses import replace
from datetime import date

from rag.staff_answers import PassageSource, StaffSource
from tests.toy_answering import HOSTILE, ToyAnswering
from ui.desk.sources_html import AROUND, chosen, results, source_card

QUOTED = PassageSource("d/1", "a&b.md", "<b>题</b>", "<script>x</script>\n二", 3, 24)


def test_what_was_found_is_marked_in_its_passage_and_escaped() -> None:
    found = ToyAnswering(HOSTILE).nearest("恶意内容有", 1)
    html = results(found)
    assert f"<mark>{'恶意内容有&lt;script&gt;'}" in html
    assert "<script" not in html
    assert "<img" not in html
    assert 'data-pick="quote:0"' in html
    assert "没有找到" in results(())


def test_of_a_long_passage_only_what_is_near_is_shown() -> None:
    citation = ToyAnswering().nearest("公寓可以配备家具吗", 1)[0]
    long = replace(
        citation,
        passage="前" * 900 + citation.quote + "后" * 900,
        passage_start=0,
        start=900,
        end=900 + len(citation.quote),
    )
    html = results([long])
    assert f"…{'前' * AROUND}<mark>{citation.quote}</mark>{'后' * AROUND}…" in html
    assert 'data-pick="passage:0"' in html
    assert "选用整段" not in results([replace(citation, passage=citation.quote, passage_start=citation.start)])


def test_chosen_sources_can_be_moved_as_far_as_they_go() -> None:
    html = chosen([QUOTED, StaffSource("王<芳>", date(2024, 5, 6))])
    assert 'data-pick="up:0" disabled' in html
    assert 'data-pick="down:1" disabled' in html
    assert 'data-pick="down:0">' in html
    assert "王&lt;芳&gt;" in html
    assert "还没有来源" in chosen(())


def test_a_passage_links_to_its_words_in_the_report() -> None:
    html = source_card(QUOTED)
    assert 'href="/reports/d%2F1?start=3&amp;end=24#mark"' in html
    assert "&lt;script&gt;x&lt;/script&gt;\n二" in html
    assert "a&amp;b.md" in html
