"""Regression cases are kept as they were answered, one for each question and history."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from desk.cases import CaseError, Cases
from desk.database import Database
from desk.entries import Entries
from desk.tables import AuditEvent
from rag.records import Answer, Citation, StaffReply, Turn
from tests.desk_rows import NOON
from tests.test_entries import BUS

QUOTED = Citation(1, "d1", "住房", "住房.md", "2023", None, ("住房",), "有920套", 3, 8, "公寓有920套", 1, 0.9)
QUOTE = Answer("公寓？", "公寓有几套？", "zh", "有920套[1]", False, 0.9, "quote", citations=(QUOTED,))
REFUSED = Answer("公寓？", "公寓？", "zh", "资料里没有。", True, 0.1, "refused")
HISTORY = (Turn("住哪里？", "缙云新居。"),)


@pytest.fixture
def cases(database: Database) -> Cases:
    return Cases(database, lambda: NOON)


def test_a_trial_is_kept_as_it_was_answered(cases: Cases) -> None:
    made = cases.add(" 公寓？\n", HISTORY, QUOTE, by="王芳")
    assert cases.all() == [made]
    assert (made.question, made.history, made.mode, made.answer) == ("公寓？", HISTORY, "quote", QUOTE.answer)
    assert made.citations == (QUOTED.as_json(),)
    assert (made.entry_id, made.origin, made.added_by, made.added_at) == (None, "trial", "王芳", NOON)


def test_the_same_question_after_the_same_conversation_is_one_case(cases: Cases) -> None:
    cases.add("公寓？", HISTORY, QUOTE, by="王芳")
    cases.add("公寓？", (), QUOTE, by="王芳")
    cases.add("公寓？", HISTORY, REFUSED, by="李雷")
    assert [(case.id, case.history, case.mode) for case in cases.all()] == [(2, (), "quote"), (3, HISTORY, "refused")]


def test_what_leads_to_a_person_is_hidden_in_what_was_asked(cases: Cases) -> None:
    made = cases.add("公寓？回电13800138000", (Turn("我的电话13800138000", "好的"),), QUOTE, by="王芳")
    assert (made.question, made.history) == ("公寓？回电〔电话〕", (Turn("我的电话〔电话〕", "好的"),))


def test_another_answer_is_accepted(cases: Cases, database: Database) -> None:
    Entries(database).publish(BUS, by="王芳")
    made = cases.add("公寓？", (), QUOTE, by="王芳")
    given = replace(REFUSED, refused=False, mode="faq", staff=StaffReply(1, NOON.date()))
    accepted = cases.accept(made.id, given, by="李雷")
    assert (accepted.mode, accepted.answer, accepted.citations, accepted.entry_id) == ("faq", given.answer, (), 1)
    gone = cases.accept(made.id, replace(given, staff=StaffReply(99, NOON.date())), by="李雷")
    assert gone.entry_id is None
    assert cases.all()[-1] == gone


def test_a_case_is_deleted_and_every_change_is_audited_without_words(cases: Cases, database: Database) -> None:
    made = cases.add("公寓？", HISTORY, QUOTE, by="王芳")
    cases.accept(made.id, REFUSED, by="李雷")
    cases.delete(made.id, by="韩梅")
    assert cases.all() == []
    with database.session() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.by, event.action, event.subject) for event in events] == [
        ("王芳", "case.add", "case 1"),
        ("李雷", "case.accept", "case 1"),
        ("韩梅", "case.delete", "case 1"),
    ]
    assert "公寓" not in str([event.detail for event in events])


def test_what_is_not_there_or_cannot_be_asked_is_told(cases: Cases) -> None:
    with pytest.raises(CaseError, match="没有这条回归问题"):
        cases.delete(1, by="王芳")
    with pytest.raises(CaseError, match="没有这条回归问题"):
        cases.accept(1, QUOTE, by="王芳")
    with pytest.raises(CaseError, match="不能为空"):
        cases.add(" \n", (), QUOTE, by="王芳")
    assert cases.all() == []
