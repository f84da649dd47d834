"""Gradio's page made ours: its language, its title, our styles and script, and nothing that points elsewhere."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.strings import ZH, Strings, strings_for

FOREIGN = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*|<link rel="manifest"[^>]*>\s*')
FRAME_RESIZER = re.compile(
    r"<script>\s*\(\(\) => \{(?:(?!</script>).)*iframeResizer(?:(?!</script>).)*</script>", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Dress:
    """What a page gets: its title, in which the park's name stands, and the names of our styles and scripts."""

    title: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...] = ()
    strings: Strings | None = None
    """Its language; None: the visitor's."""


# Each view of the desk may have styles of its own.
DESK_STYLES = tuple(sorted(path.name for path in (Path(__file__).parent / "assets").glob("desk*.css")))
DRESSES: Mapping[str, Dress] = MappingProxyType(
    {
        "/": Dress("", ("frame.css", "chat.css", "contact.css"), ("chat.js", "contact.js")),
        "/desk/": Dress("工作台 · {park}", ("chat.css", *DESK_STYLES), (), ZH),
    }
)


def dress(html: str, dress: Dress, title: str, strings: Strings) -> str:
    """Return Gradio's page in its language, without its advertising metadata, with our assets."""
    html = FRAME_RESIZER.sub("", FOREIGN.sub("", html))
    html = html.replace('lang="en"', f'lang="{strings.lang}"', 1)
    styles = "".join(f'<link rel="stylesheet" href="/ui/{style}">' for style in dress.styles)
    scripts = "".join(f'<script src="/ui/{script}"></script>' for script in dress.scripts)
    icon = '<link rel="icon" type="image/svg+xml" href="/ui/icon.svg">'
    head = f"<title>{escape(title)}</title>{icon}{styles}{scripts}"
    html = html.replace("</head>", f"{head}</head>", 1)
    return html.replace("<gradio-app", f"<noscript><p>{strings.script_needed}</p></noscript><gradio-app", 1)


class Dresser:
    """ASGI middleware that dresses the pages of DRESSES; `park` is the park's name, for the title."""

    def __init__(self, app: ASGIApp, park: str) -> None:
        self._app = app
        self._park = park

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything but the page straight on."""
        worn = DRESSES.get(scope["path"]) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if worn is None:
            await self._app(scope, receive, send)
            return
        strings = worn.strings or strings_for(Headers(scope=scope).get("accept-language", ""))
        title = (worn.title or strings.title).format(park=self._park)
        await self._app(scope, receive, _Rewriter(send, lambda html: dress(html, worn, title, strings)).send)


class _Rewriter:
    """Holds the page back until it is whole, then sends it dressed."""

    def __init__(self, send: Send, rewrite: Callable[[str], str]) -> None:
        self._send = send
        self._rewrite = rewrite
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
            body = self._rewrite(self._body.decode()).encode()
            headers = MutableHeaders(scope=self._start)
            headers["Content-Length"] = str(len(body))
            headers["Vary"] = "Accept-Language"
            headers["Cache-Control"] = "no-store"
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": body})
