"""Leads are found, given a state and a note, and the audit tells who did it without telling what visitors wrote."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.days import Days
from desk.leads import LONGEST_NOTE, LeadError, LeadPage, Leads
from desk.tables import AuditEvent, Lead
from desk.types import utc_now
from tests.desk_rows import NOON, lead


@pytest.fixture
def leads(database: Database) -> Leads:
    with database.writing() as session:
        session.add(lead(id="a", name="王芳", company="华虹", need="厂房", area="800平"))
        session.add(
            lead(id="b", created_at=NOON + timedelta(days=1), contact="wx_50%", industry="汽车", state="called")
        )
        session.add(lead(id="c", created_at=NOON + timedelta(days=2), move_in="明年", note="已回电", state="closed"))
    return Leads(database)


def ids(page: LeadPage) -> str:
    return "".join(line.id for line in page.leads)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        *(("", "cba"), ("王芳 厂房", "a"), ("800", "a"), ("WX_5", "b"), ("0%", "b"), ("汽车", "b")),
        *(("明年", "c"), ("回电", "c"), ("无", "")),
    ],
)
def test_words_are_looked_for_in_all_that_a_lead_tells(leads: Leads, words: str, found: str) -> None:
    assert ids(leads.find(words=words)) == found


def test_leads_are_found_by_state_and_day_and_counted_by_state(leads: Leads) -> None:
    page = leads.find("called", days=Days(date(2024, 5, 6), date(2024, 5, 7)))
    assert (ids(page), page.by_state) == ("b", {"new": 1, "called": 1, "closed": 0})


def test_pages_hold_every_lead_once_and_a_page_too_far_is_the_last(leads: Leads) -> None:
    pages = [leads.find(page=number, size=2) for number in (1, 2, 9, -1)]
    assert [(ids(page), page.page, page.pages) for page in pages] == [
        ("cb", 1, 2),
        ("a", 2, 2),
        ("a", 2, 2),
        ("cb", 1, 2),
    ]
    assert (leads.find(words="无").page, leads.find(words="无").pages) == (1, 1)


def test_a_lead_is_read_whole(database: Database) -> None:
    with database.writing() as session:
        session.add(lead(id="a", transcript=[{"question": "有厂房吗", "answer": "有。"}, "x"], area="800平"))
    told = Leads(database).lead("a")
    assert [(one.question, one.answer) for one in told.transcript] == [("有厂房吗", "有。")]
    assert (told.name, told.area, told.consent_text, told.consent_at) == ("李雷", "800平", "同意工作人员与我联系", NOON)


def audit(database: Database) -> list[tuple[str, str, str, dict[str, object]]]:
    with database.session() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [(event.by, event.action, event.subject, event.detail) for event in events]


def test_a_change_is_kept_and_who_made_it(leads: Leads, database: Database) -> None:
    before = utc_now()
    assert leads.set_state("a", "called", by="王芳").state == "called"
    told = leads.set_note("a", " 周三再打\n ", before="", by="李雷")
    assert (told.note, told.state) == ("周三再打", "called")
    assert told.updated_at >= before
    assert leads.lead("a") == told
    assert audit(database) == [
        ("王芳", "lead.state", "lead a", {"from": "new", "to": "called"}),
        ("李雷", "lead.note", "lead a", {"characters": 4}),
    ]


def test_what_changes_nothing_is_no_change(leads: Leads, database: Database) -> None:
    leads.set_state("a", "new", by="王芳")
    leads.set_note("c", "已回电 ", before="已回电", by="王芳")
    assert audit(database) == []
    assert leads.lead("a").updated_at == NOON


def test_a_note_that_a_colleague_has_changed_is_not_lost(leads: Leads) -> None:
    leads.set_note("a", "我打过了", before="", by="王芳")
    with pytest.raises(LeadError, match="同事"):
        leads.set_note("a", "没人接", before="", by="李雷")
    assert leads.lead("a").note == "我打过了"
    assert leads.set_note("a", "我打过了", before="", by="李雷").note == "我打过了"


@pytest.mark.parametrize("state", ["", "gone", "new'; --"])
def test_there_are_three_states(leads: Leads, state: str) -> None:
    with pytest.raises(LeadError, match="没有这种状态"):
        leads.set_state("a", state, by="王芳")


def test_a_note_has_an_end_and_any_characters(leads: Leads, database: Database) -> None:
    with pytest.raises(LeadError, match="2000"):
        leads.set_note("a", "长" * (LONGEST_NOTE + 1), before="", by="王芳")
    leads.set_note("a", "\0<b>\ud800", before="", by="王芳")
    with database.session() as session:
        assert session.get_one(Lead, "a").note == "<b>?"


def test_a_lead_that_is_not_there_is_said(leads: Leads) -> None:
    for work in (leads.lead, lambda name: leads.set_state(name, "new", by="王芳")):
        with pytest.raises(LeadError, match="没有找到这条线索"):
            work("z")


def test_a_lead_is_deleted_for_good_when_its_visitor_asks(leads: Leads, database: Database) -> None:
    leads.delete("a", by="王芳")
    with pytest.raises(LeadError):
        leads.lead("a")
    with pytest.raises(LeadError):
        leads.delete("a", by="李雷")
    with database.session() as session:
        (event,) = session.scalars(select(AuditEvent))
        assert (event.by, event.action, event.subject, event.detail) == ("王芳", "lead.delete", "lead a", {})
