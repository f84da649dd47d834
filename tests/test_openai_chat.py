"""Against a real server on a loopback port, as long as it does what it should; the rest is in test_chat_failures.py."""

import gc
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest

from rag.chat_errors import UnreachableError
from rag.openai_chat import Endpoint, OpenAIChatModel
from tests import toy_llm
from tests.chat_models import ASKED, KEY, PATIENT, answer, model_of
from tests.toy_llm import MODEL, ToyLLM, endless, says, silent


def test_the_pieces_come_as_the_server_sends_them() -> None:
    assert answer(says("食堂", "开了。", "[1]")) == ["食堂", "开了。", "[1]"]


def test_a_piece_is_there_before_the_next_is_written() -> None:
    with ToyLLM(silent("食堂")) as llm, model_of(llm) as model:
        assert next(model.stream(ASKED, 50)) == "食堂"


def test_a_silent_model_gives_empty_pieces_so_that_whoever_reads_can_leave() -> None:
    with ToyLLM(silent()) as llm, model_of(llm, replace(PATIENT, beat=0.01)) as model:
        with closing(model.stream(ASKED, 50)) as pieces:
            assert [next(pieces), next(pieces)] == ["", ""]
        assert llm.wait_for_disconnect()


def test_what_is_asked_of_the_server() -> None:
    with ToyLLM(says("好。")) as llm, model_of(llm) as model:
        list(model.stream(ASKED, 37))
    (request,) = llm.requests
    assert (request.path, request.key, request.messages) == ("/v1/chat/completions", KEY, ASKED)
    assert request.body.items() >= {"model": MODEL, "temperature": 0, "stream": True, "max_tokens": 37}.items()
    assert request.body.keys() == {"model", "temperature", "stream", "max_tokens", "messages"}


def test_without_a_key_none_is_sent_not_even_that_of_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-server")
    with ToyLLM(says("好。")) as llm, model_of(llm, key="") as model:
        assert list(model.stream(ASKED, 50)) == ["好。"]
    assert llm.requests[0].key is None


def test_what_is_on_this_machine_is_not_asked_for_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert answer(says("好。")) == ["好。"]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://h:11434", "http://h:11434/v1"),
        ("http://h:8000/v1", "http://h:8000/v1"),
        ("http://h/v1/", "http://h/v1"),
        ("http://h/llm", "http://h/llm/v1"),
        ("https://api.deepseek.com", "https://api.deepseek.com/v1"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        ("https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4"),
        ("https://h/v1beta/openai", "https://h/v1beta/openai"),
        ("http://h/v1/chat/completions", "http://h/v1"),
    ],
)
def test_an_address_may_end_in_v1_or_not(url: str, base: str) -> None:
    assert Endpoint(url, "m").base == base


def test_only_openai_itself_gets_the_new_name_of_the_length() -> None:
    assert Endpoint("https://api.openai.com", "m").length_parameter == "max_completion_tokens"
    assert Endpoint("http://127.0.0.1:11434", "m").length_parameter == "max_tokens"


def test_an_answer_cut_off_at_the_length_asked_for_is_an_answer() -> None:
    assert answer(says("食堂开", finish="length")) == ["食堂开"]


def test_thoughts_and_empty_pieces_are_left_out() -> None:
    def script(call: toy_llm.Call) -> None:
        call.event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}, "finish_reason": None}]})
        call.event({"choices": [{"index": 0, "delta": {"reasoning_content": "想"}, "finish_reason": None}]})
        call.say("", "好。")
        call.event({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
        call.finish()

    assert answer(script) == ["好。"]


def test_closing_in_mid_answer_ends_it_on_the_server() -> None:
    with ToyLLM(endless(pause=0.01)) as llm, model_of(llm) as model:
        pieces = model.stream(ASKED, 5000)
        next(pieces)
        pieces.close()
        assert llm.wait_for_disconnect()
        assert list(pieces) == []


def test_letting_go_in_mid_answer_ends_it_on_the_server() -> None:
    with ToyLLM(endless(pause=0.01)) as llm, model_of(llm) as model:
        pieces = model.stream(ASKED, 5000)
        next(pieces)
        del pieces
        gc.collect()
        assert llm.wait_for_disconnect()


def test_closing_from_another_thread_frees_whoever_waits_for_the_first_word() -> None:
    with ToyLLM(silent()) as llm, model_of(llm) as model:
        pieces = model.stream(ASKED, 50)
        threading.Timer(0.2, pieces.close).start()
        started = time.monotonic()
        assert list(pieces) == []
        assert time.monotonic() - started < 5
        assert llm.wait_for_disconnect()


def test_closing_the_model_ends_every_answer_and_no_further_one_begins() -> None:
    with ToyLLM(silent("食堂")) as llm:
        model = OpenAIChatModel(Endpoint(llm.url, MODEL), PATIENT)
        pieces = model.stream(ASKED, 50)
        next(pieces)
        model.close()
        model.close()
        assert list(pieces) == []
        assert llm.wait_for_disconnect()
    with pytest.raises(UnreachableError, match="closed"):
        model.stream(ASKED, 50)
    assert "chat-model" not in {thread.name for thread in threading.enumerate()}


def test_answers_are_written_side_by_side() -> None:
    with ToyLLM(says("一", "二", "三", pause=0.2)) as llm, model_of(llm) as model:
        started = time.monotonic()
        answers = [model.stream(ASKED, 50) for _ in range(4)]
        assert [list(pieces) for pieces in answers] == [["一", "二", "三"]] * 4
        assert time.monotonic() - started < 2


def test_a_thought_that_is_part_of_the_text_is_left_out_too() -> None:
    assert answer(says("<think>", "想一想", "</think>", "\n\n", "好", "。")) == ["好", "。"]


def test_the_models_of_a_server_are_listed() -> None:
    with ToyLLM(says(), models=("a", "b")) as llm, model_of(llm) as model:
        assert model.models() == ["a", "b"]
