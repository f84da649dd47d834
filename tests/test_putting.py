import pytest
from sqlalchemy import select

from desk.database import Database
from desk.putting import put
from desk.question_records import OpenQuestionError
from desk.tables import AuditEvent, OpenQuestion, OpenQuestionTurn
from tests.desk_rows import NOON, conversation, feedback, turn


@pytest.fixture
def kept(database: Database) -> Database:
    with database.writing() as session:
        session.add(conversation(id="c"))
        session.add(turn(id="a", conversation_id="c", question="那租金呢？", standalone_question="公寓租金\n多少？"))
        session.add(turn(id="b", conversation_id="c", number=2, refused=True, mode="refused"))
        session.add(turn(id="d", conversation_id="c", number=3))
        session.flush()
        session.add(feedback(turn_id="d"))
    return database


def test_a_turn_becomes_an_open_question(kept: Database) -> None:
    number = put(kept, "a", by="王芳")
    with kept.session() as session:
        question = session.get_one(OpenQuestion, number)
        (event,) = session.scalars(select(AuditEvent)).all()
    assert (question.title, question.asked, question.state) == ("公寓租金 多少？", 1, "open")
    assert question.first_at == question.last_at == NOON
    assert (event.by, event.action, event.subject) == ("王芳", "question.put", f"question {number}")
    assert "租金" not in str(event.detail)


@pytest.mark.parametrize(("name", "reason"), [("a", "unsure"), ("b", "refused"), ("d", "unhelpful")])
def test_why_is_what_is_known_of_it(kept: Database, name: str, reason: str) -> None:
    number = put(kept, name, by="王芳")
    with kept.session() as session:
        assert session.get_one(OpenQuestionTurn, (number, name)).reason == reason


def test_a_turn_is_put_once(kept: Database) -> None:
    number = put(kept, "a", by="王芳")
    with pytest.raises(OpenQuestionError, match=f"待答问题 {number}"):
        put(kept, "a", by="李雷")
    with kept.session() as session:
        assert len(session.scalars(select(OpenQuestion)).all()) == 1


def test_a_turn_that_is_gone_is_said(database: Database) -> None:
    with pytest.raises(OpenQuestionError, match="没有找到这一问"):
        put(database, "z", by="王芳")
