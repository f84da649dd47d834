"""A chat model behind any OpenAI-compatible server, through LangChain's ChatOpenAI, the door to openai.

vLLM, Ollama, llama.cpp, DashScope, DeepSeek and OpenAI itself speak this. Every limit of time is kept here, in an event
loop: the libraries' own count any byte as a sign of life, and cannot be called off while they wait.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.background import Background
from rag.chat_errors import (
    BrokenAnswerError,
    ChatModelError,
    EmptyAnswerError,
    TooSlowError,
    UnreachableError,
)
from rag.chat_model import Limits, Message, Pieces
from rag.thinking import Thinking

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

RETRIES = (0.2, 0.8)
"""How long to wait before each further try of a connection that failed, seconds."""
CHARS_A_TOKEN = 16
"""Whoever sends more than so many characters for each token asked for does not keep to the length."""
NO_KEY = SecretStr("")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible server and the model to use there; an empty key sends none."""

    url: str
    model: str
    key: SecretStr = NO_KEY

    @property
    def base(self) -> str:
        """The address that paths are put behind: with /v1, unless it names a version itself."""
        url = self.url.rstrip("/").removesuffix("/chat/completions")
        return url if re.search(r"/v\d\w*(/|$)", urlsplit(url).path) else f"{url}/v1"

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.url).hostname or ""

    @property
    def length_parameter(self) -> str:
        """What the longest answer is called there: OpenAI's newest models reject the old name, others the new."""
        is_openai = self.host.endswith((".openai.com", ".openai.azure.com"))
        return "max_completion_tokens" if is_openai else "max_tokens"


class OpenAIChatModel:
    """A model behind an OpenAI-compatible server. Its answers are read in a thread of its own."""

    def __init__(self, endpoint: Endpoint, limits: Limits | None = None) -> None:
        self.endpoint = endpoint
        self.limits = limits or Limits()
        self._background = Background("chat-model")
        self._client = _http_client(endpoint, self.limits)
        self._chat = _chat(endpoint, self._client)

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Pieces:
        """Ask, and return the answer as it comes. Raises ChatModelError at the piece where it fails."""
        if self._background.closed:
            raise UnreachableError("模型已关闭 / the chat model is closed")
        return self._background.stream(partial(self._answer, tuple(messages), most_tokens))

    def models(self) -> list[str]:
        """Return the names of the models that the server offers. Raises ChatModelError."""
        names: list[str] = []
        failure = self._background.run(partial(self._attempt, partial(self._list, names.append)))
        if failure:
            raise failure
        return names

    def close(self) -> None:
        """End every answer under way and the connections."""
        self._background.close(self._client.aclose)

    async def _list(self, put: Callable[[str], None]) -> None:
        async with asyncio.timeout(self.limits.first_word):
            async for model in self._chat.root_async_client.models.list():
                put(str(model.id))

    async def _answer(self, messages: Sequence[Message], most_tokens: int, put: Callable[[str], None]) -> None:
        beating = asyncio.create_task(_beat(put, self.limits.beat))
        try:
            await self._ask(messages, _Reading(self.limits, most_tokens, put))
        finally:
            beating.cancel()

    async def _ask(self, messages: Sequence[Message], reading: "_Reading") -> None:
        for pause in (*RETRIES, None):
            failure = await self._attempt(partial(self._read, messages, reading), reading)
            if failure is None:
                return
            if pause is None or not isinstance(failure, UnreachableError):
                raise failure
            await asyncio.sleep(pause)

    async def _read(self, messages: Sequence[Message], reading: "_Reading") -> None:
        length = {self.endpoint.length_parameter: reading.most_tokens}
        async with aclosing(cast("Any", self._chat.astream(list(messages), extra_body=length))) as chunks:
            while (chunk := await reading.next(chunks)) is not None:
                reading.take(chunk)
        reading.check_end()

    async def _attempt(self, work: Callable[[], Any], reading: "_Reading | None" = None) -> ChatModelError | None:
        """Do the work and return what went wrong, told anew: a library's error, even as a context, may hold the key."""
        try:
            await work()
        except ChatModelError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever a server sends, it becomes one of our errors
            from rag.chat_failures import explain

            return explain(error, self.endpoint.key.get_secret_value(), begun=reading is not None and reading.chars > 0)
        return None


