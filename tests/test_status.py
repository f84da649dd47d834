from datetime import UTC, timedelta

from desk.database import Database
from desk.status import status
from tests import desk_rows as rows


def test_nothing_is_counted_as_nothing(database: Database) -> None:
    figures = status(database)
    assert (figures["conversations"], figures["leads_new"], figures["last_asked_at"]) == (0, 0, None)
    assert figures["database"] == database.place
    assert figures["schema"] >= "0001"


def test_what_waits_for_staff_is_counted(database: Database) -> None:
    asked = rows.turn(feedback=rows.feedback())
    later = rows.turn(number=2, asked_at=rows.NOON + timedelta(hours=1), refused=True, mode="refused")
    with database.writing() as session:
        session.add_all([rows.conversation(turns=[asked, later]), rows.lead(), rows.lead(state="closed")])
        session.add_all([rows.open_question(), rows.open_question(state="dismissed"), rows.entry(needs_review=True)])
        session.add_all([rows.account(role="admin"), rows.account(name="b"), rows.account(name="c", is_active=False)])
    figures = status(database)
    assert {name: figures[name] for name in list(figures)[3:-1]} == {
        "conversations": 1, "turns": 2, "turns_refused": 1, "turns_unhelpful": 1, "open_questions": 1, "leads_new": 1,
        "faq_entries_on": 1, "faq_entries_to_review": 1, "accounts_active": 2, "admins_active": 1,
    }  # fmt: skip
    assert figures["last_asked_at"] == (rows.NOON + timedelta(hours=1)).astimezone(UTC).isoformat()
