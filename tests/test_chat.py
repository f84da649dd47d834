"""The Gradio side of the page over real HTTP: its one event, twenty sessions at once, sessions that leave nothing."""

import gc
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app import create_app
from settings import Settings
from tests.serving import serving
from tests.toy_answering import ToyAnswering
from ui import chat


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(questions_per_minute=100_000), ToyAnswering(pause=0.002))


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


def config(url: str) -> dict[str, Any]:
    """What Gradio tells the browser of the page."""
    html = httpx.get(url, headers={"accept-language": "zh-CN"}).text
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", html, re.DOTALL)
    assert found is not None
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def ask(url: str, session: str, question: object, history: object = ()) -> list[dict[str, Any]]:
    """Ask as the browser does, through Gradio's queue; return the messages of the stream."""
    (event,) = [item["id"] for item in config(url)["dependencies"] if item["backend_fn"]]
    joined = {"data": [question, history], "fn_index": event, "session_hash": session}
    with httpx.Client(base_url=url, timeout=30, headers={"accept-language": "zh-CN"}) as client:
        assert client.post("/gradio_api/queue/join", json=joined).status_code == 200
        messages = []
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    messages.append(json.loads(line.removeprefix("data:")))
                if messages and messages[-1]["msg"] in ("process_completed", "close_stream"):
                    break
    return messages


def shown(messages: list[dict[str, Any]]) -> str:
    """The turn and the panel as first sent; later messages hold only what differs."""
    return json.dumps([message for message in messages if message["msg"] == "process_generating"], ensure_ascii=False)


def test_evidence_comes_before_the_words(url: str) -> None:
    messages = ask(url, "one", "人才公寓有多少套？", [])
    generated = [message["output"]["data"] for message in messages if message["msg"] == "process_generating"]
    turn, panel = generated[0]
    assert "正在组织回答" in turn and "<mark>缙云新居有920套人才公寓。</mark>" in panel
    assert messages[-1]["success"] is True


@pytest.mark.parametrize("history", [None, [], "x", [["问"]], [[1, 2]], {"a": 1}])
def test_any_history_is_an_answer_or_a_sentence(url: str, history: object) -> None:
    messages = ask(url, "two", "人才公寓有多少套？", history)
    assert messages[-1]["success"] is True
    assert "人才公寓有多少套" in shown(messages)


@pytest.mark.parametrize("question", ["", "  ", None, "字" * 501, "故障", "<script>1</script>"])
def test_any_question_is_an_answer_or_a_sentence(url: str, question: object) -> None:
    messages = ask(url, "three", question)
    assert messages[-1]["success"] is True
    assert "<script" not in shown(messages)


def test_twenty_people_at_once_all_get_answers(url: str) -> None:
    with ThreadPoolExecutor(20) as people:
        answers = list(people.map(lambda n: ask(url, f"person{n}", "人才公寓有多少套？", []), range(20)))
    assert all("缙云新居" in shown(messages) and messages[-1]["success"] for messages in answers)


def test_only_one_event_reaches_the_server_and_none_is_an_api(url: str) -> None:
    events = config(url)["dependencies"]
    assert sum(item["backend_fn"] for item in events) == 1
    assert {item["api_visibility"] for item in events} == {"private"}


def test_nothing_gradio_offers_beside_the_page_is_reachable(url: str) -> None:
    for path in ("upload", "run/answer", "api/answer", "call/answer", "call/v2/answer", "component_server"):
        assert httpx.post(f"{url}/gradio_api/{path}", json={}).status_code == 404
    for path in (
        "gradio_api/info",
        "gradio_api/file=app.py",
        "monitoring",
        "config",
        "gradio_api/runs",
        "manifest.json",
    ):
        assert httpx.get(f"{url}/{path}").status_code == 404


def test_gradio_keeps_no_more_sessions_than_it_may(app: FastAPI, url: str) -> None:
    pages = {route.path: route.app for route in app.routes if hasattr(getattr(route, "app", None), "state_holder")}
    assert pages.keys() == {"/desk", ""}
    page = pages[""]
    page.state_holder.capacity = 5
    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda n: ask(url, f"closed{n}", "人才公寓有多少套？", []), range(12)))
    gc.collect()
    assert len(page.state_holder.session_data) <= 5
    queue = page.get_blocks()._queue
    assert not queue.event_ids_to_events
    assert all(messages.empty() for messages in queue.pending_messages_per_session.values())
    assert page.get_blocks().state_session_capacity == chat.SESSIONS_KEPT
