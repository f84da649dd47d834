"""The HTTP routes over a real socket: contracts, errors of one shape, twenty at once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from rag.records import Request
from settings import Settings
from tests.serving import serving
from tests.toy_answering import CANTEEN, HOSTILE, HOUSING, ToyAnswering
from ui import api
from ui.gate import Gate
from ui.service import Service


def application(service: Service) -> FastAPI:
    """The routes alone, behind the gate: what app.py serves, without Gradio."""
    app = FastAPI()
    app.include_router(api.routes(service))
    api.install_errors(app)
    app.add_middleware(Gate, visitors=service.visitors)
    return app


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    service = Service(Settings(questions_per_minute=10_000), ToyAnswering())
    with serving(application(service)) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def error(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error, its shape checked."""
    body = answer.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message"} and body["error"]["message"]
    return answer.status_code, body["error"]["code"]


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The server-sent events of a body."""
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_ask_gives_the_answer_of_the_contract(client: httpx.Client) -> None:
    asked = {"id": "7", "question": "人才公寓有多少套？", "history": [["食堂呢？", "有食堂。"]]}
    answer = client.post("/api/ask", json=asked)
    assert answer.status_code == 200
    body = answer.json()
    assert body == ToyAnswering().invoke(Request("人才公寓有多少套？", id="7")).as_json()
    (cited,) = body["citations"]
    assert HOUSING.text[cited["start"] : cited["end"]] == cited["quote"]


def test_the_stream_gives_passages_words_and_the_whole_answer(client: httpx.Client) -> None:
    answer = client.post("/api/ask/stream", json={"question": "人才公寓有多少套？"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, *middle, last = events(answer.text)
    assert first[0] == "passages" and set(first[1]) == {"citations", "nearby"}
    assert {name for name, _ in middle} == {"delta"}
    assert last[0] == "answer" and last[1]["citations"] == first[1]["citations"]
    assert "".join(data["text"] for _, data in middle) == last[1]["answer"]


def test_a_question_that_breaks_the_answering_is_an_error_of_the_contract(client: httpx.Client) -> None:
    assert error(client.post("/api/ask", json={"question": "故障"})) == (500, "failed")
    ((name, data),) = events(client.post("/api/ask/stream", json={"question": "故障"}).text)
    assert name == "error" and data["error"]["code"] == "failed"
    assert "toy failure" not in json.dumps(data)


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_what_cannot_be_answered_is_refused_before_anything_is_sent(client: httpx.Client, path: str) -> None:
    assert error(client.post(path, json={"question": "字" * 501})) == (422, "question_too_long")
    assert error(client.post(path, json={"question": " "})) == (422, "question_empty")
    assert error(client.post(path, content=b"{")) == (400, "bad_json")
    assert error(client.post(path, json=[1])) == (422, "body_type")
    assert error(client.post(path, json={"question": "问", "history": "x"})) == (422, "history_type")
    assert error(client.get(path)) == (405, "method_not_allowed")


def test_a_huge_body_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/ask", content=b'{"question": "' + b"x" * 10_000_000 + b'"}')
    assert error(answer) == (413, "too_large")


def test_a_long_conversation_is_trimmed_not_refused(client: httpx.Client) -> None:
    asked = {"question": "人才公寓有多少套？", "history": [["问" * 500, "答" * 5000]] * 40}
    assert client.post("/api/ask", json=asked).status_code == 200


def test_a_report_whole(client: httpx.Client) -> None:
    body = client.get(f"/api/documents/{HOUSING.id}").json()
    assert body["text"] == HOUSING.text and body["offset"] == 0 and body["start"] is None and body["quote"] == ""
    assert (body["title"], body["path"], body["date"], body["source"]) == (
        HOUSING.title,
        HOUSING.path,
        HOUSING.date,
        HOUSING.source,
    )
    assert [HOUSING.text[h["start"] : h["end"]] for h in body["headings"]] == [h["title"] for h in body["headings"]]


@pytest.mark.parametrize("document", [HOUSING, CANTEEN, HOSTILE], ids=lambda document: document.path)
def test_a_report_round_any_range(client: httpx.Client, document: Any) -> None:  # noqa: ANN401
    for start in range(0, len(document.text), 11):
        end = min(start + 7, len(document.text))
        body = client.get(f"/api/documents/{document.id}", params={"start": start, "end": end}).json()
        offset, text = body["offset"], body["text"]
        assert body["quote"] == document.text[start:end] == text[start - offset : end - offset]
        assert document.text[offset : offset + len(text)] == text
        assert offset == 0 or document.text[offset - 1] == "\n"
        assert offset + len(text) in (len(document.text),) or document.text[offset + len(text)] == "\n"


def test_the_window_is_the_paragraph_and_its_neighbours() -> None:
    text = "\n".join(f"第{n}段。" for n in range(9))
    start = text.index("第4段")
    window = api._paragraphs(text, start, start + 2)
    assert window.of(text) == "第3段。\n第4段。\n第5段。"


def test_unknown_reports_and_bad_ranges(client: httpx.Client) -> None:
    assert error(client.get("/api/documents/none")) == (404, "unknown_document")
    for query in ("start=5&end=5", "start=0&end=99999", "start=-1&end=5", "start=a", "start=9&end=2"):
        assert error(client.get(f"/api/documents/{HOUSING.id}?{query}")) == (422, "range")
    assert error(client.get("/api/documents/")) == (404, "not_found")
    assert error(client.get("/api/else")) == (404, "not_found")


def test_the_report_page_is_escaped_and_scrolls_to_its_mark(client: httpx.Client) -> None:
    page = client.get(f"/reports/{HOSTILE.id}?start=0&end=4", headers={"accept-language": "zh-CN"})
    assert page.status_code == 200 and "default-src 'none'" in page.headers["content-security-policy"]
    assert '<mark id="mark">' in page.text
    assert "<script" not in page.text and "<img" not in page.text
    assert "&lt;script&gt;window.pwned=3" in page.text


def test_a_report_page_that_is_gone_says_so_in_the_visitors_language(client: httpx.Client) -> None:
    page = client.get("/reports/none", headers={"accept-language": "en"})
    assert page.status_code == 404 and "This report was not found" in page.text
    assert client.get(f"/reports/{HOUSING.id}?start=9&end=1").status_code == 422


def test_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz")
    assert ready.status_code == 200 and ready.json() == {"ready": True, "mode": "quote"}


def test_twenty_people_at_once_all_get_answers(client: httpx.Client) -> None:
    desk = ToyAnswering(pause=0.05)
    with serving(application(Service(Settings(), desk))) as url, ThreadPoolExecutor(20) as people:

        def ask(number: int) -> dict[str, Any]:
            asked = {"id": str(number), "question": "人才公寓有多少套？"}
            answer: dict[str, Any] = httpx.post(f"{url}/api/ask", json=asked, timeout=20).json()
            return answer

        answers = list(people.map(ask, range(20)))
        assert [answer["id"] for answer in answers] == [str(number) for number in range(20)]
        assert not any(answer["refused"] for answer in answers)
        late = httpx.post(f"{url}/api/ask", json={"question": "食堂？"})
        assert error(late) == (429, "too_many_questions")
        assert 0 < int(late.headers["retry-after"]) <= 60


def test_a_refused_request_does_not_count_against_the_visitor() -> None:
    with serving(application(Service(Settings(questions_per_minute=1), ToyAnswering()))) as url:
        for _ in range(3):
            assert httpx.post(f"{url}/api/ask", json={"question": ""}).status_code == 422
        assert httpx.post(f"{url}/api/ask", json={"question": "食堂？"}).status_code == 200
        assert httpx.post(f"{url}/api/ask/stream", json={"question": "食堂？"}).status_code == 429


def test_until_the_index_is_open_everything_says_wait() -> None:
    service = Service(Settings(llm_url="http://127.0.0.1:9"))
    with serving(application(service)) as url:
        assert httpx.get(f"{url}/healthz").status_code == 200
        ready = httpx.get(f"{url}/readyz")
        assert ready.status_code == 503 and ready.json() == {"ready": False, "mode": "quote"}
        asked = httpx.post(f"{url}/api/ask", json={"question": "食堂？"})
        assert error(asked) == (503, "starting") and asked.headers["retry-after"] == "3"
        assert error(httpx.get(f"{url}/api/documents/x")) == (503, "starting")
        assert httpx.get(f"{url}/reports/x").status_code == 503
        service.answering = ToyAnswering()
        assert httpx.get(f"{url}/readyz").status_code == 200
        assert httpx.post(f"{url}/api/ask", json={"question": "食堂？"}).status_code == 200
