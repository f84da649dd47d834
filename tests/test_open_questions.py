from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from desk.database import Database
from desk.entries import Entries, EntryChangedError, EntryDraft
from desk.open_questions import OpenQuestions
from desk.question_records import OpenQuestionError
from desk.tables import AuditEvent, Conversation, OpenQuestion, OpenQuestionTurn, Turn
from rag.staff_answers import StaffSource
from tests.desk_rows import NOON, account, conversation, feedback, open_question, open_question_turn, turn, vector

TOLD = StaffSource("王芳", date(2024, 5, 6))


@dataclass
class Kept:
    """Some open questions, by their titles."""

    questions: OpenQuestions
    ids: dict[str, int]


@pytest.fixture
def kept(database: Database) -> Kept:
    """食堂: three turns, one of them found unhelpful; 厂房: two; 班车: one."""
    asked = {
        "食堂几点开饭？": ("食堂几点开饭？", "食堂什么时候开饭", "电话〔电话〕食堂几点开饭"),
        "厂房租金多少？": ("厂房租金多少？", "厂房租金多少"),
        "班车<b>路线</b>？": ("班车<b>路线</b>？",),
    }
    with database.writing() as session:
        session.add_all([account(name="王芳"), account(name="李雷"), account(name="离职", is_active=False)])
        for place, (title, questions) in enumerate(asked.items()):
            first = NOON + timedelta(days=place)
            group = open_question(
                title=title, asked=len(questions), first_at=first, last_at=first + timedelta(minutes=len(questions))
            )
            session.add(group)
            session.flush()
            for number, question in enumerate(questions, 1):
                talk = conversation()
                session.add(talk)
                session.flush()
                row = turn(
                    conversation_id=talk.id, question=question, standalone_question=question, refused=True,
                    asked_at=first + timedelta(minutes=number), mode="refused", confidence=0.1,
                )  # fmt: skip
                session.add(row)
                session.flush()
                session.add(open_question_turn(open_question_id=group.id, turn_id=row.id))
                session.add(vector(turn_id=row.id, vector=bytes(4) + bytes([0, 0, 128, 63]) if place else bytes(8)))
        session.flush()
        first_turn = session.scalars(select(Turn).order_by(Turn.asked_at)).first()
        assert first_turn
        session.add(feedback(turn_id=first_turn.id, reasons=["wrong"], comment="不对"))
        session.get_one(OpenQuestionTurn, (1, first_turn.id)).reason = "unhelpful"
    found = OpenQuestions(database, clock=lambda: NOON)
    return Kept(found, {one.title: one.id for one in found.find().questions})


def actions(database: Database) -> list[tuple[str, str, str]]:
    with database.session() as session:
        return [
            (row.by, row.action, row.subject) for row in session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        ]


def titles(kept: Kept, **wanted: object) -> list[str]:
    return [one.title[:2] for one in kept.questions.find(**wanted).questions]  # type: ignore[arg-type]


def test_found_by_state_words_and_order(kept: Kept) -> None:
    assert titles(kept) == ["食堂", "厂房", "班车"]
    assert titles(kept, order="newest") == ["班车", "厂房", "食堂"]
    assert titles(kept, words="什么时候") == ["食堂"]  # as a visitor asked, not in the title
    assert titles(kept, words="厂房 租金") == ["厂房"]
    assert titles(kept, words="%") == titles(kept, words="_") == titles(kept, words="厂房 食堂") == []
    assert titles(kept, wanted="answered") == titles(kept, wanted="mine", name="王芳") == []
    page = kept.questions.find(page=2, size=2)
    assert (page.total, [one.title[:2] for one in page.questions]) == (3, ["班车"])
    assert [one.title[:2] for one in kept.questions.find(page=99, size=2).questions] == ["班车"]
    assert kept.questions.find().questions[0].reasons == {"unhelpful": 1, "refused": 2}
    assert kept.questions.counts("王芳") == {"open": 3, "mine": 0, "answered": 0, "dismissed": 0}
    assert (kept.questions.newest(), kept.questions.newer(1)) == (3, 2)
    assert kept.questions.colleagues() == sorted(["王芳", "李雷"])


