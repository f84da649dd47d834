import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.embed import SentenceTransformerEmbedder
from rag.chain import Chain
from rag.china import china_today
from rag.phrase_vectors import PhraseVectors
from rag.records import Answer, AnswerEvent, DeltaEvent, PassagesEvent, Request, Turn
from rag.staff_answers import StaffAnswer
from rag.staff_first import VECTORS_FILE, StaffFirst, staff_first
from rag.staff_match import Matcher
from tests.staff_toys import DAY, DEPOSIT, MEALS, RENT, ToyAnswers, passage, with_sources
from tests.toy_answering import CANTEEN, ToyAnswering
from tests.toys import ToyEmbedder


class ToyChain(ToyAnswering):
    """The toy answering side with what staff's answers need of the chain."""

    refreshed = 0
    closed = False

    def refresh(self) -> None:
        self.refreshed += 1

    def close(self) -> None:
        self.closed = True


def over(*entries: StaffAnswer, today: date = DAY, path: Path | None = None) -> StaffFirst:
    embedder = ToyEmbedder()
    matcher = Matcher(PhraseVectors(embedder, path))
    return StaffFirst(ToyChain(), ToyAnswers(*entries), matcher, embedder.query, lambda: today)


def toys(side: StaffFirst) -> tuple[ToyChain, ToyAnswers]:
    assert isinstance(side.chain, ToyChain)
    assert isinstance(side._answers, ToyAnswers)
    return side.chain, side._answers


def ask(side: StaffFirst, question: str, *turns: tuple[str, str]) -> Answer:
    return side.invoke(Request(question, tuple(Turn(*turn) for turn in turns), "7"))


def test_a_published_entry_answers_and_the_chain_is_not_asked() -> None:
    side = over(MEALS)
    answer = ask(side, "请问食堂几点开饭呢？")
    assert answer.mode == "faq"
    assert answer.answer.startswith("早餐7:00至8:30。[1]")
    assert answer.staff is not None and answer.staff.entry_id == 12
    assert answer.timings_ms["staff"] == answer.timings_ms["total"] > 0
    assert toys(side)[0].requests == []


def test_what_no_entry_answers_is_the_chains() -> None:
    answer = ask(over(MEALS), "缙云新居有多少套人才公寓？")
    assert (answer.mode, answer.staff) == ("quote", None)
    assert "920套" in answer.answer


def test_the_stream_tells_the_same_as_the_answer() -> None:
    side = over(MEALS)
    events = list(side.stream(Request("食堂几点开饭")))
    first, *deltas, last = events
    assert isinstance(first, PassagesEvent) and isinstance(last, AnswerEvent)
    assert first.citations == last.answer.citations != ()
    assert "".join(one.text for one in deltas if isinstance(one, DeltaEvent)) == last.answer.answer
    assert [type(event) for event in side.stream(Request("缙云新居有多少套"))][-1] is AnswerEvent


def test_it_answers_without_blocking_too() -> None:
    side = over(MEALS)

    async def both() -> tuple[Answer, list[object]]:
        return await side.ainvoke(Request("食堂几点开饭")), [one async for one in side.astream(Request("食堂几点开饭"))]

    answer, events = asyncio.run(both())
    assert isinstance(events[-1], AnswerEvent)
    assert events[-1].answer.answer == answer.answer


def test_a_new_entry_answers_the_next_visitor_and_a_withdrawn_one_no_more() -> None:
    side = over()
    answers = toys(side)[1]
    assert ask(side, "食堂几点开饭").mode != "faq"
    answers.publish(MEALS)
    assert ask(side, "食堂几点开饭").mode == "faq"
    answers.publish(replace(MEALS, revision=4, answer="7点。"))
    assert ask(side, "食堂几点开饭").answer == "7点。[1]"
    answers.publish()
    assert ask(side, "食堂几点开饭").mode != "faq"


def test_it_answers_on_its_days_in_china_only() -> None:
    late = replace(MEALS, valid_from=date(2026, 12, 1))
    assert ask(over(late), "食堂几点开饭").mode != "faq"
    assert ask(over(late, today=date(2026, 12, 1)), "食堂几点开饭").mode == "faq"
    assert abs((china_today() - date.today()).days) <= 1


