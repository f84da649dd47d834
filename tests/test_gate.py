"""What stands before every request: unused addresses closed, headers set, cookies given once, bodies bounded."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ui.door import MAX_BODY_BYTES
from ui.gate import VISITOR_COOKIE, Gate
from ui.limits import Visitors

VISITORS = Visitors(5)


async def echo(request: Request) -> Response:
    return JSONResponse({"size": len(await request.body())}, headers={"X-Inner": "yes"})


async def stream(request: Request) -> Response:
    async def pieces() -> Iterator[bytes]:  # type: ignore[misc]
        for piece in (b"one", b"two"):
            yield piece
            await asyncio.sleep(0)

    return StreamingResponse(pieces())


INNER = Starlette(
    routes=[Route("/gradio_api/queue/data", stream), Route("/{rest:path}", echo, methods=["GET", "POST"])]
)


def send(method: str, path: str, base: str = "http://park", **options: object) -> httpx.Response:
    """One request straight into the gate."""

    async def sending() -> httpx.Response:
        transport = httpx.ASGITransport(Gate(INNER, VISITORS))
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **options)  # type: ignore[arg-type]

    return asyncio.run(sending())


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=https://example.org",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://example.org",
        "/gradio_api/run/answer",
        "/gradio_api/api/answer",
        "/gradio_api/call/answer",
        "/gradio_api/component_server",
        "/gradio_api/vibe-edit/",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/deep_link",
        "/gradio_api/process_recording",
        "/gradio_api/heartbeat/../upload",
        "/gradio_api/heartbeat/a/b",
        "/gradio_api/queue/join/",
        "/gradio_api/stream/x",
        "/monitoring",
        "/monitoring/summary",
        "/login",
        "/config",
        "/docs",
        "/openapi.json",
        "/manifest.json",
        "/svelte/x",
        "/ui/../app.py",
        "/ui/chat.py",
        "/\n",
    ],
)
def test_what_the_page_does_not_use_is_closed(path: str) -> None:
    answer = send("POST" if "upload" in path else "GET", path.replace("\n", "%0A"))
    assert answer.status_code == 404 and answer.json()["error"]["code"] == "not_found"
    assert "x-inner" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/assets/index-x.js",
        "/theme.css",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data?session_hash=x",
        "/gradio_api/heartbeat/abc123",
        "/api/ask",
        "/api/ask/stream",
        "/api/feedback",
        "/api/leads",
        "/api/documents/ab12",
        "/reports/ab12",
        "/ui/chat.js",
        "/healthz",
    ],
)
def test_what_the_page_uses_is_open_and_has_the_headers(path: str) -> None:
    answer = send("GET", path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src-attr 'none'" in answer.headers["content-security-policy"] or path.startswith("/reports/")


def test_no_policy_lets_anything_in_from_elsewhere() -> None:
    for path in ("/", "/reports/x"):
        policy = send("GET", path).headers["content-security-policy"]
        assert "http" not in policy and "*" not in policy and policy.startswith("default-src ")


def test_hashed_assets_are_kept_and_ours_are_asked_for_again() -> None:
    assert "immutable" in send("GET", "/assets/index-x.js").headers["cache-control"]
    assert send("GET", "/ui/chat.js").headers["cache-control"] == "no-cache"
    assert "cache-control" not in send("GET", "/api/ask").headers


def test_the_first_page_brings_a_cookie_and_later_ones_keep_it() -> None:
    given = send("GET", "/").headers["set-cookie"]
    assert given.startswith(f"{VISITOR_COOKIE}=") and "HttpOnly" in given and "SameSite=Lax" in given
    assert "Secure" not in given and "Secure" in send("GET", "/", base="https://park").headers["set-cookie"]
    pair = given.split(";")[0]
    assert "set-cookie" not in send("GET", "/", headers={"cookie": pair}).headers
    assert "set-cookie" in send("GET", "/", headers={"cookie": f"{VISITOR_COOKIE}=invented.one"}).headers
    assert "set-cookie" not in send("GET", "/api/ask").headers


@pytest.mark.parametrize(("size", "status"), [(0, 200), (MAX_BODY_BYTES, 200), (MAX_BODY_BYTES + 1, 413), (10**7, 413)])
def test_bodies_are_bounded(size: int, status: int) -> None:
    answer = send("POST", "/api/ask", content=b"x" * size)
    assert answer.status_code == status
    assert answer.json() == {"size": size} if status == 200 else answer.json()["error"]["code"] == "too_large"


def test_streams_pass_through() -> None:
    assert send("GET", "/gradio_api/queue/data").text == "onetwo"
