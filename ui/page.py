"""Gradio's page made ours: its language, its title, our styles and script, and nothing that points elsewhere."""

import re
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.strings import Strings, strings_for

FOREIGN = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*|<link rel="manifest"[^>]*>\s*')
FRAME_RESIZER = re.compile(
    r"<script>\s*\(\(\) => \{(?:(?!</script>).)*iframeResizer(?:(?!</script>).)*</script>", re.DOTALL
)


def dress(html: str, title: str, strings: Strings) -> str:
    """Return Gradio's page in the visitor's language, without its advertising metadata, with our assets."""
    html = FRAME_RESIZER.sub("", FOREIGN.sub("", html))
    html = html.replace('lang="en"', f'lang="{strings.lang}"', 1)
    head = (
        f"<title>{escape(title)}</title>"
        '<link rel="icon" type="image/svg+xml" href="/ui/icon.svg">'
        '<link rel="stylesheet" href="/ui/chat.css">'
        '<script src="/ui/chat.js"></script>'
    )
    html = html.replace("</head>", f"{head}</head>", 1)
    return html.replace("<gradio-app", f"<noscript><p>{strings.script_needed}</p></noscript><gradio-app", 1)


class Dresser:
    """ASGI middleware that dresses the page at `/`; `park` is the park's name, for the title."""

    def __init__(self, app: ASGIApp, park: str) -> None:
        self._app = app
        self._park = park

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything but the page straight on."""
        if scope["type"] == "http" and scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            strings = strings_for(Headers(scope=scope).get("accept-language", ""))
            await self._app(scope, receive, _Rewriter(send, strings.title.format(park=self._park), strings).send)
        else:
            await self._app(scope, receive, send)


class _Rewriter:
    """Holds the page back until it is whole, then sends it dressed."""

    def __init__(self, send: Send, title: str, strings: Strings) -> None:
        self._send = send
        self._title = title
        self._strings = strings
        self._start: Message = {}
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            await self._add(message)
        else:
            await self._send(message)

    async def _add(self, message: Message) -> None:
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            body = dress(self._body.decode(), self._title, self._strings).encode()
            headers = MutableHeaders(scope=self._start)
            headers["Content-Length"] = str(len(body))
            headers["Vary"] = "Accept-Language"
            headers["Cache-Control"] = "no-store"
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": body})
