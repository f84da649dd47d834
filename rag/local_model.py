"""A chat model on this machine: a GGUF file, run by a process of its own and asked like any other server.

A process of its own, since in ours it would stop all threads while it opens the file (Python's lock is held for
seconds), could not be stopped before its answer is written, and an assertion failing in it would end the service.
"""

import json
import logging
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from pydantic import SecretStr

from rag.chat_errors import ChatModelError, LocalModelError, UnreachableError, plain
from rag.chat_model import Limits, Message, Pieces
from rag.machine import free_memory, usable_cores
from rag.openai_chat import Endpoint, OpenAIChatModel

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "rag.llama_server")
CONTEXT = 4096
"""Prompt and answer together, tokens; each slot has as many."""
SPARE_BYTES = 600_000_000
"""What it needs besides the file's own size: the context of a slot or two, Python, room to work."""
OPENING = 120.0
"""Longest time to open a file, seconds."""
ENDING = 3.0
"""How long it may take to end before it is ended, seconds."""
MAGIC = b"GGUF"
CLOSED = "模型已关闭 / the chat model is closed"

logger = logging.getLogger(__name__)


def check_file(path: Path) -> None:
    """Raise LocalModelError unless `path` is a GGUF file for which there is memory."""
    try:
        with path.open("rb") as file:
            magic, size = file.read(len(MAGIC)), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise LocalModelError(f"打不开模型文件 {path} / the model file cannot be read: {error.strerror}") from error
    if magic != MAGIC:
        raise LocalModelError(f"{path} 不是 GGUF 模型文件 / is not a GGUF model file")
    free, needed = free_memory(), size + SPARE_BYTES
    if free is not None and free < needed:
        raise LocalModelError(
            f"内存不足：模型 {path.name} 约需 {needed / 1e9:.1f} GB，可用 {free / 1e9:.1f} GB "
            f"/ not enough memory: the model needs about {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free"
        )


class LocalModel:
    """A GGUF file behind the same door as every server. It opens in the background, and again should it ever die."""

    def __init__(
        self,
        path: Path,
        slots: int = 1,
        threads: int = 0,
        limits: Limits | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """Check the file and begin to open it; `threads` 0: as many as there are cores. Raises LocalModelError."""
        check_file(path)
        self.path = path
        self._order = {"model": str(path.resolve()), "slots": slots, "context": CONTEXT}
        self._threads = threads
        self._limits = limits or Limits()
        self._command = command
        self._lock = threading.Lock()
        self._closed = False
        self._process: _Process | None = None
        self._chat: OpenAIChatModel | None = None
        threading.Thread(target=self._open_ahead, name="local-model", daemon=True).start()

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Pieces:
        """Ask it; waits while it opens, at most as long as for a first word. Raises ChatModelError."""
        return self._opened(self._limits.first_word).stream(messages, most_tokens)

    def close(self) -> None:
        """End every answer under way, and the process."""
        self._closed = True
        process = self._process
        if process:
            process.end()
        with self._lock:
            self._drop()

    def _open_ahead(self) -> None:
        try:
            self._opened(OPENING)
        except ChatModelError as error:
            if not self._closed:
                logger.warning("%s", error)

    def _opened(self, wait: float) -> OpenAIChatModel:
        if not self._lock.acquire(timeout=wait):
            raise UnreachableError("本机模型还在打开 / the model on this machine is still being opened")
        try:
            if self._closed:
                raise UnreachableError(CLOSED)
            if self._chat is None or self._process is None or not self._process.alive:
                self._drop()
                self._chat = self._open()
            return self._chat
        finally:
            self._lock.release()

    def _open(self) -> OpenAIChatModel:
        check_file(self.path)
        started, key = time.monotonic(), secrets.token_urlsafe(24)
        self._process = _Process(self._command)
        if self._closed:  # `close` looked before there was a process to end
            raise UnreachableError(CLOSED)
        url = self._process.ready({**self._order, "key": key, "threads": self._threads or usable_cores()})
        logger.info("%s opened in %.1f s", self.path.name, time.monotonic() - started)
        return OpenAIChatModel(Endpoint(url, self.path.stem, SecretStr(key)), self._limits)

    def _drop(self) -> None:
        if self._process:
            self._process.end()
        if self._chat:
            self._chat.close()
        self._process = self._chat = None


class _Process:
    """The process that runs the file, and the two pipes to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._ending = threading.Lock()
        """Held while its files are closed: closing one from two threads at once raises ValueError."""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("PARK_")}
        self._process = subprocess.Popen(  # noqa: S603 - our own module, or a test's
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ready(self, order: dict[str, object]) -> str:
        """Hand it what to open, and return its address. Raises LocalModelError when it cannot, or takes too long."""
        timer = threading.Timer(OPENING, self._process.kill)
        timer.start()
        try:
            line = self._ask(json.dumps(order).encode() + b"\n")
        finally:
            timer.cancel()
        answer = json.loads(line) if line.startswith(b"{") else {}
        if "url" in answer:
            return str(answer["url"])
        said = self._said() or str(answer.get("error", "")) or self._death()
        self.end()
        raise LocalModelError(f"本机模型打不开 / the model on this machine cannot be opened: {plain(said, '')}")

    def end(self) -> None:
        """End it, gently first; safe to do twice, and while another thread waits for it."""
        with self._ending:
            if self._process.stdin:
                with suppress(OSError):
                    self._process.stdin.close()
            try:
                self._process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
            self._errors.close()

    def _ask(self, line: bytes) -> bytes:
        if not (self._process.stdin and self._process.stdout):
            return b""
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            return self._process.stdout.readline()
        except (OSError, ValueError):  # it died, or was ended, before it read or wrote
            return b""

    def _said(self) -> str:
        """Return why llama.cpp gave up, in its own words."""
        with self._ending:
            if self._errors.closed:
                return ""
            self._errors.seek(0)
            text = self._errors.read().decode("utf-8", "replace")
        told = re.findall(r"error loading model: (.+)", text) or re.findall(r"^(\w*Error.*)$", text, re.MULTILINE)
        return told[-1] if told else ""

    def _death(self) -> str:
        code = self._process.wait()
        return f"signal {-code}, 可能内存不足 / perhaps too little memory" if code < 0 else f"exit {code}"
