"""The figures of some days are counted from what the database holds, and from nothing outside of these days."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from desk.database import Database
from desk.days import DayError
from desk.figure_records import Told, Topic, Unanswered
from desk.figures import Figures
from tests.desk_rows import NOON, conversation, entry, feedback, open_question, open_question_turn, turn

DAY = date(2024, 5, 6)
MIDNIGHT = NOON.replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=1)
"""When the day begins in China."""


def cited(*titles: str) -> list[dict[str, object]]:
    return [{"document": title, "headings": ["公寓"], "quote": "…"} for title in titles]


@pytest.fixture
def kept(database: Database) -> Database:
    with database.writing() as session:
        session.add_all([entry(id=1, question="班车时间"), open_question(id=1, title="租金"), open_question(id=2)])
        session.add_all([open_question(id=3, title="已答", state="answered")])
        session.add_all([conversation(id="a"), conversation(id="b", channel="api", language="en")])
        session.flush()
        turns = [
            ("1", "a", MIDNIGHT, {"total_ms": 10.4, "citations": cited("住房", "住房", "交通")}),
            ("2", "a", NOON, {"total_ms": 30, "citations": cited("住房"), "mode": "written"}),
            ("3", "a", NOON, {"total_ms": 20, "mode": "refused", "refused": True, "citations": []}),
            ("4", "b", NOON, {"total_ms": 90, "mode": "faq", "faq_entry_id": 1, "language": "en"}),
            ("5", "b", NOON, {"total_ms": 1, "mode": "refused", "refused": True, "citations": []}),
            ("0", "b", MIDNIGHT - timedelta(seconds=1), {"total_ms": 5, "mode": "refused", "citations": []}),
            ("9", "a", MIDNIGHT + timedelta(days=1), {"total_ms": 7, "citations": cited("明天")}),
        ]
        for number, (name, of, asked_at, over) in enumerate(turns, 1):
            session.add(turn(id=name, conversation_id=of, number=number, asked_at=asked_at, **over))
        session.flush()
        for question, name in ((1, "3"), (1, "5"), (1, "0"), (2, "3"), (3, "5")):
            session.add(open_question_turn(open_question_id=question, turn_id=name))
        session.add(feedback(turn_id="1", reasons=["outdated", "wrong"]))
        session.add(feedback(turn_id="2", reasons=["wrong"]))
        session.add(feedback(turn_id="4", verdict="helpful", reasons=[]))
        session.add(feedback(turn_id="0", given_at=MIDNIGHT - timedelta(seconds=1)))
    return database


@pytest.fixture
def told(kept: Database) -> Told:
    return Figures(kept).read(DAY, DAY)


def test_a_day_is_counted_from_midnight_in_china(told: Told) -> None:
    assert told.totals.by_mode == {"quote": 1, "written": 1, "refused": 2, "faq": 1}
    assert (told.totals.conversations, told.totals.helpful, told.totals.unhelpful) == (2, 1, 2)
    assert (told.totals.p50_ms, told.totals.p95_ms) == (20, 90)


def test_the_span_before_is_as_long_and_counted_alike(told: Told) -> None:
    assert (told.before.by_mode, told.before.conversations) == ({"refused": 1}, 1)
    assert (told.before.unhelpful, told.before.p50_ms) == (1, 5)


def test_every_day_is_told_also_those_without_questions(kept: Database) -> None:
    told = Figures(kept).read(DAY - timedelta(days=2), DAY + timedelta(days=1))
    assert [(day.day.day, day.asked, day.p50_ms, day.p95_ms) for day in told.daily] == [
        (4, 0, None, None),
        (5, 1, 5, 5),
        (6, 5, 20, 90),
        (7, 1, 7, 7),
    ]


def test_topics_are_sections_and_entries_by_how_often(told: Told) -> None:
    assert told.topics == (
        Topic("住房 › 公寓", "section", 2), Topic("交通 › 公寓", "section", 1), Topic("班车时间", "faq", 1),
    )  # fmt: skip


def test_open_questions_are_told_by_how_often_they_were_asked_in_these_days(told: Told) -> None:
    assert told.unanswered == (Unanswered(1, "租金", 2), Unanswered(2, "班车几点发车？", 1))


def test_reasons_channels_and_languages_are_counted(told: Told) -> None:
    assert told.reasons == (("wrong", 2), ("outdated", 1))
    assert (told.channels, told.languages) == ((("web", 3), ("api", 2)), (("zh", 4), ("en", 1)))


def test_a_database_without_turns_has_figures(database: Database) -> None:
    told = Figures(database).read(DAY, DAY + timedelta(days=6))
    assert (told.totals.asked, told.totals.p50_ms, len(told.daily), told.topics) == (0, None, 7, ())


@pytest.mark.parametrize(
    ("since", "until"),
    [(DAY, DAY - timedelta(days=1)), (DAY, DAY + timedelta(days=366)), (date.min, date.min), (date.max, date.min)],
)
def test_a_span_that_cannot_be_told_is_said(database: Database, since: date, until: date) -> None:
    with pytest.raises(DayError, match="366"):
        Figures(database).read(since, until)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("counted", ["mode, count(*)", "count(DISTINCT conversation_id)", "language, total_ms"])
def test_turns_are_counted_without_reading_their_citations(database: Database, counted: str) -> None:
    with database.session() as session:
        plan = session.execute(text(f"EXPLAIN QUERY PLAN SELECT {counted} FROM turn WHERE asked_at >= '2024'")).all()
    assert "COVERING INDEX ix_turn_counted" in str(plan)
