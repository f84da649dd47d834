"""Which conversation a question belongs to, and handing what was said to whoever keeps it. Knows no database.

A visitor's conversation lives in his browser: one that brings no earlier turns along begins anew.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from desk.kept import Left, Said
from desk.recorder import RecorderState
from desk.tables import Channel, Verdict
from desk.types import new_id
from rag.records import Answer, Request

REMEMBERED = 10_000
"""So many visitors' conversations are remembered; who is forgotten begins a new one."""
TURNS_REMEMBERED = 50_000
"""So many answers are remembered to be one visitor's own."""
TURN_ID = re.compile("[0-9a-f]{32}")


class Memory(Protocol):
    """Whatever keeps what was said: at once, without failing."""

    @property
    def state(self) -> RecorderState:
        """How it stands."""
        ...

    def record(self, said: Said) -> None:
        """Keep a question and its answer."""
        ...

    def feedback(self, turn_id: str, verdict: Verdict, reasons: Sequence[str] = (), comment: str = "") -> None:
        """Keep what a visitor thinks of an answer, instead of what he thought before."""
        ...

    def leave(self, left: Left) -> bool:
        """Keep who asks to be called; return whether it was taken."""
        ...


class Keeper:
    """Hands each answer that a visitor has seen to a memory, under the conversation it belongs to; for any thread."""

    def __init__(
        self, memory: Memory | None = None, remembered: int = REMEMBERED, turns_remembered: int = TURNS_REMEMBERED
    ) -> None:
        """Without a memory nothing is kept."""
        self.memory = memory
        self._conversations = _Bounded(remembered)
        self._askers = _Bounded(turns_remembered)
        self._lock = threading.Lock()

    def keep(self, visitor: str, channel: Channel, request: Request, answer: Answer, asked_at: datetime) -> str:
        """Keep one exchange, and return the id that it is judged by; "" where nothing is kept.

        `visitor` is the name in his cookie; who has none is nobody twice.
        """
        if self.memory is None:
            return ""
        conversation = self._conversation(visitor, begins=not request.history)
        said = Said(conversation, visitor or new_id(), channel, answer.language, request.question, answer, asked_at)
        with self._lock:
            self._askers.put(said.turn_id, visitor)
        self.memory.record(said)
        return said.turn_id

    def is_own(self, visitor: str, turn_id: str) -> bool:
        """Tell whether an answer is this visitor's, as far as is known.

        Of an answer that is not remembered, for example from before a restart, its id alone decides: nobody can guess
        one, only who was answered was ever told it, and one that does not exist changes nothing. It takes a visitor
        who has opened the page.
        """
        with self._lock:
            asker = self._askers.get(turn_id)
        return asker == visitor if asker is not None else bool(visitor and TURN_ID.fullmatch(turn_id))

    def _conversation(self, visitor: str, *, begins: bool) -> str:
        if not visitor:
            return new_id()
        with self._lock:
            found = None if begins else self._conversations.get(visitor)
            return self._conversations.put(visitor, found or new_id())


class _Bounded:
    """Texts by key; beyond the bound the ones that were put longest ago are forgotten."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._texts: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        return self._texts.get(key)

    def put(self, key: str, text: str) -> str:
        self._texts[key] = text
        self._texts.move_to_end(key)
        while len(self._texts) > self._bound:
            self._texts.popitem(last=False)
        return text