def test_read_with_its_turns_and_wordings(kept: Kept) -> None:
    canteen = kept.ids["食堂几点开饭？"]
    page = kept.questions.turns(canteen, size=2)
    assert (page.total, [one.question for one in page.turns]) == (3, ["电话〔电话〕食堂几点开饭", "食堂什么时候开饭"])
    [first] = kept.questions.turns(canteen, page=2, size=2).turns
    assert (first.verdict, first.feedback, first.comment, first.reason) == (
        "unhelpful",
        ("wrong",),
        "不对",
        "unhelpful",
    )
    assert kept.questions.wordings(canteen) == ["食堂什么时候开饭"]  # neither the title nor what is masked
    with pytest.raises(OpenQuestionError, match="没有这个待答问题"):
        kept.questions.question(99)


def test_assigned_to_who_is_there(database: Database, kept: Kept) -> None:
    canteen = kept.ids["食堂几点开饭？"]
    kept.questions.assign(canteen, "李雷", by="王芳")
    kept.questions.assign(canteen, "李雷", by="王芳")
    assert titles(kept, wanted="mine", name="李雷") == ["食堂"]
    for name in ("离职", "没有此人", ""):
        with pytest.raises(OpenQuestionError, match="没有这个可用的账号"):
            kept.questions.assign(canteen, name, by="王芳")
    kept.questions.assign(canteen, None, by="李雷")
    assert titles(kept, wanted="mine", name="李雷") == []
    assert actions(database) == [
        ("王芳", "question.assign", f"question {canteen}"),
        ("李雷", "question.assign", f"question {canteen}"),
    ]


def test_dismissed_and_reopened(database: Database, kept: Kept) -> None:
    canteen = kept.ids["食堂几点开饭？"]
    kept.questions.dismiss(canteen, "与园区\0无关", by="王芳")
    assert (titles(kept), titles(kept, wanted="dismissed")) == (["厂房", "班车"], ["食堂"])
    assert kept.questions.question(canteen).note == "与园区无关"
    with pytest.raises(OpenQuestionError, match="已忽略"):
        kept.questions.dismiss(canteen, by="李雷")
    with pytest.raises(OpenQuestionError, match="500"):
        kept.questions.dismiss(kept.ids["厂房租金多少？"], "长" * 501, by="李雷")
    kept.questions.reopen(canteen, by="李雷")
    assert titles(kept) == ["食堂", "厂房", "班车"]
    assert [action for _, action, _ in actions(database)] == ["question.dismiss", "question.reopen"]


def test_merged_into_another(database: Database, kept: Kept) -> None:
    canteen, factory, bus = kept.ids.values()
    kept.questions.merge([factory, bus, bus], canteen, by="王芳")
    into = kept.questions.question(canteen)
    assert (into.asked, kept.questions.turns(canteen).total, into.last_at.day) == (6, 6, 8)
    assert titles(kept) == ["食堂"]
    assert titles(kept, wanted="dismissed") == []
    assert kept.questions.question(bus).merged_into == canteen
    for question_id, target in ((bus, canteen), (canteen, bus), (canteen, canteen)):
        with pytest.raises(OpenQuestionError):
            kept.questions.merge([question_id], target, by="王芳")
    with pytest.raises(OpenQuestionError, match="已并入"):
        kept.questions.reopen(bus, by="王芳")
    assert len(actions(database)) == 2


def test_merging_is_whole_or_not_at_all(database: Database, kept: Kept) -> None:
    canteen, factory, _ = kept.ids.values()
    with pytest.raises(OpenQuestionError):
        kept.questions.merge([factory, 99], canteen, by="王芳")
    assert (kept.questions.question(canteen).asked, titles(kept), actions(database)) == (
        3,
        ["食堂", "厂房", "班车"],
        [],
    )


