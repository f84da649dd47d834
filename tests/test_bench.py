import json
from collections import Counter
from typing import Any

import pytest

from bench.park import QUESTIONS, Outcome, among_others, holds, judge, share, squeezed, table
from rag.records import Answer, Citation, Request

TEXT = "园区有食堂。缙云新居有920套人才公寓。"
QUOTE = "缙云新居有920套人才公寓。"


def cited(quote: str = QUOTE, start: int = TEXT.index(QUOTE)) -> Citation:
    return Citation(
        number=1,
        document_id="d",
        document="住房",
        path="住房.md",
        date="2023-10",
        page=None,
        headings=(),
        quote=quote,
        start=start,
        end=start + len(quote),
        passage=TEXT,
        passage_start=0,
        score=1.0,
    )


def answer(
    text: str, refused: bool = False, citations: tuple[Citation, ...] = (), nearby: tuple[Citation, ...] = ()
) -> Answer:
    mode = "refused" if refused else "quote"
    return Answer("问", "问", "zh", text, refused, 0.5, mode, citations, nearby)


def item(**more: object) -> dict[str, Any]:
    return {"kind": "fact", "split": "tune", "answerable": True, "answers": [["920套"]], "must_not": [], **more}


def judged(question: dict[str, Any], given: Answer) -> Outcome:
    return judge(question, given, lambda _: TEXT)


GOOD = answer(f"{QUOTE}[1]", citations=(cited(),))
SILENT = answer("资料里没有。", refused=True)


def test_an_answer_that_holds_the_fact_and_cites_it_is_right() -> None:
    assert judged(item(), GOOD) == Outcome("fact", "tune", True, True, False, True, True)


def test_an_answer_without_the_fact_is_wrong() -> None:
    outcome = judged(item(answers=[["921套"]]), GOOD)
    assert (outcome.right, outcome.cited) == (False, False)


def test_a_refusal_is_false_where_the_reports_answer_and_right_where_they_do_not() -> None:
    assert not judged(item(), SILENT).right
    assert judged(item(answerable=False, answers=[]), SILENT).right
    assert not judged(item(answerable=False, answers=[]), GOOD).right


def test_a_false_refusal_that_shows_the_fact_nearby_is_still_wrong() -> None:
    assert not judged(item(), answer(f"资料里没有，只提到{QUOTE}", refused=True)).right


def test_a_wrong_premise_is_right_when_corrected() -> None:
    question = item(answerable=False, answers=[], corrections=[["人才公寓"], ["920套"]])
    assert judged(question, GOOD).right
    assert not judged(question, answer("有别墅。")).right


def test_what_must_not_be_said_makes_any_answer_wrong() -> None:
    assert not judged(item(must_not=["人才 公寓"]), GOOD).right
    assert not judged(item(answerable=False, answers=[], must_not=["没有"]), SILENT).right


def test_a_mark_is_no_part_of_what_is_said() -> None:
    assert judged(item(answers=[["有920"]]), answer("缙云新居有[1]920套", citations=(cited(),))).right
    assert not judged(item(answers=[["1"]]), answer("公寓。[1]", citations=(cited(),))).right


@pytest.mark.parametrize("moved", [cited(start=0), cited(quote="缙云新居有九百二十套人才公寓。")])
def test_a_citation_that_is_not_its_slice_is_not_verbatim(moved: Citation) -> None:
    assert judged(item(), answer("920套[1]", citations=(cited(), moved))).verbatim is False
    assert judged(item(), answer("没有", refused=True, nearby=(moved,))).verbatim is False


def test_nothing_cited_is_neither_verbatim_nor_not() -> None:
    outcome = judged(item(answerable=False, answers=[]), SILENT)
    assert (outcome.verbatim, outcome.cited) == (None, None)


def test_a_fact_said_but_not_cited_does_not_count_as_cited() -> None:
    outcome = judged(item(), answer("920套[1]", citations=(cited("园区有食堂。", 0),)))
    assert (outcome.right, outcome.cited, outcome.verbatim) == (True, False, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("９２０ 套", "920套"), ("MES 系統", "mes系统"), ("甲[1]乙[12]", "甲乙"), ("a\n\tb", "ab"), ("[注]", "[注]")],
)
def test_squeezed(text: str, expected: str) -> None:
    assert squeezed(text) == expected


def test_every_group_needs_one_of_its_alternatives() -> None:
    groups = [["2条", "两条"], ["公交"]]
    assert holds("开通两条公交线路", groups)
    assert not holds("开通两条线路", groups)
    assert not holds("开通3条公交线路", groups)


def test_no_group_is_held_by_anything() -> None:
    assert holds("", [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([True, False, None], "50.0%"), ([None], "-"), ([], "-"), ([True] * 3, "100.0%"), ([True, False, False], "33.3%")],
)
def test_the_share_is_of_what_is_known(values: list[bool | None], expected: str) -> None:
    assert share(values) == expected


def test_the_table_has_a_row_for_each_kind_and_the_totals() -> None:
    outcomes = [
        judged(item(), GOOD),
        judged(item(), SILENT),
        judged(item(kind="off_topic", answerable=False, answers=[]), SILENT),
    ]
    rows = {line.split()[0]: line.split()[1:] for line in table(outcomes).splitlines()}
    assert rows["fact"] == ["2", "50.0%", "50.0%", "50.0%", "100.0%", "100.0%"]
    assert rows["off_topic"] == ["1", "100.0%", "100.0%", "-", "-", "-"]
    assert rows["answerable"] == rows["fact"]
    assert table(outcomes).endswith("unanswerable refused or corrected: 100.0%")


class Parrot:
    """Answers every question with itself."""

    def invoke(self, request: Request) -> Answer:
        return answer(f"{request.question}!")


def test_a_question_is_asked_after_others_that_it_does_not_lean_on() -> None:
    plain = [item(id=str(number), question=f"q{number}", history=[]) for number in range(6)]
    mixed = among_others(Parrot(), [*plain, item(id="x", question="it?", history=[["q", "a"]])])
    assert [one["question"] for one in mixed] == [one["question"] for one in plain]
    for one in mixed:
        assert len(one["history"]) == 3
        assert all(said == f"{asked}!" and asked != one["question"] for asked, said in one["history"])
    assert mixed == among_others(Parrot(), plain)


# The question set itself: what the figures rest on.
ITEMS = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]


def test_the_questions_are_well_formed_and_enough_are_held_out() -> None:
    assert (
        len({one["id"] for one in ITEMS})
        == len({one["question"] + str(one["history"]) for one in ITEMS})
        == len(ITEMS)
        >= 80
    )
    assert min(Counter(one["split"] for one in ITEMS).values()) >= len(ITEMS) / 3
    for one in ITEMS:
        assert one["id"].startswith(one["kind"].replace("_", "-") + "-"), one["id"]
        assert bool(one["answers"]) == one["answerable"], one["id"]
        assert all(isinstance(pair, list) and len(pair) == 2 for pair in one["history"]), one["id"]


def test_every_kind_that_was_promised_is_asked() -> None:
    assert {one["kind"] for one in ITEMS} == {
        "fact", "paraphrase", "colloquial", "typo", "traditional", "english", "follow_up", "multi_part",
        "near_miss", "off_topic", "wrong_premise", "injection",
    }  # fmt: skip
