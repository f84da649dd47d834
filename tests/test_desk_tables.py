import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError

from desk.database import Database
from desk.tables import (
    Base,
    CitedSection,
    Conversation,
    FaqEntry,
    FaqPhrase,
    FaqRevision,
    FaqSource,
    Feedback,
    Lead,
    OpenQuestion,
    OpenQuestionTurn,
    Turn,
)
from tests import desk_rows as rows

CLASSES = [mapper.class_ for mapper in Base.registry.mappers]


def kept(database: Database, *added: Base) -> None:
    with database.writing() as session:
        session.add_all(added)


def deleted(database: Database, row: Base) -> None:
    with database.writing() as session:
        session.delete(session.merge(row))


def count(database: Database, table: type[Base]) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_conversation_is_read_as_it_was_written(database: Database) -> None:
    asked = rows.turn(feedback=rows.feedback(comment="已搬走"), timings_ms={"total": 12.5})
    kept(database, rows.conversation(turns=[rows.turn(number=2, question="在哪里？"), asked]))
    with database.session() as session:
        (conversation,) = session.scalars(select(Conversation)).all()
        first, second = conversation.turns
        assert (first.question, second.question) == ("公寓有几套？", "在哪里？")
        assert (conversation.started_at, first.asked_at) == (rows.NOON, rows.NOON)
        assert first.citations == [{"number": 1, "quote": "缙云新居有920套人才公寓。"}]
        assert (first.nearby, first.timings_ms, first.refused, first.confidence) == ([], {"total": 12.5}, False, 0.9)
        assert first.feedback is not None
        assert (first.feedback.reasons, first.feedback.comment) == (["outdated"], "已搬走")
        assert second.feedback is None


def test_an_entry_is_read_as_it_was_written(database: Database) -> None:
    kept(
        database,
        rows.entry(
            valid_from=date(2024, 5, 6),
            phrases=[rows.phrase(), rows.phrase(kind="negative")],
            sources=[rows.told(place=2), rows.passage(place=1)],
        ),
    )
    with database.session() as session:
        (entry,) = session.scalars(select(FaqEntry)).all()
        assert (entry.is_on, entry.revision, entry.valid_from, entry.valid_to) == (True, 1, date(2024, 5, 6), None)
        assert [phrase.kind for phrase in entry.phrases] == ["similar", "negative"]
        assert [(source.kind, source.end, source.staff_name) for source in entry.sources] == [
            ("passage", 8, None),
            ("staff", None, "王芳"),
        ]


def test_what_has_not_happened_yet_is_empty(database: Database) -> None:
    lead, account, question = rows.lead(), rows.account(), rows.open_question()
    kept(database, lead, account, question, rows.audit_event())
    assert (lead.state, lead.transcript, lead.company, lead.conversation_id) == ("new", [], "", None)
    assert (account.is_active, account.failures, account.failed_at) == (True, 0, None)
    assert (question.state, question.assignee, question.faq_entry_id, question.merged_into) == (
        "open",
        None,
        None,
        None,
    )
    assert re.fullmatch("[0-9a-f]{32}", lead.id)


@pytest.mark.parametrize(
    ("make", "column"),
    [
        (rows.conversation, "language"),
        (rows.conversation, "channel"),
        (partial(rows.turn, conversation_id="c"), "language"),
        (partial(rows.turn, conversation_id="c"), "mode"),
        (partial(rows.feedback, turn_id="t"), "verdict"),
        (partial(rows.phrase, entry_id=1), "kind"),
        (partial(rows.told, entry_id=1), "kind"),
        (rows.open_question, "state"),
        (partial(rows.open_question_turn, open_question_id=1, turn_id="t"), "reason"),
        (rows.lead, "state"),
        (rows.account, "role"),
        (rows.case, "mode"),
        (rows.case, "origin"),
    ],
)
def test_a_word_that_is_none_of_the_known_ones_is_refused(
    database: Database, make: Callable[..., Base], column: str
) -> None:
    row = make(**{column: "other"})
    with (
        pytest.raises(IntegrityError, match=f"(?i)check.*ck_{row.__tablename__}_{column}"),
        database.writing() as session,
    ):
        session.add(row)


def test_every_column_of_words_is_tried_above() -> None:
    checks = {
        (table.name, str(check.name)) for table in Base.metadata.tables.values() for check in table.constraints
        if " IN (" in str(getattr(check, "sqltext", ""))
    }  # fmt: skip
    assert len(checks) == 13


@pytest.mark.parametrize(
    "row",
    [
        lambda: rows.conversation(turns=[rows.turn(), rows.turn()]),
        lambda: rows.conversation(turns=[rows.turn(number=0)]),
        lambda: rows.conversation(turns=[rows.turn(confidence=1.5)]),
        lambda: rows.turn(conversation_id="nobody"),
        lambda: rows.feedback(turn_id="no turn"),
        lambda: rows.entry(phrases=[rows.phrase(), rows.phrase()]),
        lambda: rows.entry(sources=[rows.passage(quote=None)]),
        lambda: rows.entry(sources=[rows.passage(end=None)]),
        lambda: rows.entry(sources=[rows.told(staff_name=None)]),
        lambda: rows.entry(valid_from=date(2024, 5, 7), valid_to=date(2024, 5, 6)),
        lambda: rows.lead(consent_at=None),
        lambda: rows.lead(consent_text=None),
        lambda: rows.lead(conversation_id="none"),
        lambda: rows.open_question(merged_into=99),
    ],
)
def test_what_makes_no_sense_is_refused(database: Database, row: Callable[[], Base]) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(row())
    assert [count(database, table) for table in (Conversation, Turn, FaqEntry, FaqSource, Lead)] == [0] * 5


