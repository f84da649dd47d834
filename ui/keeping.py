"""Which conversation a question belongs to, and handing what was said to whoever keeps it. Knows no database.

A visitor's conversation lives in his browser: one that brings no earlier turns along begins anew.
"""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Protocol

from desk.kept import Said
from desk.recorder import RecorderState
from desk.tables import Channel
from desk.types import new_id
from rag.records import Answer, Request

REMEMBERED = 10_000
"""So many visitors' conversations are remembered; who is forgotten begins a new one."""


class Memory(Protocol):
    """Whatever keeps what was said: at once, without failing."""

    @property
    def state(self) -> RecorderState:
        """How it stands."""
        ...

    def record(self, said: Said) -> None:
        """Keep a question and its answer."""
        ...


class Keeper:
    """Hands each answer that a visitor has seen to a memory, under the conversation it belongs to; for any thread."""

    def __init__(self, memory: Memory | None = None, remembered: int = REMEMBERED) -> None:
        """Without a memory nothing is kept."""
        self.memory = memory
        self._remembered = remembered
        self._conversations: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, visitor: str, channel: Channel, request: Request, answer: Answer, asked_at: datetime) -> None:
        """Keep one exchange. `visitor` is the name in his cookie; who has none is nobody twice."""
        if self.memory:
            conversation = self._conversation(visitor, begins=not request.history)
            said = Said(conversation, visitor or new_id(), channel, answer.language, request.question, answer, asked_at)
            self.memory.record(said)

    def _conversation(self, visitor: str, *, begins: bool) -> str:
        if not visitor:
            return new_id()
        with self._lock:
            found = None if begins else self._conversations.get(visitor)
            self._conversations[visitor] = found or new_id()
            self._conversations.move_to_end(visitor)
            while len(self._conversations) > self._remembered:
                self._conversations.popitem(last=False)
            return self._conversations[visitor]
