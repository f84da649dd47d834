"""What stands before every request: which addresses exist, how large a body may be, the headers, the visitor's cookie.

Plain ASGI, so that streams pass through untouched. Knows Gradio's addresses and nothing else of Gradio.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.door import MAX_BODY_BYTES, Rejection
from ui.limits import Visitors

VISITOR_COOKIE = "park_visitor"

# Gradio mounts some ninety routes (a proxy, files, login, monitoring, an editor). The pages use these, the desk's also
# uploads; who may open what of the desk is the guard's to say.
UPLOAD = "/desk/gradio_api/upload"
_EVENTS = r"/gradio_api/(?:queue/join|queue/data|cancel|reset|app_id|startup-events|heartbeat/[A-Za-z0-9]{1,64})"
OPEN = re.compile(
    rf"/|(?:/desk)?(?:/(?:assets|static)/[^?]*|/theme\.css|{_EVENTS})|/favicon\.ico|/robots\.txt"
    r"|/(?:healthz|readyz)|/api/ask(?:/stream)?|/api/(?:feedback|leads)|/api/documents/[^/]+|/reports/[^/]+"
    r"|/ui/[a-z_]+\.(?:css|js|svg)"
    r"|/desk/?|/desk/(?:login|logout|password|accounts)|/desk/gradio_api/upload(?:_progress)?"
    r"|/desk/files/[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*"
)

# Gradio's page runs inline scripts and builds functions from text; handlers in attributes it never needs, nor anything
# from elsewhere. So even markup that slipped through unescaped could neither run nor call out.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
REPORT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# The desk's own pages: forms without scripts.
FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
POLICIES = {"/reports/": REPORT_POLICY} | dict.fromkeys(
    ("/desk/login", "/desk/logout", "/desk/password", "/desk/accounts"), FORM_POLICY
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# Gradio's assets carry their hash in their name; ours do not. Of the desk nothing else is kept by anybody.
CACHING = {
    "/assets/": "public, max-age=31536000, immutable",
    "/ui/": "no-cache",
    "/desk/assets/": "private, max-age=31536000, immutable",
}
SAFE = ("GET", "HEAD")
DRAINED_BYTES = 32 * MAX_BODY_BYTES
MAX_UPLOAD_BYTES = 24_000_000

NOT_FOUND = Rejection(404, "not_found", "没有这个地址。 There is nothing at this address.")
NO_LENGTH = Rejection(411, "no_length", "请求没有说明长度。 The request does not say how long it is.")
TOO_LARGE = Rejection(413, "too_large", "请求太大。 The request is too large.")


class Gate:
    """ASGI middleware that lets through what the page and the API use."""

    def __init__(self, app: ASGIApp, visitors: Visitors) -> None:
        self._app = app
        self._visitors = visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        dressed = self._dressing(scope, send)
        if not OPEN.fullmatch(scope["path"]):
            await _reject(NOT_FOUND, scope, receive, dressed)
            return
        if scope["path"] == UPLOAD and scope["method"] not in SAFE:
            await self._upload(scope, receive, dressed)
            return
        body = await _read_body(receive) if scope["method"] not in SAFE else []
        if body is None:
            await _reject(TOO_LARGE, scope, receive, dressed)
            return
        await self._app(scope, _replay(body, receive), dressed)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on as it comes: nothing of it is read before the guard has let it in.

        How long it is has been said before, and the server does not let it be longer.
        """
        headers = HTTPConnection(scope).headers
        length = headers.get("content-length", "")
        if "transfer-encoding" in headers or not re.fullmatch("[0-9]{1,18}", length):
            await _reject(NO_LENGTH, scope, receive, send)
        elif int(length) > MAX_UPLOAD_BYTES:
            await _read_body(receive)
            await _reject(TOO_LARGE, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _dressing(self, scope: Scope, send: Send) -> Send:
        """Return a `send` that adds the security headers, and the cookie to the first page a visitor opens."""
        cookie = self._new_cookie(scope)
        policy = next((value for start, value in POLICIES.items() if scope["path"].startswith(start)), PAGE_POLICY)

        is_desk = scope["path"].startswith("/desk")
        caching = next((value for start, value in CACHING.items() if scope["path"].startswith(start)), "")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS | {"Content-Security-Policy": policy})
                if caching and message["status"] < 400:
                    headers["Cache-Control"] = caching
                elif is_desk:
                    headers["Cache-Control"] = "no-store"
                if cookie:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        return dressed

    def _new_cookie(self, scope: Scope) -> str:
        if scope["path"] != "/" or self._visitors.known(HTTPConnection(scope).cookies.get(VISITOR_COOKIE, "")):
            return ""
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        return f"{VISITOR_COOKIE}={self._visitors.issue()}; Path=/; HttpOnly; SameSite=Lax{secure}"


async def _reject(rejection: Rejection, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse(rejection.as_json(), status_code=rejection.status)(scope, receive, send)


async def _read_body(receive: Receive) -> list[Message] | None:
    """Read a whole body; None when it is over MAX_BODY_BYTES, of which no more is kept than that.

    The rest is read and dropped, so that the sender gets to see the answer rather than a broken connection.
    """
    messages: list[Message] = []
    size, more = 0, True
    while more and size <= DRAINED_BYTES:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
        if size <= MAX_BODY_BYTES:
            messages.append(message)
    return messages if size <= MAX_BODY_BYTES else None


def _replay(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives the messages already read, then goes on with the connection's own."""
    waiting = iter(messages)

    async def replayed() -> Message:
        message = next(waiting, None)
        return message if message is not None else await receive()

    return replayed
