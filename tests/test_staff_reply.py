from dataclasses import replace
from datetime import date

import pytest

from index.records import Document
from rag.records import Answer, Citation, Request
from rag.staff_answers import StaffAnswer, StaffSource
from rag.staff_ready import Match
from rag.staff_reply import StaffDocument, citations_of, marked, reply
from tests.staff_toys import MEALS, passage, with_sources
from tests.toy_answering import CANTEEN, HOUSING, ToyLibrary

QUOTE = "可供500人同时就餐。"
START = CANTEEN.text.index(QUOTE)


def answer(entry: StaffAnswer, *documents: Document) -> Answer | None:
    library = ToyLibrary(*(documents or (HOUSING, CANTEEN)))
    return reply(Match(entry, 0.93), Request("食堂坐得下几个？", id="7"), "食堂坐得下几个?", library)


def cited(entry: StaffAnswer, *documents: Document) -> tuple[Citation, ...] | None:
    return citations_of(entry, 0.9, ToyLibrary(*(documents or (HOUSING, CANTEEN))))


def test_the_answer_is_as_staff_wrote_it_with_marks() -> None:
    given = answer(with_sources(passage(CANTEEN.id, CANTEEN.path, QUOTE, START)))
    assert given is not None
    assert (given.id, given.mode, given.refused, given.confidence) == ("7", "faq", False, 0.93)
    assert given.answer == "可供500人同时就餐。[1]"
    assert given.standalone_question == "食堂坐得下几个?"
    assert given.as_json()["staff"] == {"entry": 20, "date": "2026-11-20"}


def test_a_report_is_cited_verbatim_with_its_paragraph_and_headings() -> None:
    (one,) = cited(with_sources(passage(CANTEEN.id, CANTEEN.path, QUOTE, START))) or ()
    assert CANTEEN.text[one.start : one.end] == one.quote == QUOTE
    assert CANTEEN.text[one.passage_start : one.passage_start + len(one.passage)] == one.passage
    assert QUOTE in one.passage
    assert (one.document, one.headings, one.document_id) == (CANTEEN.title, ("食堂",), CANTEEN.id)


def test_words_that_have_moved_are_cited_where_they_stand_now() -> None:
    newer = replace(CANTEEN, text="新的开头。" + CANTEEN.text, headings=())
    (one,) = cited(with_sources(passage(CANTEEN.id, CANTEEN.path, QUOTE, START)), newer) or ()
    assert one.document_id == newer.id != CANTEEN.id
    assert newer.text[one.start : one.end] == QUOTE


@pytest.mark.parametrize(
    "documents",
    [(HOUSING,), (replace(CANTEEN, text="食堂可供300人同时就餐。", headings=()),), (replace(CANTEEN, path="别处.md"),)],
    ids=["gone", "changed", "moved to another path"],
)
def test_without_its_words_an_entry_does_not_answer(documents: tuple[Document, ...]) -> None:
    assert answer(with_sources(passage(CANTEEN.id + "x", CANTEEN.path, QUOTE, START)), *documents) is None


def test_a_source_whose_words_are_not_what_it_says_does_not_stand() -> None:
    assert cited(with_sources(passage(CANTEEN.id, CANTEEN.path, "可供900人", START))) is None
    assert cited(with_sources(passage(CANTEEN.id, CANTEEN.path, "", START))) is None


def test_of_words_that_stand_twice_the_nearer_place_is_cited() -> None:
    twice = replace(CANTEEN, text=f"{QUOTE}别的话。{QUOTE}", headings=())
    (one,) = cited(with_sources(passage("gone", CANTEEN.path, QUOTE, 12)), twice) or ()
    assert one.start == twice.text.rindex(QUOTE)


def test_staffs_own_knowledge_cites_the_answer_itself() -> None:
    entry = with_sources(StaffSource("王芳", date(2026, 11, 2)))
    (one,) = cited(entry) or ()
    assert (one.document_id, one.document, one.date, one.path) == ("staff-20-1", "园区工作人员答复", "2026-11-02", "")
    assert (one.start, one.end, one.quote) == (0, len(entry.answer), entry.answer)
    assert cited(with_sources()) == (replace(one, date="2026-11-20"),)


def test_several_sources_are_numbered_in_order_each_once() -> None:
    source = passage(CANTEEN.id, CANTEEN.path, QUOTE, START)
    told = StaffSource("王芳", date(2026, 11, 2))
    given = answer(with_sources(told, source, source, told))
    assert given is not None
    assert [(one.number, one.path) for one in given.citations] == [(1, ""), (2, CANTEEN.path)]
    assert given.answer.endswith("[1][2]")


def test_marks_stand_behind_every_line_and_staffs_own_are_none() -> None:
    (one,) = cited(MEALS) or ()
    text = marked(MEALS.answer, (one,))
    assert text == "早餐7:00至8:30。[1]\n午餐11:30至13:00，见［3］号公告。[1]"
    assert marked("一\n\n二\n", (one,)) == "一[1]\n\n二[1]\n"


def test_the_answer_is_a_document_under_the_id_that_it_is_cited_by() -> None:
    document = StaffDocument.of(MEALS)
    assert (document.id, document.text, document.date) == ("staff-12-3", MEALS.answer, "2026-11-20")
    (one,) = cited(MEALS) or ()
    assert document.text[one.start : one.end] == one.quote