@pytest.mark.parametrize("make", [rows.account, rows.revision])
def test_what_there_may_be_one_of_there_is_one_of(database: Database, make: Callable[..., Base]) -> None:
    kept(database, make())
    with pytest.raises(IntegrityError, match=r"(?i)unique"), database.writing() as session:
        session.add(make())


def test_with_a_conversation_goes_all_that_was_said_and_a_lead_stays(database: Database) -> None:
    asked = rows.turn(feedback=rows.feedback())
    conversation, question = rows.conversation(turns=[asked]), rows.open_question()
    kept(database, conversation, question)
    lead = rows.lead(conversation_id=conversation.id, transcript=[{"question": asked.question}])
    kept(database, rows.open_question_turn(open_question_id=question.id, turn_id=asked.id), lead)
    with database.writing() as session:  # as whoever deletes many does, without reading them
        session.execute(Conversation.__table__.delete())
    assert [count(database, table) for table in (Turn, Feedback, OpenQuestionTurn, OpenQuestion)] == [0, 0, 0, 1]
    with database.session() as session:
        stays = session.get_one(Lead, lead.id)
        assert (stays.conversation_id, stays.transcript) == (None, [{"question": "公寓有几套？"}])


def test_with_an_entry_goes_what_hangs_on_it_and_its_history_stays(database: Database) -> None:
    entry = rows.entry(phrases=[rows.phrase()], sources=[rows.told()])
    kept(database, entry)
    asked = rows.turn(faq_entry_id=entry.id, mode="faq")
    question = rows.open_question(faq_entry_id=entry.id, state="answered")
    kept(database, rows.conversation(turns=[asked]), question, rows.revision(entry_id=entry.id))
    deleted(database, entry)
    assert [count(database, table) for table in (FaqPhrase, FaqSource, FaqRevision)] == [0, 0, 1]
    with database.session() as session:
        assert session.get_one(Turn, asked.id).faq_entry_id is None
        assert session.get_one(OpenQuestion, question.id).faq_entry_id is None


@pytest.mark.parametrize("make", [rows.entry, rows.open_question, rows.account])
def test_the_id_of_what_was_deleted_is_never_given_again(database: Database, make: Callable[..., Any]) -> None:
    first, second = make(), make()
    kept(database, first)
    deleted(database, first)
    kept(database, second)
    assert second.id > first.id


def test_a_question_that_others_were_merged_into_can_go(database: Database) -> None:
    into = rows.open_question()
    kept(database, into)
    merged = rows.open_question(merged_into=into.id)
    kept(database, merged)
    deleted(database, into)
    with database.session() as session:
        assert session.get_one(OpenQuestion, merged.id).merged_into is None


def test_turns_are_found_by_when_they_were_asked(database: Database) -> None:
    moments = [rows.NOON + timedelta(microseconds=step) for step in (0, 1, -1, 86_400_000_000)]
    kept(database, rows.conversation(turns=[rows.turn(number=n, asked_at=at) for n, at in enumerate(moments, 1)]))
    with database.session() as session:
        found = session.scalars(select(Turn.number).where(Turn.asked_at >= rows.NOON).order_by(Turn.asked_at.desc()))
        assert found.all() == [4, 2, 1]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("conversation", "last_at"),
        ("conversation", "visitor"),
        ("turn", "asked_at"),
        ("turn", "refused"),
        ("open_question", "state"),
        ("lead", "state"),
        ("audit", "at"),
    ],
)
def test_what_is_searched_by_has_an_index(database: Database, table: str, column: str) -> None:
    assert [column] in [index["column_names"] for index in inspect(database.engine).get_indexes(table)]


def test_every_foreign_key_has_an_index_by_which_deleting_is_quick(database: Database) -> None:
    found = inspect(database.engine)
    for table in Base.metadata.tables:
        keys = [found.get_pk_constraint(table)["constrained_columns"]]
        keys += [list(index["column_names"]) for index in found.get_indexes(table)]
        keys += [unique["column_names"] for unique in found.get_unique_constraints(table)]
        firsts = {columns[0] for columns in keys}
        assert {key["constrained_columns"][0] for key in found.get_foreign_keys(table)} <= firsts, table


@pytest.mark.parametrize("table", CLASSES, ids=lambda table: table.__tablename__)
def test_every_table_says_what_is_never_in_it(table: type[Base]) -> None:
    assert re.search(r"\bnever\b", table.__doc__ or "", re.IGNORECASE)


def test_whoever_adds_a_turn_keeps_the_sections_it_cites(database: Database) -> None:
    cited = [{"document": "住房", "headings": ["公寓"], "quote": "…"}]
    with database.writing() as session:
        session.add(rows.conversation(id="c"))
        session.add(rows.turn(id="a", conversation_id="c", citations=[*cited, {"document": "交通"}, *cited]))
        session.add(rows.turn(id="b", conversation_id="c", number=2, citations=cited, mode="faq"))
    with database.writing() as session:
        found = session.execute(select(CitedSection.turn_id, CitedSection.title).order_by(CitedSection.place)).all()
        assert found == [("a", "住房 › 公寓"), ("a", "交通")]
        session.delete(session.get_one(Conversation, "c"))
    with database.session() as session:
        assert session.scalars(select(CitedSection)).all() == []
