"""The server under `toy_llm`: HTTP as such servers speak it, one thread a connection."""

import json
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "toy-chat"


@dataclass(frozen=True)
class ToyRequest:
    """One chat request as it came in; `key` is what the Authorization header held, None without one."""

    path: str
    key: str | None
    body: dict[str, Any]

    @property
    def messages(self) -> list[tuple[str, str]]:
        return [(message["role"], message["content"]) for message in self.body["messages"]]

    @property
    def prompt(self) -> str:
        return "\n".join(text for _, text in self.messages)


class Gone(Exception):
    """The client went away, or the server is being stopped."""


class Call:
    """One chat request, as a script answers it. Every method raises Gone once the client has gone away."""

    def __init__(self, handler: "_Handler", request: ToyRequest) -> None:
        self._handler = handler
        self.request = request
        self._begun = False

    def say(self, *pieces: str) -> None:
        """Send pieces of text, each in an event of its own."""
        for piece in pieces:
            self.event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})

    def finish(self, reason: str = "stop") -> None:
        """Send the end of the answer."""
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        self.raw(b"data: [DONE]\n\n")
        self._send(b"0\r\n\r\n")

    def event(self, data: dict[str, Any]) -> None:
        """Send one event."""
        whole = {"id": "toy", "object": "chat.completion.chunk", "created": 0, "model": MODEL, **data}
        self.raw(b"data: " + json.dumps(whole, ensure_ascii=False).encode() + b"\n\n")

    def raw(self, data: bytes) -> None:
        """Send bytes of the stream as they are, the head of the answer before the first."""
        if not self._begun:
            self._begun = True
            self._send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n")
            self._send(b"Transfer-Encoding: chunked\r\n\r\n")
        self._send(b"%x\r\n%b\r\n" % (len(data), data))

    def error(self, status: int, message: str) -> None:
        """Answer with an error, as OpenAI words it."""
        self._handler.reply(status, {"error": {"message": message, "type": "error", "code": status}})

    def wait(self, seconds: float) -> None:
        """Let time pass; raises Gone as soon as the client goes away."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._handler.check_client(min(left, 0.02))

    def hang_up(self) -> None:
        """Cut the connection."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, data: bytes) -> None:
        self._handler.check_client(0)
        self._handler.wfile.write(data)


Script = Callable[[Call], None]


class ToyLLM:
    """The server, for as long as the context lasts; `url` has no /v1 and no slash at its end.

    `requests` are the chat requests so far. `disconnected` is set once a client has gone away before its answer was
    over; `wait_for_disconnect` waits for that.
    """

    def __init__(self, script: Script, models: tuple[str, ...] = (MODEL,)) -> None:
        self.script = script
        self.models = models
        self.requests: list[ToyRequest] = []
        self.disconnected = threading.Event()
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.toy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "ToyLLM":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for_disconnect(self, seconds: float = 5.0) -> bool:
        """Whether a client went away before its answer was over, within so many seconds."""
        return self.disconnected.wait(seconds)


class _Server(ThreadingHTTPServer):
    toy: ToyLLM
    block_on_close = False
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Connections that clients cut are what these tests are about: nothing is printed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0
    server: _Server

    def do_GET(self) -> None:
        names = [{"id": name, "object": "model", "created": 0, "owned_by": "toy"} for name in self.server.toy.models]
        found = self.path == "/v1/models"
        self.reply(200 if found else 404, {"object": "list", "data": names} if found else {"error": "no such path"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sent = self.headers["Authorization"]
        request = ToyRequest(self.path, sent and sent.removeprefix("Bearer "), body)
        if self.path != "/v1/chat/completions":
            self.reply(404, {"error": {"message": f"no such path: {self.path}"}})
            return
        self.server.toy.requests.append(request)
        try:
            self.server.toy.script(Call(self, request))
        except (Gone, OSError):
            self.close_connection = True
            if not self.server.toy.stopping.is_set():
                self.server.toy.disconnected.set()

    def reply(self, status: int, content: dict[str, Any]) -> None:
        data = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def check_client(self, seconds: float) -> None:
        """Wait so long for the client to go away; raise Gone when it has."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if self.server.toy.stopping.is_set() or (readable and not self.connection.recv(1, socket.MSG_PEEK)):
            raise Gone

    def log_message(self, *_: object) -> None:
        """Say nothing."""
