"""The made-up half year is whole, the same each time, and every view of the staff's page is measured on it."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.crowd import BAR_MS, measure, table, views
from bench.crowd_citations import citations_of
from bench.crowd_rows import DAYS, Crowd, fill
from desk.database import Database
from desk.figures import Figures
from desk.tables import CitedSection, Conversation, Lead, OpenQuestion, Turn
from tests.desk_rows import NOON

CORPUS = Path(__file__).parent.parent / "corpus"
CROWD = Crowd.of(200)


def test_shares_are_those_of_a_hundred_thousand() -> None:
    assert Crowd.of(100_000) == Crowd()
    assert (CROWD.conversations, CROWD.open_questions, CROWD.entries, CROWD.leads) == (60, 10, 1, 1)


def test_citations_are_slices_of_the_corpus() -> None:
    found = citations_of(CORPUS)
    assert len(found) > 20
    assert all(one["passage"].startswith(one["quote"]) and one["headings"] for one in found)


def test_a_crowd_is_whole_and_its_views_are_measured(database: Database) -> None:
    fill(database, CROWD, NOON, CORPUS)
    with database.session() as session:
        tables = (Turn, Conversation, OpenQuestion, Lead)
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        assert session.scalar(select(func.count()).select_from(CitedSection))
        first = session.scalars(select(Turn.question).order_by(Turn.asked_at).limit(1)).one()
    assert counts == [200, 60, 10, 1]
    assert first
    last = NOON.date()
    told = Figures(database).read(last.replace(year=last.year - 1, day=last.day + 1), last)
    assert (told.totals.asked, len(told.daily) > DAYS) == (200, True)
    for work in views(database).values():
        work()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_each_view_is_measured_from_the_start(database: Database) -> None:
    fill(database, Crowd.of(20), NOON, CORPUS)
    cooled: list[None] = []
    measured = measure(lambda: Database(database.engine.url), lambda: cooled.append(None))
    assert len(cooled) == len(measured) == len(views(database))


def test_what_is_over_the_bar_is_said() -> None:
    told = table({"quick": (BAR_MS, 1), "slow": (BAR_MS + 1, 2)}).splitlines()
    assert [line.endswith("over the bar") for line in told] == [False, False, True]