def test_a_follow_up_is_read_in_the_light_of_what_was_said() -> None:
    side = over(RENT, DEPOSIT)
    answer = ask(side, "那租金是多少？", ("标准厂房有多大？", "有大有小。"))
    assert answer.staff is not None and answer.staff.entry_id == 14
    assert "厂房" in answer.standalone_question
    assert ask(side, "那租金是多少？", ("人才公寓在哪里？", "在东边。")).mode != "faq"


def test_several_questions_at_once_go_to_the_reports() -> None:
    assert ask(over(MEALS), "食堂几点开饭？缙云新居有多少套人才公寓？").mode != "faq"


def test_an_entry_whose_source_has_changed_leaves_the_answer_to_the_reports() -> None:
    start = CANTEEN.text.index("可供500人")
    sound = with_sources(passage(CANTEEN.id, CANTEEN.path, "可供500人", start))
    assert ask(over(sound), "食堂能坐多少人").mode == "faq"
    gone = with_sources(passage(CANTEEN.id, CANTEEN.path, "可供900人", start))
    side = over(gone)
    assert ask(side, "食堂能坐多少人").mode != "faq"
    assert toys(side)[0].refreshed == 1


def test_the_answer_can_be_opened_by_its_citation_also_when_it_has_changed() -> None:
    side = over(MEALS)
    citation = ask(side, "食堂几点开饭").citations[0]
    toys(side)[1].publish(replace(MEALS, revision=4, answer="7点。"))
    document = side.index.document(citation.document_id)
    assert document.text[citation.start : citation.end] == citation.quote
    assert side.index.document("staff-12-4").text == "7点。"
    assert side.index.document(CANTEEN.id) == CANTEEN
    assert side.index.documents() == side.chain.index.documents()


@pytest.mark.parametrize(
    "id_", ["staff-12-9", "staff-0-1", "staff-12", "staff-12-3-4", "staff-" + "9" * 40 + "-1", "x", ""]
)
def test_what_was_never_said_is_no_document(id_: str) -> None:
    with pytest.raises(LookupError):
        over(MEALS).index.document(id_)


def test_a_failure_among_staffs_answers_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    side = over(MEALS)
    toys(side)[1].broken = True
    with caplog.at_level(logging.ERROR):
        assert "920套" in ask(side, "缙云新居有多少套人才公寓？").answer
        side.refresh()
    assert len(caplog.records) == 2


def test_the_rest_is_the_chains() -> None:
    side = over()
    chain = toys(side)[0]
    assert (side.writes, side.mode) == (chain.writes, chain.mode)
    assert side.nearest("食堂", 2) == chain.nearest("食堂", 2)
    assert side.explain(Request("食堂")).answer == chain.explain(Request("食堂")).answer
    side.close()
    assert chain.closed


def test_what_is_made_ready_is_kept_for_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / VECTORS_FILE
    over(MEALS, path=path).refresh()
    assert path.is_file()


def test_a_greeting_is_nobodys_question() -> None:
    hello = StaffAnswer(50, 1, "你好", "您好。", DAY)
    assert ask(over(hello), "你好").mode != "faq"


@pytest.fixture
def opened(chain: Chain) -> Iterator[StaffFirst]:
    yield staff_first(chain, ToyAnswers(MEALS, DEPOSIT, RENT))


def test_over_the_real_chain_staff_answer_first(opened: StaffFirst, embedder: SentenceTransformerEmbedder) -> None:
    assert ask(opened, "租厂房一般要交好多保证金哦").mode == "faq"
    assert ask(opened, "缙云新居有多少套人才公寓？").mode == "quote"
    assert opened.index.document("staff-13-1").text == DEPOSIT.answer


def test_why_an_entry_answers_or_does_not_is_told(opened: StaffFirst) -> None:
    told = opened.explain(Request("租厂房一般要交好多保证金哦"))
    assert told.answer.mode == "faq" and told.answer.staff
    (chosen,) = [entry for entry in told.entries if entry.chosen]
    assert (chosen.id, chosen.probability) == (told.answer.staff.entry_id, told.answer.confidence)
    assert told.parts  # what the reports would have told
    other = opened.explain(Request("缙云新居有多少套人才公寓？"))
    assert other.answer.mode == "quote" and other.entries and not any(entry.chosen for entry in other.entries)
    assert [entry.probability for entry in other.entries] == sorted(
        (e.probability for e in other.entries), reverse=True
    )
