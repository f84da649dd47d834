"""Entries are published, changed, undone and found; each change whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.entries import Entries, EntryChangedError, EntryDraft, EntryError
from desk.entry_history import Change, add_revision
from desk.tables import AuditEvent, FaqEntry, FaqPhrase, FaqRevision, FaqSource, OpenQuestion, RegressionCase
from rag.china import CHINA
from rag.staff_answers import PassageSource, StaffSource
from tests import desk_rows
from tests.desk_rows import NOON

TOLD = StaffSource("王芳", date(2024, 5, 6))
PASSAGE = PassageSource("d1", "班车.md", "班车", "七点半发车", 3, 8)
BUS = EntryDraft(
    "班车几点发车？",
    "早上七点半。",
    similar=("班车时间", "几点有班车"),
    negative=("飞机几点？",),
    sources=(PASSAGE, TOLD),
    valid_from=date(2024, 5, 6),
    valid_to=date(2025, 5, 6),
    owner="王芳",
    review_by=date(2024, 12, 1),
)


class Clock:
    """A second later at each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def entries(database: Database) -> Entries:
    return Entries(database, Clock())


def draft(question: str = "食堂在哪里？", **over: object) -> EntryDraft:
    return EntryDraft(**{"question": question, "answer": "在一号楼。", "sources": (TOLD,), **over})


def test_what_is_published_is_read_back(entries: Entries) -> None:
    made = entries.publish(BUS, by="王芳")
    assert made == entries.entry(made.id)
    assert (made.draft, made.revision, made.updated_by) == (BUS, 1, "王芳")
    assert (made.needs_review, made.review_reason, made.is_stopped) == (False, "", False)
    assert made.created_at == made.updated_at == NOON + timedelta(seconds=1)


def one(database: Database, table: type, **over: object) -> object:
    with database.session() as session:
        return session.scalars(select(table).filter_by(**over)).one()


def count(database: Database) -> dict[str, int]:
    """How many rows there are of all that publishing writes."""
    tables = (FaqEntry, FaqPhrase, FaqSource, FaqRevision, AuditEvent, RegressionCase)
    with database.session() as session:
        return {table.__tablename__: len(session.scalars(select(table)).all()) for table in tables}


def ask(database: Database, **over: object) -> int:
    with database.writing() as session:
        row = desk_rows.open_question(**over)
        session.add(row)
        session.flush()
        return row.id


def test_publishing_answers_the_open_question_and_makes_a_regression_case(entries: Entries, database: Database) -> None:
    question = ask(database)
    made = entries.publish(BUS, by="王芳", answers=question, origin_question="  早班车啥时候\n开 13800138000")
    asked = one(database, OpenQuestion)
    assert (asked.state, asked.faq_entry_id) == ("answered", made.id)
    case = one(database, RegressionCase)
    assert (case.question, case.history, case.mode, case.answer) == ("早班车啥时候 开 〔电话〕", [], "faq", BUS.answer)
    assert (case.faq_entry_id, case.origin, case.added_by) == (made.id, "published", "王芳")
    with database.session() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.by, event.action, event.subject) for event in events] == [
        ("王芳", "question.answer", f"question {question}"),
        ("王芳", "faq.publish", f"faq {made.id}"),
    ]
    assert events[1].detail == {"revision": 1, "question": question}


def test_without_an_open_question_the_entry_s_own_is_the_case(entries: Entries, database: Database) -> None:
    entries.publish(BUS, by="王芳")
    assert one(database, RegressionCase).question == BUS.question


