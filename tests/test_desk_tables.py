from datetime import UTC, datetime

from desk.database import Database
from desk.tables import Conversation, Turn

NOON = datetime(2024, 5, 6, 4, tzinfo=UTC)


def test_a_conversation_is_kept_with_its_turns(database: Database) -> None:
    turn = Turn(
        number=1, asked_at=NOON, question="公寓有几套？", standalone_question="公寓有几套？", language="zh",
        answer="有920套[1]。", refused=False, confidence=0.9, mode="quote", citations=[{"number": 1, "quote": "920套"}],
    )  # fmt: skip
    with database.writing() as session:
        session.add(
            Conversation(visitor="ab", started_at=NOON, last_at=NOON, language="zh", channel="web", turns=[turn])
        )
    with database.session() as session:
        kept = session.get_one(Turn, turn.id)
        assert (kept.conversation.last_at, kept.citations) == (NOON, [{"number": 1, "quote": "920套"}])
