"""What the benchmark of written answers measures: marks, numbers, moments."""

from collections.abc import Iterator

import pytest

from bench import writing
from bench.writing import Seen, foreign_numbers, table, unmarked, visitors, watch
from rag.chain import Chain
from rag.records import Answer, AnswerEvent, DeltaEvent, Event, PassagesEvent, Request, WaitingEvent
from tests.toy_quotes import quote

FLATS = quote(1, "公寓共920套，月租1,500元。", "溪口公寓")


def answer(text: str, mode: str = "written") -> Answer:
    cited = () if mode == "refused" else (FLATS,)
    return Answer("问", "问", "zh", text, mode == "refused", 0.9, mode, cited)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("有920套。[1]月租1500元。[1][2]", []),
        ("有920套。月租1500元。[1]", ["有920套。"]),
        ("It has 920 flats.[1] The rent is 12.5 yuan.[2]", []),
        ("It has 920 flats. The rent is 12.5 yuan.[2]", ["It has 920 flats."]),
        ("有920套。[1]\n资料没有写停车费。", []),
    ],
)
def test_sentences_without_a_mark_are_found(text: str, bare: list[str]) -> None:
    assert unmarked(text) == bare


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("有920套。[1]", []),
        ("月租1500元。[1]", []),
        ("有930套。[1]", ["930"]),
        ("月租一千五百元。[1]", ["一千五百"]),
        ("有920套，[2]两间。", []),
    ],
)
def test_numbers_that_no_source_holds_are_found(text: str, foreign: list[str]) -> None:
    assert foreign_numbers(text, [FLATS.quote]) == foreign


class Toy(Chain):
    """Says the same to everybody."""

    def __init__(self, told: Answer) -> None:
        self.told = told

    def stream(self, request: Request) -> Iterator[Event]:  # type: ignore[override]
        yield PassagesEvent((FLATS,), ())
        yield WaitingEvent(3)
        yield WaitingEvent(0)
        yield DeltaEvent(self.told.answer)
        yield AnswerEvent(self.told)


def test_an_answer_is_timed_and_judged() -> None:
    seen = watch(Toy(answer("有920套。[1]")), Request("几套？"), [["920套"]])
    assert 0 < seen.evidence <= seen.first_words <= seen.whole
    assert (seen.place, seen.right, seen.foreign, seen.unmarked) == (3, True, [], [])
    assert watch(Toy(answer("有920套。[1]")), Request("几套？"), [["930套"]]).right is False
    assert watch(Toy(answer("有920套。[1]")), Request("几套？")).right is None


def test_visitors_at_once_are_all_answered() -> None:
    questions = [writing.SetQuestion(str(n), "几套？", "fact", True, (("920套",),), ()) for n in range(4)]
    assert [one.right for one in visitors(Toy(answer("有920套。[1]")), questions)] == [True] * 4


def test_the_table_names_what_is_wrong() -> None:
    good, wrong = answer("有920套。[1]"), answer("有930套。[1]")
    seen = [Seen(one, 0.1, 2, 3, 0, one is good) for one in (good, wrong)]
    lines = table({"park": seen, "refused": [Seen(answer("不知道", "refused"), 0.1, 0.1, 0.1, 0, False)]}).splitlines()
    assert lines[1].split()[:7] == ["park", "2", "50.0%", "0.0%", "100.0%", "0", "1"]
    assert any("930" in line and "有930套" in line for line in lines)


def test_without_a_chat_model_there_is_nothing_to_measure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(writing, "open_chat_model", lambda settings: None)
    assert writing.main([]) == 0
    assert "make llm" in capsys.readouterr().out
