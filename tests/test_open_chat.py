import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag import local_model, open_chat
from rag.chat_errors import LocalModelError, TooSlowError
from rag.fetch_model import fetched_path
from rag.open_chat import OpenedChatModel, open_chat_model
from settings import Settings, SettingsError
from tests.toy_llm import ToyLLM, says, silent

ASKED = [("user", "食堂开了吗？")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without a model; what a model file is opened with is a toy that serves what `llm` says."""
    return tmp_path / "var"


@pytest.fixture
def llm(monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyLLM]:
    """A server, which stands behind every model file too."""
    with ToyLLM(says("好", "。")) as llm:
        toy = str(Path(__file__).with_name("toy_llama.py"))
        real = local_model.LocalModel
        monkeypatch.setattr(
            open_chat,
            "LocalModel",
            lambda *arguments: real(*arguments, command=(sys.executable, toy, "serve", llm.url)),
        )
        yield llm


def write_model(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF")
    return path


def opened(home: Path, **settings: object) -> OpenedChatModel:
    model = open_chat_model(Settings(home=home, **settings))  # type: ignore[arg-type]
    assert model is not None
    return model


def test_without_any_there_is_none(home: Path) -> None:
    assert open_chat_model(Settings(home=home)) is None


def test_an_endpoint_with_its_model(home: Path, llm: ToyLLM) -> None:
    with closing(opened(home, llm_url=f"{llm.url}/v1", llm_model="toy", llm_api_key="sk-hush")) as model:
        assert (model.name, model.is_local, model.slots, model.state.name) == ("toy", False, 2, "closed")
        assert list(model.stream(ASKED, 20)) == ["好", "。"]
    assert (llm.requests[0].key, llm.requests[0].body["model"]) == ("sk-hush", "toy")
    assert "sk-hush" not in repr(model)


def test_the_only_model_of_an_endpoint_needs_no_name(home: Path, llm: ToyLLM) -> None:
    with closing(opened(home, llm_url=llm.url)) as model:
        assert model.name == "toy-chat"


@pytest.mark.parametrize(("models", "named"), [(("b", "a"), "a, b"), ((), "none")])
def test_of_several_models_one_must_be_named(home: Path, llm: ToyLLM, models: tuple[str, ...], named: str) -> None:
    llm.models = models
    with pytest.raises(SettingsError, match=f"PARK_LLM_MODEL must name one of .*: {named}"):
        open_chat_model(Settings(home=home, llm_url=llm.url))


def test_a_model_must_be_named_where_nobody_can_be_asked(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(SettingsError, match=r"PARK_LLM_MODEL is empty.*Errno 111"):
        open_chat_model(Settings(home=home, llm_url=url))


@pytest.mark.parametrize("url", ["http://name:sk-hush@127.0.0.1/v1", "http://127.0.0.1/v1?key=sk-hush"])
def test_an_address_holds_no_key(home: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="PARK_LLM_API_KEY") as caught:
        open_chat_model(Settings(home=home, llm_url=url, llm_model="toy"))
    assert "sk-hush" not in str(caught.value)


def test_a_model_file(home: Path, llm: ToyLLM, tmp_path: Path) -> None:
    path = write_model(tmp_path / "my-model.gguf")
    with closing(opened(home, llm_file=path)) as model:
        assert (model.name, model.is_local, model.slots) == ("my-model", True, 1)
        assert list(model.stream(ASKED, 20)) == ["好", "。"]


def test_a_fetched_model_is_used_without_any_setting(home: Path, llm: ToyLLM) -> None:
    path = write_model(fetched_path(home))
    with closing(opened(home, llm_slots=3)) as model:
        assert (model.name, model.is_local, model.slots) == (path.stem, True, 3)
        assert list(model.stream(ASKED, 20)) == ["好", "。"]


def test_an_endpoint_goes_before_a_file_and_a_file_before_a_fetched_model(
    home: Path, llm: ToyLLM, tmp_path: Path
) -> None:
    write_model(fetched_path(home))
    path = write_model(tmp_path / "my-model.gguf")
    with closing(opened(home, llm_file=path)) as model:
        assert model.name == "my-model"
    with closing(opened(home, llm_file=path, llm_url=llm.url)) as model:
        assert model.name == "toy-chat"


def test_a_file_that_is_named_must_be_a_model(home: Path, tmp_path: Path) -> None:
    write_model(fetched_path(home))
    with pytest.raises(LocalModelError, match=r"none\.gguf"):
        open_chat_model(Settings(home=home, llm_file=tmp_path / "none.gguf"))


def test_a_fetched_model_that_cannot_be_used_is_done_without(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_model(fetched_path(home))
    monkeypatch.setattr(local_model, "free_memory", lambda: 1)
    with caplog.at_level(logging.WARNING):
        assert open_chat_model(Settings(home=home)) is None
    assert "内存不足" in caplog.text


def test_the_limits_are_those_of_the_settings(home: Path, llm: ToyLLM) -> None:
    llm.script = silent()
    model = opened(home, llm_url=llm.url, llm_timeout=0.2)
    with closing(model), pytest.raises(TooSlowError, match=r"0\.2 秒"):
        list(model.stream(ASKED, 20))
    llm.script = silent("好", comments=True)
    model = opened(home, llm_url=llm.url, llm_deadline=0.3)
    with closing(model), pytest.raises(TooSlowError, match=r"0\.3 秒"):
        list(model.stream(ASKED, 20))


def test_three_failures_show_in_its_state(home: Path, llm: ToyLLM) -> None:
    llm.script = silent()
    with closing(opened(home, llm_url=llm.url, llm_timeout=0.05)) as model:
        for _ in range(3):
            with pytest.raises(TooSlowError):
                list(model.stream(ASKED, 20))
        assert model.state.is_open
        assert "首字" in model.state.reason
