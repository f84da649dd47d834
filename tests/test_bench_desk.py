"""Regression cases are asked again, and what has changed is said."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.desk import Changed, Difference, Replay, differences, main, replay, report
from desk.cases import Case, CaseError, Cases
from desk.database import Database, open_database
from desk.entries import Entries
from rag.records import Answer, Citation, Request, StaffReply, Turn
from settings import Settings, load_settings
from tests.desk_rows import NOON
from tests.test_cases import HISTORY, QUOTE, QUOTED, REFUSED
from tests.test_entries import BUS
from tests.toy_answering import ToyAnswering

STAFF = replace(QUOTE, answer=BUS.answer, mode="faq", citations=(), staff=StaffReply(7, NOON.date()))


def case(answer: Answer = QUOTE, **over: object) -> Case:
    row = {
        "id": 1, "question": "公寓？", "history": (), "mode": answer.mode, "answer": answer.answer, "origin": "trial",
        "citations": tuple(citation.as_json() for citation in answer.citations),
        "entry_id": answer.staff.entry_id if answer.staff else None, "added_by": "王芳", "added_at": NOON,
    }  # fmt: skip
    return Case(**{**row, **over})


def requoted(quote: str) -> tuple[Citation, ...]:
    return (replace(QUOTED, quote=quote),)


@pytest.mark.parametrize("answer", [QUOTE, REFUSED, STAFF], ids=["quote", "refused", "faq"])
def test_the_same_answer_has_no_differences(answer: Answer) -> None:
    moved = tuple(replace(citation, start=90, end=95, score=0.1) for citation in answer.citations)
    assert differences(case(answer), replace(answer, citations=moved, confidence=0.2, timings_ms={"total": 9})) == ()


@pytest.mark.parametrize(
    ("expected", "given", "parts"),
    [
        (case(), replace(QUOTE, answer="921套[1]"), ["answer"]),
        (case(), replace(QUOTE, citations=requoted("有921套")), ["citations"]),
        (case(), replace(QUOTE, citations=()), ["citations"]),
        (case(), REFUSED, ["mode", "answer", "citations"]),
        (case(), STAFF, ["mode", "entry", "answer", "citations"]),
        (case(STAFF), replace(STAFF, staff=StaffReply(8, NOON.date())), ["entry"]),
        (case(STAFF, origin="published"), QUOTE, ["mode", "entry", "answer"]),
        (case(STAFF), replace(STAFF, answer="早上[1]\n七点半。"), ["answer"]),
        (case(STAFF), replace(STAFF, answer=f"{BUS.answer} [1][2]", citations=(QUOTED,)), []),
        (case(replace(STAFF, answer="见[1]。")), replace(STAFF, answer="见［1］。[1]"), []),
        (case(replace(STAFF, citations=(QUOTED,))), STAFF, ["citations"]),
        (case(STAFF, entry_id=None, origin="published"), STAFF, []),
        (case(STAFF, entry_id=None, origin="published"), REFUSED, ["mode", "answer"]),
    ],
)
def test_each_part_is_compared(expected: Case, given: Answer, parts: list[str]) -> None:
    assert [difference.part for difference in differences(expected, given)] == parts


class Fixed:
    """Answers everything alike, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    def invoke(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.answer


def test_cases_are_asked_after_their_conversation_and_accepted_on_demand(database: Database) -> None:
    cases = Cases(database)
    for question, answer in (("一？", QUOTE), ("二？", REFUSED), ("三？", REFUSED)):
        cases.add(question, HISTORY, answer, by="王芳")
    fixed = Fixed(QUOTE)
    done = replay(cases, fixed, [3, 1], by="cli")
    assert [(request.question, request.history) for request in fixed.asked] == [
        (question, (Turn("住哪里？", "缙云新居。"),)) for question in ("一？", "二？", "三？")
    ]
    assert ([one.id for one in done.changed], done.accepted, done.unchanged) == ([2], [3], 1)
    assert [one.mode for one in cases.all()] == ["quote", "refused", "quote"]
    assert Difference("mode", "refused", "quote") in done.changed[0].differences
    with pytest.raises(CaseError, match="no such cases: 8, 9"):
        replay(cases, fixed, [9, 8, 1], by="cli")


def test_what_has_changed_is_shown_as_a_diff() -> None:
    found = differences(case(replace(QUOTE, answer="同\n旧")), replace(QUOTE, answer="同\n新"))
    assert found == (Difference("answer", "同\n旧", "同\n新"),)
    done = Replay([Changed(1, "公寓？", found)], accepted=[3], unchanged=4, seconds=1.21)
    assert report(done).splitlines() == [
        "#1 公寓？",
        "  答复 answer:",
        "    -旧",
        "    +新",
        "已接受 accepted: 3",
        "有变化 changed: 1, 无变化 unchanged: 4, 用时 seconds: 1.2",
    ]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PARK_HOME", str(tmp_path))
    return load_settings()


def test_nothing_to_replay_waits_for_no_model(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], opener=lambda _: pytest.fail("the answering side was opened")) == 0
    assert "nothing to replay" in capsys.readouterr().out


def test_the_whole_way_with_a_toy(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    toy = ToyAnswering()
    question = "缙云新居有多少套人才公寓？"
    database = open_database(settings)
    Cases(database).add(question, (), toy.invoke(Request(question)), by="王芳")
    assert main([], opener=lambda _: toy) == 0
    assert "有变化 changed: 0, 无变化 unchanged: 1" in capsys.readouterr().out

    Entries(database).publish(BUS, by="王芳")
    database.close()
    assert main([], opener=lambda _: toy) == 1
    told = capsys.readouterr().out
    assert "#2 班车几点发车？" in told
    assert "    -faq\n    +refused" in told
    assert "    -早上七点半。" in told

    assert main(["--json"], opener=lambda _: toy) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["unchanged"], [one["id"] for one in found["changed"]]) == (1, [2])
    assert found["changed"][0]["differences"][0] == {"part": "mode", "expected": "faq", "given": "refused"}

    assert main(["--accept", "2"], opener=lambda _: toy) == 0
    assert main([], opener=lambda _: toy) == 0
    assert main(["--accept", "99"], opener=lambda _: toy) == 2
    assert "no such cases: 99" in capsys.readouterr().err