def test_a_turn_in_both_is_counted_where_it_is(database: Database, kept: Kept) -> None:
    canteen, factory, _ = kept.ids.values()
    with database.writing() as session:
        turn_id = session.scalars(select(OpenQuestionTurn.turn_id).filter_by(open_question_id=factory)).first()
        session.add(open_question_turn(open_question_id=canteen, turn_id=turn_id))
    kept.questions.merge([factory], canteen, by="王芳")
    assert kept.questions.turns(canteen).total == 5


def test_a_turn_is_moved_out(database: Database, kept: Kept) -> None:
    canteen, _, bus = kept.ids.values()
    wrong = kept.questions.turns(canteen).turns[0]
    new = kept.questions.split(canteen, wrong.turn_id, by="王芳")
    assert kept.questions.question(new).title == wrong.question
    assert [kept.questions.question(one).asked for one in (canteen, new)] == [2, 1]
    assert [kept.questions.turns(one).total for one in (canteen, new)] == [2, 1]
    for question, turn_id in (
        (canteen, wrong.turn_id),
        (canteen, "f" * 32),
        (bus, kept.questions.turns(bus).turns[0].turn_id),
    ):
        with pytest.raises(OpenQuestionError):
            kept.questions.split(question, turn_id, by="王芳")
    assert actions(database) == [("王芳", "question.split", f"question {canteen}")]


def test_counts_outlive_deleted_turns(database: Database, kept: Kept) -> None:
    with database.writing() as session:
        session.execute(delete(Conversation))
    one = kept.questions.find().questions[0]
    assert (one.asked, dict(one.reasons), kept.questions.turns(one.id).total) == (3, {}, 0)
    assert not kept.questions.wordings(one.id)
    assert not kept.questions.like(one.id)


def test_others_like_it_come_nearest_first(kept: Kept) -> None:
    canteen, factory, bus = kept.ids.values()
    assert [one.id for one in kept.questions.like(factory)] == [bus, canteen]
    kept.questions.dismiss(bus, by="王芳")
    assert [one.id for one in kept.questions.like(factory)] == [canteen]


def test_answered_by_an_entry_that_is_there(database: Database, kept: Kept) -> None:
    canteen, entries = kept.ids["食堂几点开饭？"], Entries(database)
    entry = entries.publish(EntryDraft("食堂几点开始开饭", "十一点半。", sources=(TOLD,)), by="李雷")
    assert [one.id for one in kept.questions.alike_entries("食堂几点开饭？")] == [entry.id]
    assert kept.questions.alike_entries("食堂一顿饭多少钱？") == kept.questions.alike_entries("") == []
    entries.change(entry.id, replace(entry.draft, answer="十二点。"), by="李雷", revision=1)
    with pytest.raises(EntryChangedError):
        kept.questions.answer_by(canteen, entry, by="王芳")
    assert kept.questions.question(canteen).state == "open"
    kept.questions.answer_by(canteen, entries.entry(entry.id), by="王芳")
    assert entries.entry(entry.id).draft.similar == ("食堂几点开饭？",)
    done = kept.questions.question(canteen)
    assert (done.state, done.faq_entry_id) == ("answered", entry.id)
    assert titles(kept, wanted="answered") == ["食堂"]
    with pytest.raises(OpenQuestionError, match="已回答"):
        kept.questions.answer_by(canteen, entries.entry(entry.id), by="王芳")


@pytest.mark.parametrize(
    "act", [lambda its, one: its.dismiss(one, by="王芳"), lambda its, one: its.assign(one, "王芳", by="王芳")]
)
def test_what_is_not_there_cannot_be_changed(kept: Kept, act: Callable[[OpenQuestions, int], None]) -> None:
    with pytest.raises(OpenQuestionError, match="没有这个待答问题"):
        act(kept.questions, 99)


def test_the_database_keeps_words_as_they_are(database: Database, kept: Kept) -> None:
    with database.session() as session:
        assert session.get_one(OpenQuestion, kept.ids["班车<b>路线</b>？"]).title == "班车<b>路线</b>？"
