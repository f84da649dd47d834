"""Answers and reports as HTML: nothing unescaped, marks only where there is a citation, the exact words marked."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Document, Span
from rag.records import Citation, Request
from rag.staff_answers import StaffAnswer
from tests.toy_answering import CANTEEN, HOSTILE, HOUSING, ToyAnswering
from ui import render
from ui.strings import EN, ZH
from ui.view import View

NASTY = "<script>alert(1)</script> & \"quoted\" 'single' <img src=x onerror=alert(1)>"


def citation(document: Document = HOUSING, number: int = 1, **changes: object) -> Citation:
    answer = ToyAnswering(document).invoke(Request(document.text[:40]))
    found = (answer.citations or answer.nearby)[0]
    return replace(found, number=number, **changes)  # type: ignore[arg-type]


class Reader(HTMLParser):
    """Reads HTML as a browser would: its tags, its attributes, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.marked = ""
        self._inside = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._inside += tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag == "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside:
            self.marked += data


def test_a_mark_links_to_its_report_and_says_which() -> None:
    cited = citation()
    html = render.turn(View("k", "多少套？", f"{cited.quote}[1]", (cited,), done=True), ZH)
    link = re.search(r"<a class=\"mark\"[^>]*>", html)
    assert link is not None
    assert f'href="/reports/{cited.document_id}?start={cited.start}&amp;end={cited.end}#mark"' in link[0]
    assert 'aria-label="出处1：《住房与商务配套》"' in link[0]


@pytest.mark.parametrize("words", ["见[0]", "见[2]", "见[999]", "见[01x]", "京政发[2023]15号", "[１]"])
def test_a_bracket_without_a_citation_stays_text(words: str) -> None:
    html = render.turn(View("k", "问", words, (citation(),), done=True), ZH)
    assert 'class="mark"' not in html
    assert words in Reader(html).text


def test_marks_of_a_refusal_point_at_what_is_near() -> None:
    view = View("k", "多少钱？", "没有。[1]", nearby=(citation(),), refused=True, done=True)
    html = render.turn(view, ZH)
    assert 'class="answer refused"' in html and ZH.refused in html
    assert 'class="mark"' in html
    assert ZH.nearby in render.evidence(view, ZH) and ZH.nearby_note in render.evidence(view, ZH)


def test_evidence_marks_exactly_the_quote_in_its_paragraph() -> None:
    cited = citation(CANTEEN)
    reader = Reader(render.evidence(View("k", "问", citations=(cited,)), ZH))
    assert reader.marked == cited.quote
    assert cited.passage in reader.text
    for fact in (cited.document, "食堂", "2023年10月27日", ZH.open_report):
        assert fact in reader.text


def test_a_paragraph_that_does_not_hold_the_quote_is_not_shown_with_wrong_words_marked() -> None:
    cited = citation(passage="别的段落，没有那句话。")
    reader = Reader(render.evidence(View("k", "问", citations=(cited,)), ZH))
    assert reader.marked == cited.quote
    assert "别的段落" not in reader.text


def test_nothing_of_an_answer_becomes_markup() -> None:
    cited = replace(
        citation(), document=NASTY, headings=(NASTY,), date=NASTY, quote=NASTY, passage=NASTY, passage_start=0, start=0
    )
    view = View(NASTY, NASTY, f"{NASTY}[1]", (cited,), done=True)
    for html in (render.turn(view, ZH), render.evidence(view, EN), render.turn(replace(view, notice=NASTY), ZH)):
        reader = Reader(html)
        assert not {"script", "img"} & set(reader.tags)
        assert not [name for name, _ in reader.attributes if name.startswith("on")]
        assert NASTY in reader.text
    links = [value for name, value in reader.attributes if name == "href"]
    assert all(link.startswith("/reports/") for link in links)


def test_a_hostile_document_id_cannot_leave_its_address() -> None:
    address = render.report_url(replace(citation(), document_id='../../x?y#"><script>'))
    assert address.startswith("/reports/..%2F..%2Fx%3Fy%23%22%3E%3Cscript%3E?start=")


@given(st.text(), st.text(), st.text())
def test_any_text_comes_back_as_text(question: str, words: str, title: str) -> None:
    cited = replace(citation(), document=title)
    reader = Reader(render.turn(View("k", question, words, (cited,), done=True), ZH))
    known = "article div span p a button details summary h2 h3 ol li blockquote mark"
    assert set(reader.tags) <= set(known.split())


def test_an_unfinished_answer_says_so_and_offers_no_tools() -> None:
    html = render.turn(View("k", "问", citations=(citation(),)), ZH)
    assert ZH.writing in html and 'aria-busy="true"' in html and 'data-act="copy"' not in html
    assert 'data-answer=""' in html


def test_a_finished_answer_carries_what_the_next_question_needs() -> None:
    html = render.turn(View("k", "问", "答。[1]", (citation(),), done=True), ZH)
    assert ("data-answer", "答。[1]") in Reader(html).attributes
    assert 'aria-busy="false"' in html


