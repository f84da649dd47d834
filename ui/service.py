"""The one thing the page and the API share: the answering side once it is open, and who may ask it now."""

import time
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, Protocol

from desk.tables import Channel
from index.records import Document
from rag.explain import Explanation
from rag.records import Answer, Citation, Event, Mode, Request
from settings import Settings
from ui.door import Rejection
from ui.keeping import Keeper
from ui.limits import Visitors

PAUSED = "直接引用模式：写作模型暂时不可用 / quoting directly: the chat model is unavailable for now"


class Library(Protocol):
    """What the page needs of the index: a report by its id."""

    def document(self, document_id: str) -> Document:
        """Return the report; raise LookupError when there is none."""
        ...

    def documents(self) -> list[Document]:
        """Return every report."""
        ...


class AnsweringSide(Protocol):
    """The answering side: an Answerer that also hands out the reports it answers from."""

    @property
    def index(self) -> Library:
        """The reports."""
        ...

    @property
    def writes(self) -> bool:
        """Whether a chat model is set."""
        ...

    @property
    def mode(self) -> Mode:
        """How answers are given now."""
        ...

    def invoke(self, request: Request) -> Answer:
        """Answer one question."""
        ...

    def stream(self, request: Request) -> Generator[Event, None, None]:
        """Answer one question, piece by piece; closing it ends the writing."""
        ...

    def nearest(self, question: str, limit: int) -> tuple[Citation, ...]:
        """Return the passages nearest to a text, best first, whether they answer it or not."""
        ...

    def explain(self, request: Request) -> Explanation:
        """Answer one question, and say why so."""
        ...


class Service:
    """Settings, the answering side (None until it is open) and the visitors of one running process."""

    def __init__(
        self, settings: Settings, answering: AnsweringSide | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self.keeper = Keeper()
        self.visitors = Visitors(settings.questions_per_minute, clock)
        self.answering = answering

    def opened(self) -> AnsweringSide:
        """Return the answering side; raise Rejection 503 while it is being opened."""
        if self.answering is None:
            raise Rejection(503, "starting", "资料正在载入，请稍候。 The reports are being loaded.", retry_after=3)
        return self.answering

    def admit(self, cookie: str, address: str) -> None:
        """Count one question of a visitor; raise Rejection 429 when there were too many in the last minute."""
        wait = self.visitors.admit(cookie, address)
        if wait:
            raise Rejection(
                429,
                "too_many_questions",
                f"您问得有点快，请在 {wait} 秒后再试。 Too many questions; please try again in {wait} seconds.",
                retry_after=wait,
            )

    def document(self, document_id: str) -> Document:
        """Return a report; raise Rejection 404 when there is none."""
        try:
            return self.opened().index.document(document_id)
        except LookupError as error:
            raise Rejection(404, "unknown_document", "没有找到这份报告。 There is no such report.") from error

    def state(self) -> dict[str, Any]:
        """Return what /readyz says: whether questions are answered, and how."""
        mode = self.answering.mode if self.answering else "quote"
        state: dict[str, Any] = {"ready": self.answering is not None, "mode": mode}
        if self.answering and self.answering.writes and mode == "quote":
            state["note"] = PAUSED
        return state | self._keeping()

    def keep(self, cookie: str, channel: Channel, request: Request, answer: Answer, asked_at: datetime) -> str:
        """Hand an answer that was shown, and its question, to whoever keeps conversations; return the turn's id."""
        return self.keeper.keep(self.visitors.name(cookie), channel, request, answer, asked_at)

    def _keeping(self) -> dict[str, Any]:
        """Return whether conversations can be kept at present, for staff."""
        if self.keeper.memory is None:
            return {}
        now = self.keeper.memory.state
        return {"keeping": {"writable": now.is_writable, "waiting": now.waiting, "dropped": now.dropped}}