def test_a_case_that_asks_the_same_is_replaced(entries: Entries, database: Database) -> None:
    with database.writing() as session:
        session.add(desk_rows.case(question=BUS.question, mode="refused", answer="资料里没有。", origin="trial"))
        session.add(desk_rows.case(question=BUS.question, history=[["园区有班车吗？", "有。"]]))
    entries.publish(BUS, by="王芳")
    with database.session() as session:
        cases = session.scalars(select(RegressionCase).order_by(RegressionCase.id)).all()
    assert [(case.history, case.mode) for case in cases] == [([["园区有班车吗？", "有。"]], "faq"), ([], "faq")]


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"state": "answered"}, "“李雷”回答"),
        ({"state": "dismissed"}, "“李雷”处理"),
        ({"state": "dismissed", "merged_into": 1}, "“李雷”并入待答问题 1"),
    ],
)
def test_a_question_that_is_no_longer_open_publishes_nothing(
    entries: Entries, database: Database, over: dict[str, object], message: str
) -> None:
    ask(database)
    question = ask(database, **over)
    with database.writing() as session:
        for by, subject in (("李雷", f"question {question}"), ("韩梅", f"question {question}0")):
            session.add(desk_rows.audit_event(by=by, action="question.dismiss", subject=subject))
    before = count(database)
    with pytest.raises(EntryError, match=message):
        entries.publish(BUS, by="王芳", answers=question)
    with pytest.raises(EntryError, match="没有这个待答问题"):
        entries.publish(BUS, by="王芳", answers=99)
    assert count(database) == before


def test_two_who_answer_one_question_publish_once(entries: Entries, database: Database) -> None:
    question = ask(database)
    entries.publish(BUS, by="王芳", answers=question)
    with pytest.raises(EntryError, match="“王芳”回答"):
        entries.publish(draft(), by="李雷", answers=question)
    assert entries.find().total == 1


