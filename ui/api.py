"""The HTTP routes other programs call: ask, its stream, the reports, and whether the service is alive and ready."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from desk.types import utc_now
from index.records import Document, Span
from rag.records import Answer, AnswerEvent, DeltaEvent, Event, PassagesEvent, Request, WaitingEvent
from ui import contact, door, render
from ui.door import Rejection
from ui.gate import VISITOR_COOKIE
from ui.service import AnsweringSide, Service
from ui.strings import strings_for

logger = logging.getLogger(__name__)

FAILED = Rejection(500, "failed", "抱歉，这次没能完成回答，请稍后再试。 Sorry, this could not be completed.")


def routes(service: Service) -> APIRouter:
    """Return the routes over one service."""
    router = APIRouter()
    router.include_router(contact.routes(service))

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> Response:
        state = service.state()
        return JSONResponse(state, status_code=200 if state["ready"] else 503)

    @router.post("/api/ask")
    async def ask(http: HttpRequest) -> Response:
        return await run_in_threadpool(_answer, service, await _read(service, http))

    @router.post("/api/ask/stream")
    async def ask_stream(http: HttpRequest) -> Response:
        asking = await _read(service, http)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_events(service, asking), media_type="text/event-stream", headers=headers)

    @router.get("/api/documents/{document_id}")
    async def document(document_id: str, start: str | None = None, end: str | None = None) -> Response:
        found = await run_in_threadpool(service.document, document_id)
        return JSONResponse(document_json(found, door.read_range(start, end, len(found.text))))

    @router.get("/reports/{document_id}")
    async def report(http: HttpRequest, document_id: str, start: str | None = None, end: str | None = None) -> Response:
        return await run_in_threadpool(_report_page, service, http, document_id, start, end)

    return router


@dataclass(frozen=True)
class _Asking:
    """A question that may be answered, by whom, and since when."""

    answering: AnsweringSide
    request: Request
    cookie: str
    asked_at: datetime

    def keep(self, service: Service, answer: Answer) -> dict[str, str]:
        """Have the answer kept; return what its JSON says of that: the `turn` by which it can be judged."""
        turn_id = service.keep(self.cookie, "api", self.request, answer, self.asked_at)
        return {"turn": turn_id} if turn_id else {}


async def _read(service: Service, http: HttpRequest) -> _Asking:
    """Check the body, that we can answer, and that this visitor may ask now, in this order."""
    request = door.read_request(await http.body(), service.settings.question_chars)
    answering, cookie = service.opened(), http.cookies.get(VISITOR_COOKIE, "")
    service.admit(cookie, http.client.host if http.client else "")
    return _Asking(answering, request, cookie, utc_now())


def _answer(service: Service, asking: _Asking) -> Response:
    """Return the answer, or the contract's error when answering broke."""
    try:
        answer = asking.answering.invoke(asking.request)
        return JSONResponse(answer.as_json() | asking.keep(service, answer))
    # Left to the server, it would close the connection under the answer it has just sent.
    except Exception:
        logger.exception("answering failed")
        return JSONResponse(FAILED.as_json(), status_code=FAILED.status)


def _events(service: Service, asking: _Asking) -> Iterator[str]:
    """Yield the server-sent events of one answer; a failure is the last event, of the kind `error`."""
    try:
        with closing(asking.answering.stream(asking.request)) as events:
            for event in events:
                name, data = event_json(event)
                if isinstance(event, AnswerEvent):
                    data |= asking.keep(service, event.answer)
                yield sse(name, data)
    # The status line is already sent: whatever went wrong can only be said as an event.
    except Exception:
        logger.exception("answering failed")
        yield sse("error", FAILED.as_json())


def event_json(event: Event) -> tuple[str, dict[str, Any]]:
    """Return the name and the data of an event as the public contract spells them."""
    match event:
        case PassagesEvent(citations, nearby):
            return "passages", {
                "citations": [citation.as_json() for citation in citations],
                "nearby": [citation.as_json() for citation in nearby],
            }
        case WaitingEvent(place):
            return "waiting", {"place": place}
        case DeltaEvent(text):
            return "delta", {"text": text}
        case AnswerEvent(answer):
            return "answer", answer.as_json()


def sse(name: str, data: dict[str, Any]) -> str:
    """Return one server-sent event; JSON keeps the data on one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def document_json(document: Document, span: tuple[int, int] | None) -> dict[str, Any]:
    """Return a report, whole or the paragraphs round a range of characters; `offset` is where `text` begins."""
    window = Span(0, len(document.text)) if span is None else _paragraphs(document.text, *span)
    start, end = span or (None, None)
    return {
        "id": document.id,
        "title": document.title,
        "path": document.path,
        "date": document.date,
        "source": document.source,
        "headings": [{"level": h.level, "title": h.title, "start": h.start, "end": h.end} for h in document.headings],
        "text": window.of(document.text),
        "offset": window.start,
        "start": start,
        "end": end,
        "quote": "" if span is None else document.text[span[0] : span[1]],
    }


def _paragraphs(text: str, start: int, end: int) -> Span:
    """Widen a range to whole lines and to the nearest line that holds anything on either side."""
    start, end = text.rfind("\n", 0, start) + 1, _line_end(text, end)
    before = text[:start].rstrip()
    after = len(text) - len(text[end:].lstrip())
    return Span(before.rfind("\n") + 1 if before else start, _line_end(text, after))


def _line_end(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found


def _report_page(
    service: Service, http: HttpRequest, document_id: str, start: str | None, end: str | None
) -> HTMLResponse:
    """Return a report as a page of its own: what a mark links to where scripts are off."""
    strings = strings_for(http.headers.get("accept-language", ""))
    styles = ("/ui/chat.css",)
    try:
        document = service.document(document_id)
        span = door.read_range(start, end, len(document.text))
    except Rejection as error:
        text = {404: strings.unknown_report, 503: strings.starting}.get(error.status, error.message)
        body = f'<p class="empty">{escape(text)}</p>'
        return HTMLResponse(render.page(strings.report, body, strings, styles), status_code=error.status)
    body = render.report(document, Span(*span) if span else None, strings)
    return HTMLResponse(render.page(document.title, body, strings, styles))


def install_errors(app: FastAPI) -> None:
    """Give every error of the app the one shape of the contract."""

    async def rejected(_: HttpRequest, error: Exception) -> Response:
        assert isinstance(error, Rejection)  # noqa: S101
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        return JSONResponse(error.as_json(), status_code=error.status, headers=headers)

    async def http_error(request: HttpRequest, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        code, message = HTTP_ERRORS.get(error.status_code, ("error", "请求无法处理。 The request cannot be handled."))
        return await rejected(request, Rejection(error.status_code, code, message))

    async def invalid(request: HttpRequest, error: Exception) -> Response:
        return await rejected(request, door.invalid("invalid", "参数不正确。 A parameter is not valid."))

    async def failed(request: HttpRequest, error: Exception) -> Response:
        return await rejected(request, FAILED)

    app.add_exception_handler(Rejection, rejected)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, failed)


HTTP_ERRORS = {
    404: ("not_found", "没有这个地址。 There is nothing at this address."),
    405: ("method_not_allowed", "不支持这种请求方法。 This method is not allowed here."),
}
