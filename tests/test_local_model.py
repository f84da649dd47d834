"""The process that runs a model file: played by a toy here, the real one at the end where there is a file."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag import local_model
from rag.chat_errors import LocalModelError, UnreachableError
from rag.chat_model import Limits
from rag.fetch_model import fetched_path
from rag.local_model import LocalModel, check_file
from tests.processes import busy_seconds, runs
from tests.toy_llm import ToyLLM, says, silent
from tests.waiting import wait_until

ASKED = [("user", "食堂开了吗？")]
TOY = str(Path(__file__).with_name("toy_llama.py"))
PATIENT = Limits(first_word=20, next_word=20, whole=60, beat=60)
GGUF = Path(os.environ.get("TEST_GGUF") or fetched_path(Path(__file__).parent.parent / "var"))

Open = Callable[..., LocalModel]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "toy.gguf"
    path.write_bytes(b"GGUF and so on")
    return path


@pytest.fixture
def open_model(file: Path) -> Iterator[Open]:
    opened: list[LocalModel] = []

    def open_model(*arguments: str, **options: object) -> LocalModel:
        given = {"limits": PATIENT, "command": (sys.executable, TOY, *arguments), **options}
        opened.append(LocalModel(file, **given))  # type: ignore[arg-type]
        return opened[-1]

    yield open_model
    for model in opened:
        model.close()


def pid_of(model: LocalModel) -> int:
    assert wait_until(lambda: model._chat is not None)
    assert model._process is not None
    return model._process._process.pid


def test_it_answers_like_any_server_with_a_key_made_for_it(open_model: Open) -> None:
    with ToyLLM(says("好", "。")) as llm:
        model = open_model("serve", llm.url)
        assert list(model.stream(ASKED, 20)) == ["好", "。"]
        assert list(model.stream(ASKED, 20)) == ["好", "。"]
        keys = {request.key for request in llm.requests}
        assert len(keys) == 1
        assert len(keys.pop() or "") > 20


def test_closing_ends_the_process_and_the_answers(open_model: Open) -> None:
    with ToyLLM(silent("好")) as llm:
        model = open_model("serve", llm.url)
        pieces = model.stream(ASKED, 20)
        next(pieces)
        pid = pid_of(model)
        model.close()
        model.close()
        assert list(pieces) == []
        assert llm.wait_for_disconnect()
        assert not runs(pid)
        with pytest.raises(UnreachableError, match="closed"):
            model.stream(ASKED, 20)


def test_a_process_that_does_not_end_by_itself_is_ended(open_model: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "ENDING", 0.1)
    with ToyLLM(says("好。")) as llm:
        model = open_model("stay", llm.url)
        pid = pid_of(model)
        model.close()
        assert not runs(pid)


def test_closing_while_it_opens_does_not_wait_for_it(open_model: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "ENDING", 0.1)
    model = open_model("hang")
    assert wait_until(lambda: model._process is not None)
    started = time.monotonic()
    model.close()
    assert time.monotonic() - started < 5
    assert wait_until(lambda: "local-model" not in {thread.name for thread in threading.enumerate()})


def test_closing_before_there_is_a_process_does_not_wait_for_one(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "ENDING", 0.1)
    checked, go_on = threading.Event(), threading.Event()

    class Held(local_model._Process):
        def __init__(self, command: Sequence[str]) -> None:
            checked.set()
            assert go_on.wait(20)
            super().__init__(command)

    monkeypatch.setattr(local_model, "_Process", Held)
    model = open_model("hang")
    assert checked.wait(20)
    closing = threading.Thread(target=model.close)
    closing.start()
    assert wait_until(lambda: model._closed)
    go_on.set()
    closing.join(5)
    assert not closing.is_alive()
    assert model._process is None


def test_its_end_may_come_from_many_sides_at_once() -> None:
    for _ in range(5):
        process = local_model._Process(("sleep", "20"))
        process._process.kill()
        sides = [threading.Thread(target=end) for end in (process.end, process._said) * 8]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
        assert not process.alive


def test_a_process_that_died_is_started_anew(open_model: Open) -> None:
    with ToyLLM(says("好。")) as llm:
        model = open_model("serve", llm.url)
        assert list(model.stream(ASKED, 20)) == ["好。"]
        first = pid_of(model)
        os.kill(first, 9)
        assert wait_until(lambda: model._process is not None and not model._process.alive)
        assert list(model.stream(ASKED, 20)) == ["好。"]
        assert pid_of(model) != first
        assert len({request.key for request in llm.requests}) == 2


@pytest.mark.parametrize(("what", "words"), [("die", "unknown model architecture"), ("refuse", "libtoy.so")])
def test_a_file_that_cannot_be_opened_says_why(
    open_model: Open, caplog: pytest.LogCaptureFixture, what: str, words: str
) -> None:
    caplog.set_level(logging.WARNING)
    model = open_model(what)
    with pytest.raises(LocalModelError, match=f"打不开.*{words}"):
        model.stream(ASKED, 20)
    assert words in caplog.text


def test_opening_has_its_time(open_model: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "OPENING", 0.3)
    with pytest.raises(LocalModelError, match="signal 9"):
        open_model("hang").stream(ASKED, 20)


def test_whoever_asks_while_it_opens_waits_no_longer_than_for_a_first_word(open_model: Open) -> None:
    model = open_model("hang", limits=Limits(first_word=0.1))
    assert wait_until(lambda: model._process is not None)
    with pytest.raises(UnreachableError, match="还在打开"):
        model.stream(ASKED, 20)


def test_the_settings_of_the_service_do_not_reach_the_process(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARK_LLM_API_KEY", "sk-hush")
    with ToyLLM(says("好。")) as llm:
        pid = pid_of(open_model("serve", llm.url))
        assert b"sk-hush" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_file_that_is_missing_or_no_model_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(LocalModelError, match=r"打不开模型文件.*No such file"):
        check_file(tmp_path / "none.gguf")
    with pytest.raises(LocalModelError, match=r"打不开模型文件.*directory"):
        check_file(tmp_path)
    (tmp_path / "other").write_bytes(b"PK")
    with pytest.raises(LocalModelError, match="不是 GGUF"):
        LocalModel(tmp_path / "other")


def test_too_little_memory_is_told_before_it_is_opened(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "free_memory", lambda: 300_000_000)
    with pytest.raises(LocalModelError, match=r"内存不足.* 0\.6 GB.*0\.3 GB are free"):
        check_file(file)
    monkeypatch.setattr(local_model, "free_memory", lambda: None)
    check_file(file)


@pytest.mark.gguf
@pytest.mark.skipif(not GGUF.exists(), reason="no chat model here: `make llm` fetches one, TEST_GGUF names one")
def test_a_real_model_answers_stops_when_left_and_ends() -> None:
    model = LocalModel(GGUF, limits=Limits(first_word=300, next_word=60, whole=600))
    try:
        asked = [("system", "用一句话回答。"), ("user", "资料：食堂可供500人同时就餐。问：食堂能坐多少人？")]
        assert "500" in "".join(model.stream(asked, 30))
        pieces = model.stream([("user", "从1数到500，每行一个数。")], 1500)
        next(pieces)
        pieces.close()
        pid = pid_of(model)
        time.sleep(2)
        before = busy_seconds(pid)
        time.sleep(2)
        assert busy_seconds(pid) - before < 0.2
    finally:
        model.close()
    assert not runs(pid)
