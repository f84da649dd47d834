"""What stands before every request: unused addresses closed, headers set, cookies given once, bodies bounded."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ui.door import MAX_BODY_BYTES
from ui.gate import MAX_UPLOAD_BYTES, UPLOAD, VISITOR_COOKIE, Gate
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
        "/desk/gradio_api/file=/etc/passwd",
        "/desk/gradio_api/proxy=https://example.org",
        "/desk/gradio_api/run/publish",
        "/desk/gradio_api/call/publish",
        "/desk/gradio_api/info",
        "/desk/gradio_api/upload/",
        "/desk/gradio_api/user",
        "/desk/login/",
        "/desk/login_check",
        "/desk/config",
        "/desk/monitoring",
        "/desk/manifest.json",
        "/desk/files/",
        "/desk/files/../../desk.sqlite3",
        "/desk/files/%2e%2e/x",
        "/desk//",
        "/Desk/",
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
        "/ui/desk_faq.css",
        "/healthz",
        "/api/feedback",
        "/api/leads",
        "/desk",
        "/desk/",
        "/desk/login",
        "/desk/logout",
        "/desk/password",
        "/desk/accounts",
        "/desk/theme.css",
        "/desk/assets/index-x.js",
        "/desk/gradio_api/queue/join",
        "/desk/gradio_api/queue/data?session_hash=x",
        "/desk/gradio_api/heartbeat/abc123",
        "/desk/gradio_api/upload_progress?upload_id=x",
        "/desk/files/faq.csv",
        "/desk/files/leads/2024-05.xlsx",
    ],
)
def test_what_the_page_uses_is_open_and_has_the_headers(path: str) -> None:
    answer = send("GET", path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "script-src-attr 'none'" in policy or policy.startswith("default-src 'none'")


def test_no_policy_lets_anything_in_from_elsewhere() -> None:
    for path in ("/", "/reports/x", "/desk/", "/desk/login"):
        policy = send("GET", path).headers["content-security-policy"]
        assert "http" not in policy and "*" not in policy and policy.startswith("default-src ")


def test_hashed_assets_are_kept_and_ours_are_asked_for_again() -> None:
    assert "immutable" in send("GET", "/assets/index-x.js").headers["cache-control"]
    assert send("GET", "/ui/chat.js").headers["cache-control"] == "no-cache"
    assert "cache-control" not in send("GET", "/api/ask").headers


def test_nothing_of_the_desk_is_kept_but_hashed_assets() -> None:
    assert send("GET", "/desk/assets/index-x.js").headers["cache-control"] == "private, max-age=31536000, immutable"
    for path in ("/desk", "/desk/", "/desk/login", "/desk/accounts", "/desk/files/faq.csv", "/desk/unknown"):
        assert send("GET", path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/desk/login", "/desk/logout", "/desk/password", "/desk/accounts"])
def test_forms_run_no_script_and_stand_in_no_frame(path: str) -> None:
    policy = send("GET", path).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "frame-ancestors 'none'" in policy


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


@pytest.mark.parametrize(("size", "status"), [(0, 200), (MAX_UPLOAD_BYTES, 200), (MAX_UPLOAD_BYTES + 1, 413)])
def test_uploads_may_be_larger(size: int, status: int) -> None:
    assert send("POST", UPLOAD, content=b"x" * size).status_code == status
    assert send("POST", "/desk/gradio_api/queue/join", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


def test_an_upload_says_how_long_it_is() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    for headers in ({}, {"content-length": "many"}, {"content-length": "-1"}, {"content-length": "9" * 5000}):
        assert send("POST", UPLOAD, content=pieces(), headers=headers).status_code in (411, 413)
    assert send("GET", UPLOAD).status_code == 200


def test_streams_pass_through() -> None:
    assert send("GET", "/gradio_api/queue/data").text == "onetwo"