def test_a_question_has_one_answer(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    before = count(database)
    for other, shown in (
        (draft("班车几点發車"), "班车几点發車"),
        (draft("食堂在哪里？", similar=("班车　几点發車!!",)), "班车 几点發車!!"),
        (draft("班车时间？"), "班车时间"),
        (draft("几点有班车", valid_from=date(2025, 5, 6)), "几点有班车"),
    ):
        with pytest.raises(EntryError, match=rf"“{shown}.*已由常见问答 {made.id}“班车几点发车？”回答"):
            entries.publish(other, by="李雷")
    assert count(database) == before


def test_on_other_days_it_may_have_another(entries: Entries) -> None:
    entries.publish(BUS, by="王芳")
    later = entries.publish(replace(BUS, valid_from=date(2025, 5, 7), valid_to=None), by="王芳")
    with pytest.raises(EntryError, match="已由常见问答 1"):
        entries.change(later.id, replace(later.draft, valid_from=date(2025, 5, 6)), by="王芳", revision=1)


def test_what_an_entry_had_itself_does_not_stand_in_its_way(entries: Entries) -> None:
    made = entries.publish(BUS, by="王芳")
    swapped = replace(
        BUS, question="班车时间", similar=("班车几点发车？", "几点有班车"), negative=("飞机几点？", "船呢")
    )
    assert entries.change(made.id, swapped, by="王芳", revision=1).draft == swapped
    assert entries.entry(made.id).draft == swapped


def test_a_negative_phrase_may_be_another_entry_s_question(entries: Entries) -> None:
    entries.publish(BUS, by="王芳")
    entries.publish(draft("飞机几点？", negative=("班车时间",)), by="王芳")
    assert entries.find().total == 2


def test_a_change_is_a_revision(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    changed = entries.change(made.id, replace(BUS, answer="八点。", similar=()), by="李雷", revision=1)
    assert changed == entries.entry(made.id)
    assert (changed.revision, changed.updated_by, changed.draft.similar) == (2, "李雷", ())
    assert changed.updated_at > made.updated_at
    assert changed.created_at == made.created_at
    newest, oldest = entries.history(made.id)
    assert (newest.number, newest.by, newest.action, newest.draft) == (2, "李雷", "change", changed.draft)
    assert (oldest.number, oldest.by, oldest.action, oldest.draft, oldest.at) == (
        1, "王芳", "publish", BUS, made.created_at,
    )  # fmt: skip
    assert one(database, AuditEvent, action="faq.change").detail == {"revision": 2, "fields": ["answer", "similar"]}


def test_the_regression_cases_of_an_entry_expect_its_new_answer(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    with database.writing() as session:
        session.add(desk_rows.case(question="别的", faq_entry_id=made.id, mode="refused", answer="没有。"))
        marked = {"answer": BUS.answer + "[1]", "citations": [{"quote": "七点半发车"}], "origin": "trial"}
        session.add(desk_rows.case(question="试问", faq_entry_id=made.id, **marked))
    entries.change(made.id, replace(BUS, answer="八点。"), by="李雷", revision=1)
    assert one(database, RegressionCase, question=BUS.question).answer == "八点。"
    assert one(database, RegressionCase, question="别的").answer == "没有。"
    trial = one(database, RegressionCase, question="试问")
    assert (trial.answer, trial.citations) == ("八点。", [])
    entries.undo(made.id, by="李雷")
    assert one(database, RegressionCase, question=BUS.question).answer == BUS.answer


def test_what_is_the_same_is_no_change(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    before = count(database)
    assert entries.change(made.id, replace(BUS, answer=" 早上七点半。\r\n"), by="李雷", revision=1) == made
    assert entries.switch(made.id, True, by="李雷") == made
    assert entries.confirm(made.id, by="李雷") == made
    assert count(database) == before


def test_a_change_of_what_somebody_else_has_saved_is_refused(entries: Entries) -> None:
    made = entries.publish(BUS, by="王芳")
    entries.change(made.id, replace(BUS, answer="八点。"), by="李雷", revision=1)
    with pytest.raises(EntryChangedError, match="“李雷”刚刚保存过"):
        entries.change(made.id, replace(BUS, answer="九点。"), by="王芳", revision=1)
    assert entries.entry(made.id).draft.answer == "八点。"
    entries.delete(made.id, by="韩梅")
    with pytest.raises(EntryChangedError, match="已被“韩梅”删除"):
        entries.change(made.id, BUS, by="王芳", revision=2)
    with pytest.raises(EntryError, match="没有这条常见问答"):
        entries.change(99, BUS, by="王芳", revision=1)


def answers(entries: Entries, entry_id: int) -> str:
    return entries.entry(entry_id).draft.answer


def test_undoing_goes_back_again_and_again(entries: Entries) -> None:
    made = entries.publish(draft(answer="一"), by="王芳")
    for revision, answer in enumerate("二三四", start=1):
        entries.change(made.id, draft(answer=answer), by="王芳", revision=revision)
    seen = [entries.undo(made.id, by="李雷").draft.answer for _ in range(3)]
    assert seen == ["三", "二", "一"]
    with pytest.raises(EntryError, match="最早的版本"):
        entries.undo(made.id, by="李雷")
    assert [change.action for change in entries.history(made.id)] == ["undo"] * 3 + ["change"] * 3 + ["publish"]
    assert entries.entry(made.id).revision == 7


def test_a_change_after_undoing_is_undone_first(entries: Entries) -> None:
    made = entries.publish(draft(answer="一"), by="王芳")
    entries.change(made.id, draft(answer="二"), by="王芳", revision=1)
    entries.change(made.id, draft(answer="三"), by="王芳", revision=2)
    assert entries.undo(made.id, by="王芳").draft.answer == "二"
    entries.change(made.id, draft(answer="四"), by="王芳", revision=4)
    assert [entries.undo(made.id, by="王芳").draft.answer for _ in range(2)] == ["二", "一"]


def test_switching_is_undone_like_a_change_and_a_review_is_not(entries: Entries, database: Database) -> None:
    made = entries.publish(draft(answer="一"), by="王芳")
    entries.change(made.id, draft(answer="二"), by="王芳", revision=1)
    assert entries.switch(made.id, False, by="王芳").draft.is_on is False
    flag(database, made.id)
    entries.confirm(made.id, by="王芳")
    assert (entries.undo(made.id, by="王芳").draft.is_on, answers(entries, made.id)) == (True, "二")
    assert entries.undo(made.id, by="王芳").draft.answer == "一"


def test_what_is_taken_meanwhile_cannot_come_back_by_undoing(entries: Entries) -> None:
    made = entries.publish(draft("食堂在哪里？"), by="王芳")
    entries.change(made.id, draft("一号楼在哪里？"), by="王芳", revision=1)
    entries.publish(draft("食堂在哪里？"), by="李雷")
    with pytest.raises(EntryError, match="已由常见问答 2"):
        entries.undo(made.id, by="王芳")
    assert entries.entry(made.id).revision == 2


def flag(database: Database, entry_id: int) -> None:
    with database.writing() as session:
        row = session.get_one(FaqEntry, entry_id)
        row.needs_review, row.review_reason = True, "报告已更新"


def test_a_review_clears_the_flag_and_so_does_a_change_but_not_undoing(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    flag(database, made.id)
    confirmed = entries.confirm(made.id, by="李雷")
    assert (confirmed.needs_review, confirmed.review_reason, confirmed.updated_by) == (False, "", "李雷")
    flag(database, made.id)
    changed = entries.change(made.id, replace(BUS, answer="八点。"), by="李雷", revision=2)
    assert (changed.needs_review, changed.review_reason) == (False, "")
    flag(database, made.id)
    undone = entries.undo(made.id, by="李雷")
    assert (undone.needs_review, undone.review_reason) == (True, "报告已更新")


def test_what_is_deleted_keeps_its_history_and_comes_back(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    entries.change(made.id, replace(BUS, answer="八点。"), by="王芳", revision=1)
    entries.delete(made.id, by="李雷")
    with pytest.raises(EntryError, match="没有这条常见问答"):
        entries.entry(made.id)
    assert entries.find().total == 0
    assert next((change.action, change.by) for change in entries.history(made.id)) == ("delete", "李雷")
    assert one(database, RegressionCase).faq_entry_id is None
    assert entries.publish(draft(), by="王芳").id == made.id + 1
    back = entries.restore(made.id, by="韩梅")
    assert (back.id, back.draft.answer, back.revision, back.updated_by) == (made.id, "八点。", 4, "韩梅")
    assert back.created_at == made.created_at
    assert back == entries.entry(made.id)
    assert entries.undo(made.id, by="韩梅").draft == BUS
    with pytest.raises(EntryError, match="没有被删除"):
        entries.restore(made.id, by="韩梅")
    with pytest.raises(EntryError, match="没有这条常见问答"):
        entries.restore(99, by="韩梅")


def test_undoing_a_deletion_brings_it_back_unless_its_question_is_taken(entries: Entries) -> None:
    made = entries.publish(BUS, by="王芳")
    entries.delete(made.id, by="王芳")
    assert entries.undo(made.id, by="王芳").draft == BUS
    entries.delete(made.id, by="王芳")
    entries.publish(BUS, by="李雷")
    with pytest.raises(EntryError, match="已由常见问答 2"):
        entries.undo(made.id, by="王芳")


def test_many_changes_are_saved_together_or_not_at_all(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    before = count(database)
    with pytest.raises(EntryError, match="已由常见问答 2"), entries.together(by="王芳") as writer:
        writer.publish(draft("食堂在哪里？"))
        writer.change(made.id, replace(BUS, similar=()), revision=1)
        writer.publish(draft("班车时间"))
        writer.publish(draft("食堂在哪里"))
    assert count(database) == before
    with entries.together(by="王芳") as writer:
        writer.delete(made.id)
        writer.publish(BUS)
    assert entries.find().total == 1


def test_a_draft_that_cannot_be_changes_nothing(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    before = count(database)
    for broken in ({"question": " \n"}, {"answer": "\ud800"}, {"sources": ()}, {"similar": ("飞机几点",)}):
        with pytest.raises(EntryError):
            entries.change(made.id, replace(BUS, **broken), by="王芳", revision=1)
        with pytest.raises(EntryError):
            entries.publish(replace(draft(), **broken, negative=("飞机几点",)), by="王芳")
    assert count(database) == before


def test_a_flag_that_came_while_it_was_edited_stands_in_nobody_s_way(entries: Entries, database: Database) -> None:
    made = entries.publish(BUS, by="王芳")
    moved = replace(PASSAGE, document_id="d2", start=13, end=18)
    with database.writing() as session:
        row = session.get_one(FaqEntry, made.id)
        row.sources[0].document_id, row.sources[0].start, row.sources[0].end = "d2", 13, 18
        session.flush()
        told = Change("sources", "系统", NOON, "王芳", of=1)
        add_revision(session, row, told)
    changed = entries.change(made.id, replace(BUS, answer="八点。"), by="王芳", revision=1)
    assert changed.revision == 3
    assert changed.draft.sources == (moved, TOLD)
    undone = entries.undo(made.id, by="王芳")
    assert (undone.draft.answer, undone.draft.sources) == (BUS.answer, (moved, TOLD))


@pytest.fixture
def found(entries: Entries) -> Callable[..., list[int]]:
    """Find the numbers of entries among a few."""
    entries.publish(BUS, by="王芳")
    entries.publish(draft("Wi-Fi 100%_免費 吗？", answer="免费WiFi。"), by="王芳")
    entries.publish(draft(is_on=False, similar=("就餐",), negative=("酒吧",)), by="王芳")

    def find(*words: object, **over: object) -> list[int]:
        return sorted(entry.id for entry in entries.find(*words, **over).entries)

    return find


FOUND = {
    "": [1, 2, 3],
    "班车": [1],
    "七点半 发车": [1],
    "班车 食堂": [],
    "一号楼": [3],
    "就餐": [3],
    "酒吧": [3],
    "飛機": [1],
    "ＷＩＦＩ": [2],
    "免費": [2],
    "%": [2],
    "_": [2],
    "\\": [],
    "' OR 1=1 --": [],
    "\0": [1, 2, 3],
    "\ud800": [],
    "班车" * 1_000_000: [],
}


def test_entries_are_found_by_their_words(found: Callable[..., list[int]]) -> None:
    assert {words: found(words) for words in FOUND} == FOUND


STANDING = {
    ("all", date(2024, 5, 6)): [1, 2, 3],
    ("on", date(2024, 5, 6)): [1, 2],
    ("off", date(2024, 5, 6)): [3],
    ("review", date(2024, 5, 6)): [2],
    ("due", date(2024, 11, 30)): [],
    ("due", date(2024, 12, 1)): [1],
    ("expired", date(2025, 5, 6)): [],
    ("expired", date(2025, 5, 7)): [1],
}


@pytest.mark.parametrize("hour", [0, 23])
def test_entries_are_found_by_how_they_stand_on_china_s_day(
    found: Callable[..., list[int]], database: Database, hour: int
) -> None:
    flag(database, 2)
    for (state, day), ids in STANDING.items():
        moment = datetime.combine(day, time(hour, 59), CHINA).astimezone(UTC)
        page = Entries(database, lambda at=moment: at).find(state=state)
        assert sorted(entry.id for entry in page.entries) == ids, (state, day)


def test_a_page_of_many(entries: Entries) -> None:
    for number in range(5):
        entries.publish(draft(f"问题{number}"), by="王芳")
    entries.switch(2, False, by="李雷")
    first, last, beyond = (entries.find("问题", page=page, size=2) for page in (1, 3, 4))
    assert [(entry.id, entry.updated_by) for entry in first.entries] == [(2, "李雷"), (5, "王芳")]
    assert [entry.id for entry in last.entries] == [1]
    assert (first.total, first.pages, first.page, first.size) == (5, 3, 1, 2)
    assert (beyond.entries, beyond.total) == ((), 5)
    assert entries.find("无").pages == 1
    assert first.entries[0] == entries.entry(2)