def test_copied_text_holds_each_source_with_its_words() -> None:
    cited = citation()
    assert render.copy_text(View("k", "问", "答。[1]", (cited,), done=True), ZH).splitlines() == [
        "答。[1]",
        "",
        "出处：",
        f"[1] 《住房与商务配套》 · 员工住房 · 2023年10月：“{cited.quote}”",
    ]
    assert render.copy_text(View("k", "问", "没有。", done=True, refused=True), ZH) == "没有。"


def test_no_evidence_yet_shows_what_will_stand_there() -> None:
    assert ZH.sources_empty in render.evidence(View("", ""), ZH)


@pytest.mark.parametrize("document", [HOUSING, CANTEEN, HOSTILE], ids=lambda document: document.path)
def test_a_report_shows_all_its_words_and_marks_the_range(document: Document) -> None:
    for start in range(0, len(document.text), 7):
        span = Span(start, min(start + 13, len(document.text)))
        reader = Reader(render.report(document, span, ZH))
        assert reader.marked == span.of(document.text).replace("\n", "")
        assert document.text.replace("\n", "") in reader.text
        assert reader.attributes.count(("id", "mark")) == 1


def test_a_report_has_its_headings_title_date_and_source() -> None:
    html = render.report(HOUSING, None, ZH)
    assert "<h1>住房与商务配套</h1>" in html and "<h2>员工住房</h2>" in html and "<h2>商务配套</h2>" in html
    assert "2023年10月" in html and "园区办公室" in html and "<mark" not in html


def test_a_page_names_its_language_and_runs_no_script() -> None:
    html = render.page(NASTY, "<p>x</p>", ZH, ["/ui/chat.css"])
    assert '<html lang="zh-CN">' in html and "script" not in Reader(html).tags


def test_what_is_going_on_is_said_until_the_answer_is_whole() -> None:
    found = View("k", "问", citations=(citation(),))
    assert ZH.thinking in render.turn(View("k", "问"), ZH)
    assert ZH.writing in render.turn(found, ZH)
    assert ZH.waiting.format(place=3) in render.turn(replace(found, place=3), ZH)
    assert ZH.more in render.turn(replace(found, place=0, text="有。[1]"), ZH)
    assert "thinking" not in render.turn(replace(found, text="有。[1]", done=True), ZH)


def test_quotes_instead_of_a_chat_models_words_are_said_to_be_that() -> None:
    quoted = View("k", "问", text="有。[1]", citations=(citation(),), done=True)
    assert ZH.direct in render.turn(replace(quoted, direct=True), ZH)
    assert ZH.direct not in render.turn(quoted, ZH)


def staffs(**changes: object) -> View:
    """An exchange that staff have answered in their own words."""
    given = StaffAnswer(3, 2, "班车几点发车？", "早上七点半。\n节假日停运。", date(2026, 11, 25))
    answer = ToyAnswering(staff=(given,)).invoke(Request(given.question))
    view = View("k", given.question, answer.answer, answer.citations, done=True, staff=answer.staff)
    return replace(view, **changes)  # type: ignore[arg-type]


def test_staffs_answer_says_whose_it_is_and_of_which_day() -> None:
    html = render.turn(staffs(), ZH)
    assert "园区工作人员答复 · 2026-11-25" in Reader(html).text and 'class="answer staff"' in html
    assert "Answered by park staff · 2026-11-25" in Reader(render.turn(staffs(), EN)).text
    assert ZH.contact.staff not in Reader(render.turn(replace(staffs(), staff=None, citations=()), ZH)).text


def test_staffs_own_words_are_cited_without_being_said_again() -> None:
    view = staffs()
    reader = Reader(render.evidence(view, ZH))
    assert "早上七点半" not in reader.text and reader.marked == ""
    for fact in (ZH.contact.staff, "2026年11月25日", ZH.contact.staff_words, ZH.contact.open_staff):
        assert fact in reader.text
    assert view.citations[0].document not in reader.text
    assert ("href", "/reports/staff-3-2?start=0&end=13#mark") in reader.attributes
    assert 'aria-label="出处1：《园区工作人员答复》"' in render.turn(view, ZH)
    assert render.copy_text(view, ZH).splitlines()[-1] == "[1] 园区工作人员答复 · 2026年11月25日"


def test_staffs_words_that_the_answer_does_not_hold_are_quoted() -> None:
    view = staffs(text="答。[1]")
    assert Reader(render.evidence(view, ZH)).marked == "早上七点半。\n节假日停运。"
    assert "“早上七点半。\n节假日停运。”" in render.copy_text(view, ZH)


def test_a_report_that_staffs_answer_rests_on_is_a_card_like_any_other() -> None:
    view = staffs(citations=(citation(),))
    reader = Reader(render.evidence(view, ZH))
    assert reader.marked == citation().quote and "住房与商务配套" in reader.text


def test_a_kept_answer_carries_its_id_and_the_buttons() -> None:
    view = View("k", "问", "答。", done=True, turn_id="ab" * 16)
    assert ("data-kept", "ab" * 16) in Reader(render.turn(view, ZH)).attributes
    assert ZH.contact.helpful in render.turn(view, ZH)
    for other in (replace(view, turn_id=""), replace(view, done=False), replace(view, notice="失败")):
        assert ZH.contact.helpful not in render.turn(other, ZH)
