"""The real process with the smallest of models: what it answers is nonsense, how it serves is not."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.chat_errors import LocalModelError, RejectedError
from rag.chat_model import Limits
from rag.local_model import COMMAND, LocalModel
from tests.processes import busy_seconds, runs
from tests.toy_gguf import WORD, write_toy_gguf
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
ASKED = [("system", "只用资料回答。"), ("user", "食堂开了吗？")]
PATIENT = Limits(first_word=60, next_word=60, whole=120, beat=60)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_gguf(tmp_path_factory.mktemp("gguf") / "toy.gguf")


@pytest.fixture(scope="module")
def model(file: Path) -> Iterator[LocalModel]:
    model = LocalModel(file, slots=2, threads=1, limits=PATIENT)
    yield model
    model.close()


def pid_of(model: LocalModel) -> int:
    assert model._process is not None
    return model._process._process.pid


def test_it_answers_as_long_as_it_may(model: LocalModel) -> None:
    assert "".join(model.stream(ASKED, 7)) == WORD * 7


def test_two_answers_at_once(model: LocalModel) -> None:
    first, second = model.stream(ASKED, 20), model.stream(ASKED, 30)
    assert "".join(second) == WORD * 30
    assert "".join(first) == WORD * 20


def test_closing_in_mid_answer_leaves_it_idle(model: LocalModel) -> None:
    pieces = model.stream(ASKED, 3500)
    next(pieces)
    pieces.close()
    time.sleep(0.5)
    before = busy_seconds(pid_of(model))
    time.sleep(0.5)
    assert busy_seconds(pid_of(model)) - before < 0.1


def test_a_prompt_that_is_too_long_is_told(model: LocalModel) -> None:
    with pytest.raises(RejectedError, match="context"):
        list(model.stream([("user", "食堂" * 3000)], 7))


def test_without_its_key_nobody_is_served(model: LocalModel) -> None:
    list(model.stream(ASKED, 1))
    assert model._chat is not None
    request = urllib.request.Request(f"{model._chat.endpoint.base}/chat/completions", data=b"{}")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 401
    caught.value.close()
    assert model._chat.endpoint.host == "127.0.0.1"


def test_a_file_that_is_cut_off_says_so(file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(file.read_bytes()[:60_000])
    model = LocalModel(cut, limits=PATIENT)
    with pytest.raises(LocalModelError, match="corrupted or incomplete"):
        model.stream(ASKED, 7)
    model.close()


PARENT = """
import json, subprocess, sys, time
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdin.write(sys.argv[1].encode() + b"\\n")
child.stdin.flush()
sys.stdout.write(json.dumps({**json.loads(child.stdout.readline()), "pid": child.pid}) + "\\n")
sys.stdout.flush()
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_whoever_started_it_however_that_ended(file: Path, how: signal.Signals) -> None:
    order = json.dumps({"model": str(file), "key": "k", "slots": 1, "threads": 1, "context": 512})
    parent = subprocess.Popen([sys.executable, "-c", PARENT, order, *COMMAND], cwd=ROOT, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        said = json.loads(parent.stdout.readline())
        assert said["url"].startswith("http://127.0.0.1:")
        assert runs(said["pid"])
        os.kill(parent.pid, how)
    assert wait_until(lambda: not runs(said["pid"]), 10)
