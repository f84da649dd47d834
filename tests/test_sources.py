"""When reports change, entries cite the words where they stand now, or are stopped where they are gone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.entries import Entries, Entry, EntryError
from desk.entry_records import EntryDraft
from desk.sources import SourceChange, check_sources
from desk.tables import AuditEvent
from index.records import Document
from rag.staff_answers import PassageSource, StaffSource
from tests.desk_rows import NOON

BUS = Document("班车.md", "班车", "园区班车七点半发车。末班车八点。")
HOME = Document("住房.md", "住房", "缙云新居有920套人才公寓。")
LATER = NOON + timedelta(days=1)
TOLD = StaffSource("王芳", date(2024, 5, 6))


def cite(report: Document, quote: str, start: int | None = None) -> PassageSource:
    at = report.text.index(quote) if start is None else start
    return PassageSource(report.id, report.path, report.title, quote, at, at + len(quote))


DRAFT = EntryDraft("班车几点发车？", "七点半。", sources=(TOLD, cite(BUS, "七点半发车"), cite(HOME, "920套")))


@pytest.fixture
def entries(database: Database) -> Entries:
    return Entries(database, lambda: NOON)


@pytest.fixture
def entry(entries: Entries) -> Entry:
    return entries.publish(DRAFT, by="王芳")


def check(database: Database, *reports: Document) -> list[SourceChange]:
    found = check_sources(database, reports, LATER)
    assert check_sources(database, reports, LATER) == [], "the second time nothing is left to change"
    return found


def sources(entry: Entry) -> list[tuple[str, int]]:
    return [(one.document_id, one.start) for one in entry.draft.sources if isinstance(one, PassageSource)]


def test_what_stands_where_it_stood_is_left_alone(database: Database, entries: Entries, entry: Entry) -> None:
    assert check(database, BUS, HOME) == []
    assert entries.entry(1) == entry
    assert len(entries.history(1)) == 1


def test_a_quote_that_has_moved_is_cited_where_it_is(database: Database, entries: Entries, entry: Entry) -> None:
    new = replace(BUS, title="班车时刻", text="公告：" + BUS.text)
    (change,) = check(database, new, HOME)
    assert change == SourceChange(1, DRAFT.question, False, "《班车时刻》已更新，引用的原句仍在")
    now = entries.entry(1)
    assert (now.needs_review, now.is_stopped, now.review_reason) == (True, False, change.reason)
    assert now.draft.sources == (TOLD, cite(new, "七点半发车"), cite(HOME, "920套"))
    assert (now.revision, now.updated_by, now.updated_at) == (2, "王芳", NOON)
    newest = entries.history(1)[0]
    assert (newest.by, newest.action, newest.at, newest.draft) == ("系统", "sources", LATER, now.draft)
    with database.session() as session:
        event = session.scalars(select(AuditEvent).filter_by(by="系统")).one()
    assert (event.action, event.subject) == ("faq.sources", "faq 1")
    assert event.detail == {"revision": 2, "moved": 1, "gone": 0, "fields": ["sources"]}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_of_several_places_the_nearest_is_cited(database: Database, entries: Entries) -> None:
    old = Document("a.md", "甲", "一二三。四五六。一二三。七八九。一二三。")
    entries.publish(replace(DRAFT, sources=(cite(old, "一二三", 8),)), by="王芳")
    check(database, new := replace(old, text="新" + old.text))
    assert sources(entries.entry(1)) == [(new.id, 9)]
    check(database, new := replace(old, text="一二三。" + "四" * 30 + "一二三。"))
    assert sources(entries.entry(1)) == [(new.id, 0)]
    check(database, new := replace(old, text="四" * 12 + "一二三"))
    assert sources(entries.entry(1)) == [(new.id, 12)]


def test_an_entry_whose_words_are_gone_is_stopped(database: Database, entries: Entries, entry: Entry) -> None:
    (change,) = check(database, replace(BUS, text="班车八点发车。"), HOME)
    assert (change.is_stopped, change.reason) == (True, "《班车》已更新，不再有“七点半发车”")
    now = entries.entry(1)
    assert (now.is_stopped, now.needs_review, now.draft) == (True, True, DRAFT)
    with pytest.raises(EntryError, match="已不在资料中"):
        entries.confirm(1, by="王芳")


def test_so_is_one_whose_report_is_gone(database: Database, entries: Entries, entry: Entry) -> None:
    (change,) = check(database, replace(BUS, path="别处.md"))
    assert change.is_stopped
    assert change.reason == "《班车》已不在资料中，缺少“七点半发车”\n《住房》已不在资料中，缺少“920套”"


def test_what_is_back_is_answered_again_but_to_be_reviewed(database: Database, entries: Entries, entry: Entry) -> None:
    check(database, HOME)
    (change,) = check(database, BUS, HOME)
    assert (change.is_stopped, change.reason) == (False, "《班车》中引用的原句已恢复")
    assert entries.entry(1).needs_review
    confirmed = entries.confirm(1, by="李雷")
    assert (confirmed.needs_review, confirmed.review_reason) == (False, "")
    assert check(database, BUS, HOME) == []


def test_back_in_another_edition_it_is_cited_there(database: Database, entries: Entries, entry: Entry) -> None:
    check(database, HOME)
    (change,) = check(database, new := replace(BUS, text="今：七点半发车"), HOME)
    assert (change.is_stopped, change.reason) == (False, "《班车》已更新，引用的原句仍在")
    assert sources(entries.entry(1))[0] == (new.id, 2)


def test_what_was_reviewed_is_flagged_again_by_the_next_edition_only(
    database: Database, entries: Entries, entry: Entry
) -> None:
    second = replace(BUS, text="二版：" + BUS.text)
    check(database, second, HOME)
    entries.confirm(1, by="王芳")
    assert check(database, second, HOME) == []
    assert not entries.entry(1).needs_review
    assert len(check(database, replace(BUS, text="第三版：" + BUS.text), HOME)) == 1


def test_other_reasons_are_kept_until_it_is_reviewed(database: Database, entries: Entries, entry: Entry) -> None:
    second = replace(BUS, text="二版：" + BUS.text)
    check(database, second, HOME)
    (change,) = check(database, second)
    assert change.reason == "《班车》已更新，引用的原句仍在\n《住房》已不在资料中，缺少“920套”"
    (change,) = check(database, replace(BUS, text="没有了"))
    assert change.reason == "《班车》已更新，不再有“七点半发车”\n《住房》已不在资料中，缺少“920套”"


def test_citing_other_words_answers_it_again(database: Database, entries: Entries, entry: Entry) -> None:
    new = replace(BUS, text="班车八点发车。")
    check(database, new, HOME)
    same = entries.change(1, replace(DRAFT, answer="八点。"), by="王芳", revision=2)
    assert (same.is_stopped, same.needs_review, same.review_reason) == (
        True, True, "《班车》已更新，不再有“七点半发车”",
    )  # fmt: skip
    other = replace(same.draft, sources=(TOLD, cite(new, "八点发车"), cite(HOME, "920套")))
    changed = entries.change(1, other, by="王芳", revision=3)
    assert (changed.is_stopped, changed.needs_review, changed.review_reason) == (False, False, "")
    assert check(database, new, HOME) == []
    undone = entries.undo(1, by="王芳")
    assert (undone.is_stopped, undone.needs_review, undone.draft.answer) == (True, True, "八点。")
    assert check(database, new, HOME) == []
    assert [change.is_stopped for change in check(database, BUS, HOME)] == [False]


def test_what_undoing_brings_back_cites_where_the_words_are_now(
    database: Database, entries: Entries, entry: Entry
) -> None:
    entries.change(1, replace(DRAFT, answer="八点。"), by="王芳", revision=1)
    check(database, new := replace(BUS, text="公告：" + BUS.text), HOME)
    entries.confirm(1, by="王芳")
    undone = entries.undo(1, by="王芳")
    assert undone.draft == replace(DRAFT, sources=(TOLD, cite(new, "七点半发车"), cite(HOME, "920套")))
    assert check(database, new, HOME) == []


def test_entries_that_are_off_are_checked_and_staff_s_own_words_are_not(database: Database, entries: Entries) -> None:
    entries.publish(replace(DRAFT, is_on=False), by="王芳")
    entries.publish(replace(DRAFT, question="食堂？", sources=(TOLD,)), by="王芳")
    assert [change.entry_id for change in check(database, HOME)] == [1]
    assert not entries.entry(2).needs_review


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_long_quote_is_told_in_part_on_one_line(database: Database, entries: Entries) -> None:
    old = Document("长.md", "长", "一\n" + "长" * 200)
    entries.publish(replace(DRAFT, sources=(cite(old, old.text),)), by="王芳")
    (change,) = check(database, BUS)
    assert change.reason == f"《长》已不在资料中，缺少“一 {'长' * 57}…”"


def test_all_entries_of_a_report_are_changed_together_or_none(database: Database, entries: Entries) -> None:
    for number in range(3):
        entries.publish(replace(DRAFT, question=f"问{number}？"), by="王芳")

    class Broken(Document):
        __slots__ = ()

        @property
        def id(self) -> str:
            self.asked.append(1)
            if len(self.asked) > 5:
                raise RuntimeError("half-way")
            return "new"

        asked: list[int] = []  # noqa: RUF012 - counts over all

    with pytest.raises(RuntimeError, match="half-way"):
        check_sources(database, [Broken("班车.md", "班车", "新：" + BUS.text), HOME])
    assert [entries.entry(number).revision for number in (1, 2, 3)] == [1, 1, 1]
