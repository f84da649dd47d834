"""Against a server that does the worst that servers do: what is said of it, and that the key is not."""

import logging
import socket
import traceback
from contextlib import closing

import pytest

from rag.chat_errors import (
    BrokenAnswerError,
    ChatModelError,
    EmptyAnswerError,
    RejectedError,
    TooSlowError,
    UnreachableError,
)
from rag.openai_chat import Endpoint, OpenAIChatModel
from tests import toy_llm
from tests.chat_models import ASKED, KEY, PATIENT, QUICK, answer, model_of
from tests.toy_llm import MODEL, Script, ToyLLM, dies, endless, fails, in_turn, says, sends, silent


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        (dies("食堂", "于"), BrokenAnswerError, "断开"),
        (toy_llm.stops_short("食堂", "于"), BrokenAnswerError, "断开"),
        (toy_llm.garbage, BrokenAnswerError, "无法读懂"),
        (sends(b"data: [1, 2]\n\n"), BrokenAnswerError, "无法读懂"),
        (sends(b'data: {"choices": [{}]}\n\n'), BrokenAnswerError, "无法读懂"),
        (sends(b"<html>not what you asked for</html>"), BrokenAnswerError, "无法读懂"),
        (sends(b'data: {"error": {"message": "out of memory"}}\n\n'), RejectedError, "out of memory"),
        (fails(500, "boom"), RejectedError, r"HTTP 500\): boom"),
        (fails(404, "model not found"), RejectedError, "没有这个地址或模型.*model not found"),
        (fails(400, "exceeds the available context size"), RejectedError, "context size"),
        (fails(429), RejectedError, "额度"),
        (says(), EmptyAnswerError, "空的"),
        (says("不", finish="content_filter"), BrokenAnswerError, "拦截"),
        (endless(), BrokenAnswerError, "远超限定长度"),
    ],
)
def test_an_answer_that_is_none_says_why(script: Script, error: type[ChatModelError], words: str) -> None:
    with pytest.raises(error, match=words):
        answer(script)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (silent(), "等待首字超过 0.3 秒"),
        (silent(comments=True), "等待首字超过 0.3 秒"),
        (silent("食堂"), "停顿超过 0.3 秒"),
        (silent("食堂", comments=True), "停顿超过 0.3 秒"),
        (toy_llm.drips("很" * 50, pause=0.1), "超过 1 秒仍未写完"),
        (endless(pause=0.02), "超过 1 秒仍未写完"),
    ],
)
def test_whoever_dawdles_is_left_and_told_so(script: Script, words: str) -> None:
    with ToyLLM(script) as llm, model_of(llm, QUICK) as model:
        with pytest.raises(TooSlowError, match=words):
            list(model.stream(ASKED, 200))
        assert llm.wait_for_disconnect()
        assert len(llm.requests) == 1


def test_a_slow_answer_within_its_limits_is_whole() -> None:
    assert "".join(answer(toy_llm.drips("食堂开了。", pause=0.05), QUICK)) == "食堂开了。"


def test_the_words_before_a_failure_are_kept() -> None:
    with ToyLLM(dies("食堂", "于")) as llm, model_of(llm) as model:
        pieces = model.stream(ASKED, 50)
        assert [next(pieces), next(pieces)] == ["食堂", "于"]
        with pytest.raises(BrokenAnswerError):
            next(pieces)
        assert list(pieces) == []
        assert len(llm.requests) == 1


def test_a_connection_that_fails_is_tried_twice_more() -> None:
    with ToyLLM(in_turn(dies(), dies(), says("好。"))) as llm, model_of(llm) as model:
        assert list(model.stream(ASKED, 50)) == ["好。"]
        assert len(llm.requests) == 3


def test_after_three_tries_it_is_unreachable() -> None:
    with ToyLLM(dies()) as llm, model_of(llm) as model:
        with pytest.raises(UnreachableError, match="连不上"):
            list(model.stream(ASKED, 50))
        assert len(llm.requests) == 3


def test_where_nothing_listens_it_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with closing(OpenAIChatModel(Endpoint(url, MODEL), PATIENT)) as model:
        with pytest.raises(UnreachableError, match=r"\[Errno 111\]"):
            list(model.stream(ASKED, 50))
        with pytest.raises(UnreachableError, match=r"\[Errno 111\]"):
            model.models()


@pytest.mark.parametrize("script", [fails(500), fails(503), fails(429), silent()])
def test_nothing_else_is_tried_again(script: Script) -> None:
    with ToyLLM(script) as llm, model_of(llm, QUICK) as model:
        with pytest.raises(ChatModelError):
            list(model.stream(ASKED, 50))
        assert len(llm.requests) == 1


@pytest.mark.parametrize(
    "script",
    [
        toy_llm.echoes_key,
        sends(f'data: {{"error": {{"message": "bad key {KEY}"}}}}\n\n'.encode()),
        sends(f"data: {KEY}\n\n".encode()),
        dies(),
    ],
)
def test_the_key_shows_nowhere(script: Script, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ToyLLM(script) as llm, model_of(llm) as model, pytest.raises(ChatModelError) as caught:
        shown = [repr(model), str(model), repr(model.endpoint), repr(model._chat), str(vars(model))]
        list(model.stream(ASKED, 50))
    error: BaseException | None = caught.value
    while error:
        shown += [*traceback.format_exception(error), repr(error), str(vars(error))]
        error = error.__cause__ or error.__context__
    shown += [caplog.text, *(str(vars(record)) for record in caplog.records)]
    assert [text for text in shown if KEY[:8] in text or KEY[3:] in text] == []
