import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from desk.database import Database
from desk.grouper import Grouper, Grouping
from desk.grouping import AS_EMBEDDED, LEARNT, Weights
from desk.meant import Memory
from desk.tables import Conversation, OpenQuestion, OpenQuestionTurn, QuestionVector, Turn
from rag.greeting import is_greeting
from tests.desk_rows import NOON, conversation, entry, feedback, turn
from tests.toy_meanings import ToyMeanings

REFUSED = {"refused": True, "mode": "refused", "confidence": 0.1}


def ask(database: Database, *questions: str, **over: object) -> list[str]:
    """Store turns; return their ids."""
    with database.writing() as session:
        talk = conversation()
        session.add(talk)
        session.flush()
        rows = [
            turn(**{
                "conversation_id": talk.id, "number": number, "question": question, "standalone_question": question,
                "asked_at": NOON + timedelta(minutes=number), **REFUSED, **over,
            })
            for number, question in enumerate(questions, 1)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def grouping(database: Database, meanings: ToyMeanings | None = None) -> Grouping:
    return Grouping(database, meanings or ToyMeanings(), is_greeting, 0.6, clock=lambda: NOON)


def groups(database: Database) -> dict[str, list[str]]:
    """Titles with why each of their turns is there."""
    with database.session() as session:
        rows = session.execute(
            select(OpenQuestion.title, OpenQuestionTurn.reason)
            .join(OpenQuestionTurn)
            .order_by(OpenQuestion.id, OpenQuestionTurn.reason)
        )
        found: dict[str, list[str]] = {}
        for title, reason in rows:
            found.setdefault(title, []).append(reason)
        return found


def counted(database: Database) -> list[tuple[str, int]]:
    with database.session() as session:
        return list(session.execute(select(OpenQuestion.title, OpenQuestion.asked).order_by(OpenQuestion.id)))


def test_what_staff_should_see_and_why(database: Database) -> None:
    ask(database, "食堂几点开饭？")
    ask(database, "厂房租金多少钱？", refused=False, mode="quote", confidence=0.55)
    [old] = ask(database, "人才公寓可以养猫吗？", refused=False, mode="quote", confidence=0.95)
    [down] = ask(database, "班车路线有哪些站？")
    [faq] = ask(database, "充电桩在哪里？", refused=False, mode="faq", confidence=0.2)
    ask(database, "你好", "谢谢！", "？", "  ")
    with database.writing() as session:
        session.add_all([feedback(turn_id=down), feedback(turn_id=faq), feedback(turn_id=old, verdict="helpful")])
    assert grouping(database).run() == 4
    assert groups(database) == {
        "食堂几点开饭？": ["refused"],
        "厂房租金多少钱？": ["unsure"],
        "班车路线有哪些站？": ["unhelpful"],
        "充电桩在哪里？": ["unhelpful"],
    }


def test_an_answer_of_staff_is_shown_only_when_it_did_not_help(database: Database) -> None:
    [found] = ask(database, "充电桩在哪里？", refused=False, mode="faq", confidence=0.2)
    ours = grouping(database)
    assert ours.run() == 0
    with database.writing() as session:
        session.add(feedback(turn_id=found, given_at=NOON + timedelta(days=9999)))
    assert ours.run() == 1  # found by its verdict, long after it was asked


def test_one_meaning_is_one_group_and_later_ones_join_it(database: Database) -> None:
    meanings = ToyMeanings()
    ours = grouping(database, meanings)
    ask(database, "食堂几点开饭？", "食堂几点开饭", "食堂几点钟开饭？", "食堂一顿饭多少钱？")
    assert ours.run() == 4
    assert sorted(asked for _, asked in counted(database)) == [1, 3]
    assert len(meanings.embedded) == 3  # the same words are embedded once
    ask(database, "食堂几点开饭呢，请问", "食堂几点开饭？")
    assert ours.run() == 2
    assert sorted(asked for _, asked in counted(database)) == [1, 5]
    assert grouping(database, other := ToyMeanings()).run() == 0
    assert other.embedded == []


@pytest.mark.parametrize(("moved", "weights"), [(False, AS_EMBEDDED), (True, LEARNT)])
def test_questions_are_weighed_as_their_vectors_are_made(database: Database, moved: bool, weights: Weights) -> None:
    (turn_id,) = ask(database, "食堂几点开饭？")
    meanings = ToyMeanings()
    meanings.learnt = moved
    memory = Memory(database, meanings)
    memory.learn({turn_id: "食堂几点开饭？"})
    assert memory.of_turn(turn_id).meant.weights is weights


def test_nothing_is_embedded_twice_but_by_another_model(database: Database) -> None:
    ask(database, "食堂几点开饭？")
    grouping(database).run()
    ask(database, "厂房租金多少钱？")
    grouping(database, same := ToyMeanings()).run()
    assert same.embedded == ["厂房租金多少钱"]
    ask(database, "食堂几点开饭？")
    grouping(database, other := ToyMeanings("other")).run()
    assert sorted(other.embedded) == ["厂房租金多少钱", "食堂几点开饭"]
    with database.session() as session:
        assert set(session.scalars(select(QuestionVector.model))) == {other.model}
    assert sorted(asked for _, asked in counted(database)) == [1, 2]


def test_answered_ones_are_not_joined_dismissed_ones_are(database: Database) -> None:
    ask(database, "食堂几点开饭？", "厂房租金多少钱？")
    ours = grouping(database)
    ours.run()
    with database.writing() as session:
        session.add(entry(id=7))
        session.flush()
        for row in session.scalars(select(OpenQuestion)):
            row.state, row.faq_entry_id = ("answered", 7) if "食堂" in row.title else ("dismissed", None)
    ask(database, "食堂几点开饭？", "厂房租金多少钱？")
    ours.run()
    with database.session() as session:
        rows = session.execute(select(OpenQuestion.title, OpenQuestion.state, OpenQuestion.asked))
        assert sorted(rows) == [
            ("厂房租金多少钱？", "dismissed", 2),
            ("食堂几点开饭？", "answered", 1),
            ("食堂几点开饭？", "open", 1),
        ]


def test_a_group_outlives_its_turns_and_is_joined_by_its_title(database: Database) -> None:
    ask(database, "食堂几点开饭？", "食堂几点钟开饭？")
    grouping(database).run()
    with database.writing() as session:
        session.execute(delete(Conversation))
    assert [asked for _, asked in counted(database)] == [2]
    ask(database, "食堂几点开饭？")
    grouping(database).run()
    assert [asked for _, asked in counted(database)] == [3]


def test_two_at_once_put_every_turn_into_one_group(database: Database) -> None:
    things, matters = ("公寓", "厂房", "食堂", "会议室", "停车场"), ("多少钱", "在哪里", "几点开门")
    ask(database, *(f"{thing}{matter}？" for thing in things for matter in matters for _ in range(3)))
    ours = [grouping(database) for _ in range(3)]
    threads = [threading.Thread(target=one.run) for one in ours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.run() for one in ours) == 0
    assert sum(asked for _, asked in counted(database)) == 45
    assert len(counted(database)) == 15
    with database.session() as session:
        assert len(session.scalars(select(OpenQuestionTurn.turn_id)).all()) == 45


class Failing(Exception):
    pass


def test_killed_in_the_midst_nothing_is_half_done(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(database, "食堂几点开饭？", "厂房租金多少钱？", "公寓可以养猫吗？")

    def stopping(*_: object) -> Iterable[object]:
        raise Failing

    from desk import known_groups

    with monkeypatch.context() as patch:
        patch.setattr(known_groups, "insert", stopping)
        ours = grouping(database)
        with pytest.raises(Failing):
            ours.run()
    assert counted(database) == []
    assert grouping(database).run() == 3


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_thread_groups_what_comes_and_ends(database: Database) -> None:
    opened: list[int] = []

    def opener() -> Database:
        opened.append(1)
        if len(opened) == 1:
            raise OSError  # tried again
        return database

    grouper = Grouper(opener, ToyMeanings(), is_greeting, 0.6, every=0.05, clock=lambda: NOON)
    ask(database, "食堂几点开饭？")
    until(lambda: len(counted(database)) == 1)
    ask(database, "厂房租金多少钱？")
    grouper.wake()
    until(lambda: len(counted(database)) == 2)
    grouper.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "grouper"]


def test_turns_without_a_question_of_their_own_go_by_what_they_lean_on(database: Database) -> None:
    [found] = ask(database, "那押金呢？", standalone_question="人才公寓的押金呢", confidence=0.3)
    grouping(database).run()
    assert list(groups(database)) == ["人才公寓的押金呢"]
    with database.session() as session:
        assert session.get_one(Turn, found).question == "那押金呢？"
