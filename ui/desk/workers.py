"""What runs beside the chat: keeping what is said, deleting what is old, staff's answers and what waits for them.

Each is a thread of its own with its own connections; none can hold up or stop the chat.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from desk.database import open_database
from desk.grouper import Grouper
from desk.published import Published
from desk.recorder import Recorder
from desk.retention import Sweeper
from desk.source_watch import SourceWatch
from rag.greeting import is_greeting
from settings import Settings
from ui.service import AnsweringSide, Service

UNSURE = 0.1
"""An answer given with so little more than the confidence it takes is shown to staff."""


class Workers:
    """Started with the service, ended with it."""

    def __init__(self, settings: Settings, service: Service, grace: float) -> None:
        """Start what needs no index; what is said is kept from now on. At the end the recorder has `grace` seconds."""
        self._settings = settings
        self._opener = partial(open_database, settings)
        self._ready: Callable[[], None] = lambda: None
        self._ending = ExitStack()
        recorder = Recorder(self._opener)
        self._ending.callback(recorder.close, grace)
        service.keeper.memory = recorder
        self._ending.callback(Sweeper(self._opener, settings.retention_days).close)
        self._published = Published(self._opener, lambda: self._ready())
        self._ending.callback(self._published.close)

    def open_answering(self) -> AnsweringSide:
        """Open the model and the index, which takes seconds; staff's answers come before what the reports tell."""
        # Its libraries are heavy; whatever only looks at this module does without them.
        from rag.chain import open_chain
        from rag.meanings import Meanings
        from rag.staff_first import staff_first

        chain = open_chain(self._settings)
        answering = staff_first(chain, self._published)
        self._ready = answering.refresh
        answering.refresh()

        def generation() -> int:
            chain.refresh()
            return chain.index.generation

        watch = SourceWatch(self._opener, generation, chain.index.documents, self._published.refresh)
        unsure = self._settings.answer_threshold + UNSURE
        grouper = Grouper(self._opener, Meanings(chain.index.embedder), is_greeting, unsure)
        for worker in (watch, grouper):
            self._ending.callback(worker.close)
        return answering

    def published(self) -> None:
        """Let what staff have just published answer the next question."""
        self._published.refresh()

    def close(self) -> None:
        """End them all, the last started first."""
        self._ending.close()
