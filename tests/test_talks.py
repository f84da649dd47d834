"""Conversations are found by what was said in them, newest first, and read whole."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from desk.database import Database
from desk.days import Days
from desk.talk_records import Wanted
from desk.talks import NoTalkError, Talks
from rag.records import Mode, StaffReply
from tests.desk_rows import NOON, conversation, entry, feedback, open_question, open_question_turn, revision, turn

CITED = {"number": 1, "document": "住房", "document_id": "d1", "quote": "有920套。", "start": 3, "end": 9}


def keep(database: Database, name: str, *questions: str, minutes: int = 0, **over: object) -> None:
    """Keep a conversation of some turns, a second apart; `over` is of each turn, or of the conversation."""
    of_talk = {key: over.pop(key) for key in ("channel",) if key in over}
    moment = NOON + timedelta(minutes=minutes)
    with database.writing() as session:
        session.add(conversation(id=name, started_at=moment, last_at=moment, **of_talk))
        session.add_all(
            turn(
                id=f"{name}{number}", conversation_id=name, number=number, question=question,
                asked_at=moment + timedelta(seconds=number), **over,
            )
            for number, question in enumerate(questions, 1)
        )  # fmt: skip


def found(database: Database, wanted: Wanted | None = None) -> list[str]:
    return [line.conversation_id for line in Talks(database).find(wanted or Wanted()).lines]


@pytest.fixture
def kept(database: Database) -> Database:
    keep(database, "a", "公寓多少钱", "怎么申请Wi-Fi", minutes=0)
    keep(database, "b", "班车几点？", minutes=10, mode="refused", refused=True, answer="没有找到", confidence=0.1)
    keep(database, "c", "食堂在哪", minutes=20, channel="api", language="en", answer="50%的人在一楼")
    keep(database, "d", "有幼儿园吗", minutes=60 * 24, mode="faq")
    with database.writing() as session:
        session.add_all([feedback(turn_id="a1"), feedback(turn_id="c1", verdict="helpful", reasons=[])])
    return database


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), "dcba"),
        (Wanted(words="公寓"), "a"),
        (Wanted(words="wi-fi 申请"), "a"),
        (Wanted(words="公寓 班车"), ""),
        (Wanted(words="920套"), "da"),
        (Wanted(words="%"), "c"),
        (Wanted(words="_"), ""),
        (Wanted(modes=("refused",)), "b"),
        (Wanted(modes=("quote", "written", "faq")), "dca"),
        (Wanted(feedback="any"), "ca"),
        (Wanted(feedback="unhelpful"), "a"),
        (Wanted(feedback="helpful"), "c"),
        (Wanted(channel="api"), "c"),
        (Wanted(channel="web"), "dba"),
        (Wanted(language="en"), "c"),
        (Wanted(below=0.5), "b"),
        (Wanted(days=Days(date(2024, 5, 6), date(2024, 5, 6))), "cba"),
        (Wanted(days=Days(date(2024, 5, 7))), "d"),
        (Wanted(words="食堂", channel="web"), ""),
    ],
)
def test_what_is_wanted_is_found_newest_first(kept: Database, wanted: Wanted, names: str) -> None:
    assert found(kept, wanted) == list(names)


def test_a_line_tells_of_the_whole_conversation_and_the_newest_question_found(kept: Database) -> None:
    (line,) = Talks(kept).find(Wanted(words="公寓")).lines
    assert (line.question, line.asked_at) == ("公寓多少钱", NOON + timedelta(seconds=1))
    assert (line.modes, line.verdicts, line.confidence) == (("quote", "quote"), ("unhelpful",), 0.9)
    assert Talks(kept).find(Wanted()).lines[-1].question == "怎么申请Wi-Fi"


def test_pages_hold_every_conversation_once(database: Database) -> None:
    for number in range(7):
        keep(database, str(number), "一", "二", "三", minutes=number // 3)  # some at the same moment
    seen, after = [], None
    for _ in range(4):
        page = Talks(database).find(Wanted(), after, size=2)
        seen += [line.conversation_id for line in page.lines]
        after = page.last
    assert after is None
    assert sorted(seen) == [str(number) for number in range(7)]
    assert [int(name) // 3 for name in seen] == [2, 1, 1, 1, 0, 0, 0]


def test_a_conversation_is_read_whole(database: Database) -> None:
    with database.writing() as session:
        session.add_all([entry(id=4, question="班车时间"), conversation(id="a")])
        session.flush()
        about: dict[str, object] = {"conversation_id": "a", "citations": [CITED, "x"], "faq_entry_id": 4, "mode": "faq"}
        session.add_all([turn(id="1", number=1, total_ms=12.5, **about), turn(id="2", number=2, conversation_id="a")])
        session.add(open_question(id=7, title="公寓"))
        session.flush()
        session.add(feedback(turn_id="1", reasons=["outdated", 3], comment="旧了"))
        session.add(open_question_turn(open_question_id=7, turn_id="2"))
    talk = Talks(database).talk("a")
    first, second = talk.turns
    assert [citation.quote for citation in first.citations] == ["有920套。"]
    assert (first.entry, first.verdict, first.reasons, first.comment) == (
        (4, "班车时间"), "unhelpful", ("outdated", "3"), "旧了",
    )  # fmt: skip
    assert (first.total_ms, first.opened, second.entry, second.verdict) == (12.5, None, None, None)
    assert second.opened == (7, "公寓", "open")


def test_staffs_answer_has_the_day_from_which_it_stood(database: Database) -> None:
    with database.writing() as session:
        session.add_all([entry(id=4), conversation(id="a")])
        session.flush()
        for number, days in enumerate((-3, -1, 2), 1):
            session.add(revision(entry_id=4, number=number, at=NOON + timedelta(days=days)))
        session.add(turn(conversation_id="a", faq_entry_id=4, mode="faq"))
        session.add(turn(conversation_id="a", number=2, faq_entry_id=4))
    first, second = Talks(database).talk("a").turns
    assert (first.staff, second.staff) == (StaffReply(4, date(2024, 5, 5)), None)


def test_a_conversation_that_is_gone_is_said(database: Database) -> None:
    with pytest.raises(NoTalkError, match="没有找到这次对话"):
        Talks(database).talk("\0x")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", ["refused", None])
def test_the_newest_are_found_by_an_index(database: Database, mode: Mode | None) -> None:
    """Whoever opens the list reads a page of it, not all that was ever asked."""
    asked = "SELECT id FROM turn WHERE mode = 'refused'" if mode else "SELECT id FROM turn"
    with database.session() as session:
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {asked} ORDER BY asked_at DESC, id DESC LIMIT 30")).all()
    assert "USING INDEX" in str(plan) or "USING COVERING INDEX" in str(plan)
    assert "SCAN turn USING" in str(plan)
