"""What visitors leave, written: a lead once, with the conversation it is of."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.kept import Left
from desk.kept_rows import TRANSCRIPT, write
from desk.tables import Conversation, Lead
from rag.records import Citation
from tests.desk_rows import NOON
from tests.desk_writer import ANSWER, said

LEFT = Left("李雷", "138 0013 8000", "同意联系", NOON, "微视", "2000 平方米", "传感器", "明年", "要行车<b>", "t1")


def leads(database: Database) -> list[Lead]:
    with database.session() as session:
        return list(session.scalars(select(Lead)).all())


def test_a_lead_is_written_as_it_was_left_with_its_conversation(database: Database) -> None:
    cited = Citation(1, "d1", "住房", "住房.md", "2023", None, (), "有920套", 3, 8, "公寓有920套", 1, 0.9)
    turns = [said(0), replace(said(1), answer=replace(ANSWER, citations=(cited,))), said(2, conversation="other")]
    write(database, [*turns, LEFT])
    (lead,) = leads(database)
    assert (lead.id, lead.name, lead.contact, lead.company) == (LEFT.id, "李雷", "138 0013 8000", "微视")
    assert (lead.area, lead.industry, lead.move_in, lead.need) == ("2000 平方米", "传感器", "明年", "要行车<b>")
    assert lead.created_at == lead.updated_at == lead.consent_at == NOON
    assert (lead.consent_text, lead.state, lead.note) == ("同意联系", "new", "")
    assert lead.conversation_id == "c1"
    assert [turn["turn"] for turn in lead.transcript] == ["t0", "t1"]
    assert lead.transcript[0] == {
        "turn": "t0", "asked_at": NOON.isoformat(), "question": "公寓有几套？", "answer": "有920套。",
        "refused": False, "mode": "quote", "citations": [],
    }  # fmt: skip
    assert lead.transcript[1]["citations"] == [{"number": 1, "document": "住房", "quote": "有920套"}]


@pytest.mark.parametrize("turn_id", ["", "unknown"])
def test_a_lead_of_no_conversation_is_written_all_the_same(database: Database, turn_id: str) -> None:
    write(database, [said(1), replace(LEFT, turn_id=turn_id)])
    (lead,) = leads(database)
    assert (lead.conversation_id, lead.transcript) == (None, [])


def test_a_lead_is_written_once(database: Database) -> None:
    write(database, [said(1), LEFT, LEFT])
    write(database, [replace(LEFT, name="别人")])
    (lead,) = leads(database)
    assert lead.name == "李雷"


def test_a_lead_outlives_its_conversation(database: Database) -> None:
    write(database, [said(1), LEFT])
    with database.writing() as session:
        session.delete(session.get_one(Conversation, "c1"))
    (lead,) = leads(database)
    assert lead.conversation_id is None and len(lead.transcript) == 1


def test_of_a_very_long_conversation_the_last_turns_go_along(database: Database) -> None:
    write(database, [*(said(number) for number in range(TRANSCRIPT + 2)), LEFT])
    (lead,) = leads(database)
    assert [turn["turn"] for turn in lead.transcript] == [f"t{number}" for number in range(2, TRANSCRIPT + 2)]


def test_what_no_database_holds_does_not_lose_the_lead(database: Database) -> None:
    write(database, [replace(LEFT, name="李\0雷", need="\ud800")])
    (lead,) = leads(database)
    assert (lead.name, lead.need) == ("李雷", "?")
