"""The whole chain with a chat model behind real HTTP, whatever its server does: what a visitor gets in the end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr
from toy_llm import Script, dies, endless, fails, garbage, in_turn, says, silent, stops_short
from toy_llm_server import MODEL, Call, ToyLLM

from rag.breaker import GuardedChatModel
from rag.chain import Chain
from rag.chat_model import Limits
from rag.generate import Writer
from rag.open_writer import checker_of
from rag.openai_chat import Endpoint, OpenAIChatModel
from rag.records import Answer, AnswerEvent, DeltaEvent, PassagesEvent, Request, Turn, WaitingEvent
from rag.rewrite import Rewriter
from rag.turns import Turns

HOUSING = "缙云新居有多少套人才公寓？"
TRUE = "缙云新居有920套人才公寓。"
FALSE = "缙云新居有930套人才公寓。"
LIMITS = Limits(connect=2, first_word=0.5, next_word=0.5, whole=3)


@contextmanager
def writing(chain: Chain, llm: ToyLLM, failures: int = 100, slots: int = 1) -> Iterator[Chain]:
    """Yield a chain over the same index whose answers are written by `llm`; only the model is closed after it."""
    model = GuardedChatModel(OpenAIChatModel(Endpoint(llm.url, MODEL, SecretStr("")), LIMITS), failures, interval=0.05)
    turns = Turns(slots)
    writer = Writer(model, checker_of(chain.index), turns, is_paused=lambda: model.state.is_open)
    try:
        yield Chain(chain.index, chain.settings, reader=chain._reader, writer=writer, rewriter=Rewriter(model, turns))
    finally:
        model.close()


def answered(chain: Chain, script: Script, question: str = HOUSING, *history: tuple[str, str]) -> Answer:
    with ToyLLM(script) as llm, writing(chain, llm) as written:
        return written.invoke(Request(question, tuple(Turn(*turn) for turn in history)))


def test_a_written_answer_is_marked_and_cited(chain: Chain) -> None:
    answer = answered(chain, says("缙云新居", "有920套", "人才公寓。", "[1]"))
    assert answer.answer == f"{TRUE}[1]"
    assert (answer.mode, answer.refused, [one.number for one in answer.citations]) == ("written", False, [1])
    assert "920套" in answer.citations[0].quote


@pytest.mark.parametrize(
    "text", [f"{TRUE}[7]", TRUE, f"{TRUE}[0]", f"[9]{TRUE}", f"{TRUE}【1】", "缙云新居有920套人才公寓[1]"]
)
def test_marks_are_attached_by_what_is_said_not_by_what_was_marked(chain: Chain, text: str) -> None:
    assert answered(chain, says(text)).answer == f"{TRUE}[1]"


BROKEN: dict[str, Script] = {
    "dies before a word": dies(),
    "dies in mid-sentence": dies("缙云新居有9"),
    "ends in mid-sentence": stops_short("缙云新居有9"),
    "answers garbage": garbage,
    "answers with 500": fails(500),
    "answers with 401": fails(401),
    "is silent for 30 s": silent(),
    "falls silent in mid-sentence": silent("缙云新居有9"),
    "never ends": endless(),
    "never ends its sentence": endless(piece="缙云新居有9"),
    "says what is false": says(FALSE, "[1]"),
    "says it in words of its own": says("园区租金每平方米只要5元。[1]"),
    "declines": says("资料中没有提到这一点。"),
    "says nothing": says(""),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
def test_whatever_the_server_does_the_answer_is_the_quoted_one(chain: Chain, script: Script) -> None:
    quoted = chain.invoke(Request(HOUSING))
    started = time.monotonic()
    answer = answered(chain, script)
    assert (answer.answer, answer.mode, answer.citations) == (quoted.answer, "quote", quoted.citations)
    assert time.monotonic() - started < 6


def test_what_stood_before_the_server_died_stands(chain: Chain) -> None:
    answer = answered(chain, dies(TRUE, "[1]", "公寓由专"))
    assert answer.answer.startswith(f"{TRUE}[1]")
    assert answer.mode == "written"


def test_the_evidence_comes_before_the_server_is_asked(chain: Chain) -> None:
    with ToyLLM(silent()) as llm, writing(chain, llm) as written:
        events = written.stream(Request(HOUSING))
        first = next(events)
        assert isinstance(first, PassagesEvent)
        assert "920套" in first.citations[0].quote
        assert not llm.requests
        events.close()


def test_the_pieces_joined_are_the_answer(chain: Chain) -> None:
    with ToyLLM(says("\n", TRUE, "[1]\n\n", FALSE, "[1] ")) as llm, writing(chain, llm) as written:
        events = list(written.stream(Request(HOUSING)))
    assert isinstance(events[-1], AnswerEvent)
    assert "".join(event.text for event in events if isinstance(event, DeltaEvent)) == events[-1].answer.answer


def test_leaving_stops_the_server(chain: Chain) -> None:
    def talks_on(call: Call) -> None:
        call.say(TRUE, "[1]", "还")
        endless(0.01, "有")(call)

    with ToyLLM(talks_on) as llm, writing(chain, llm) as written:
        events = written.stream(Request(HOUSING))
        assert any(isinstance(event, DeltaEvent) for event in events)
        events.close()
        assert llm.disconnected.wait(10)


def test_a_refusal_is_not_written(chain: Chain) -> None:
    with ToyLLM(says(TRUE)) as llm, writing(chain, llm) as written:
        assert written.invoke(Request("请帮我写一首关于月亮的诗")).refused
        assert not llm.requests


def test_after_three_failures_the_quotes_answer_at_once_until_it_works_again(chain: Chain) -> None:
    with ToyLLM(fails(500)) as llm, writing(chain, llm, failures=3) as written:
        for _ in range(3):
            assert written.invoke(Request(HOUSING)).mode == "quote"
        assert until(lambda: written.mode == "quote")
        llm.script = says(TRUE)
        assert until(lambda: written.mode == "written")
        assert written.invoke(Request(HOUSING)).mode == "written"


def test_several_visitors_are_answered_in_turn_and_told_their_place(chain: Chain) -> None:
    with ToyLLM(says(TRUE, "[1]", pause=0.1)) as llm, writing(chain, llm) as written:
        events: list[list[object]] = [[] for _ in range(4)]

        def visit(place: int) -> None:
            events[place].extend(written.stream(Request(HOUSING)))

        threads = [threading.Thread(target=visit, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert all(isinstance(one[0], PassagesEvent) for one in events)
    assert [one[-1].answer.mode for one in events if isinstance(one[-1], AnswerEvent)] == ["written"] * 4
    assert max(event.place for one in events for event in one if isinstance(event, WaitingEvent)) >= 2


def test_a_follow_up_the_rules_cannot_read_is_said_anew(chain: Chain) -> None:
    history = ("员工住哪里？人才公寓有多少套？", "可以住缙云新居的人才公寓。[1]")
    question = "它一共好多间嘛"
    assert chain.invoke(Request(question, (Turn(*history),))).refused
    answer = answered(chain, in_turn(says("缙云新居的人才公寓有多少套？"), says(TRUE)), question, history)
    assert answer.answer == f"{TRUE}[1]"
    assert answer.standalone_question == "缙云新居的人才公寓有多少套"


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    by = time.monotonic() + seconds
    while not holds() and time.monotonic() < by:
        time.sleep(0.02)
    return holds()