async def _beat(put: Callable[[str], None], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        put("")


class _Reading:
    """One answer as it comes in: what has come, and by when the next word is due."""

    def __init__(self, limits: Limits, most_tokens: int, put: Callable[[str], None]) -> None:
        self._now = asyncio.get_running_loop().time
        self._limits = limits
        self.most_tokens = most_tokens
        self._put = put
        self._word_by = self._now() + limits.first_word
        self._whole_by = self._now() + limits.whole
        self._finish = ""
        self._thinking = Thinking()
        self._received = 0
        self.chars = 0

    async def next(self, chunks: AsyncIterator["AIMessageChunk"]) -> "AIMessageChunk | None":
        """Return the next chunk, None after the last. Raises TooSlowError when a word is overdue."""
        try:
            async with asyncio.timeout_at(min(self._word_by, self._whole_by)):
                return await anext(chunks, None)
        except TimeoutError:
            raise TooSlowError(self._overdue()) from None

    def take(self, chunk: "AIMessageChunk") -> None:
        """Put what text there is. Chunks without any (a role, a thought) do not put off when the next word is due."""
        self._finish = chunk.response_metadata.get("finish_reason") or self._finish
        self._received += len(chunk.text)
        if self._received > self.most_tokens * CHARS_A_TOKEN:
            raise BrokenAnswerError("回答远超限定长度，已停止 / the answer ran far past the length asked for")
        self._show(self._thinking.words(str(chunk.text)))

    def _show(self, text: str) -> None:
        if text:
            self.chars += len(text)
            self._word_by = self._now() + self._limits.next_word
            self._put(text)

    def check_end(self) -> None:
        """Raise BrokenAnswerError unless the server said that this is the end, and how it came to it."""
        self._show(self._thinking.rest())
        if not self._finish:
            raise BrokenAnswerError("回答中途断开 / the answer broke off")
        if self._finish == "content_filter":
            raise BrokenAnswerError("回答被服务方拦截 / the server's content filter stopped the answer")
        if not self.chars:
            raise EmptyAnswerError("回答是空的 / the answer is empty")

    def _overdue(self) -> str:
        limits = self._limits
        if self._whole_by <= self._word_by:
            return f"回答超过 {limits.whole:g} 秒仍未写完 / the answer took longer than {limits.whole:g} s"
        if self.chars:
            return f"回答停顿超过 {limits.next_word:g} 秒 / no further word for {limits.next_word:g} s"
        return f"等待首字超过 {limits.first_word:g} 秒 / no first word within {limits.first_word:g} s"


def _http_client(endpoint: Endpoint, limits: Limits) -> Any:  # noqa: ANN401 - httpx2's client, whose types are openai's affair
    # Takes a second to import; whoever answers with quotes does without.
    import openai

    async def drop_key(request: Any) -> None:  # noqa: ANN401
        request.headers.pop("Authorization", None)

    return openai.DefaultAsyncHttpxClient(
        timeout=openai.Timeout(None, connect=limits.connect),
        # A key follows no redirect, and what is on this machine is not asked for through a proxy.
        follow_redirects=False,
        trust_env=endpoint.host not in _LOOPBACK,
        event_hooks={} if endpoint.key.get_secret_value() else {"request": [drop_key]},
    )


def _chat(endpoint: Endpoint, client: Any) -> Any:  # noqa: ANN401 - see above
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=endpoint.model,
        base_url=endpoint.base,
        # Not empty: the library would look for a key in the environment, one that is meant for another server.
        api_key=SecretStr(endpoint.key.get_secret_value() or "none"),
        http_async_client=client,
        openai_proxy="",
        temperature=0,
        streaming=True,
        max_retries=0,
        stream_usage=False,
        stream_chunk_timeout=None,
        use_responses_api=False,
    )
