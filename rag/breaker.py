"""A circuit breaker around a chat model: what keeps failing is left alone, and tried in the background meanwhile."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.chat_errors import ChatModelError, EmptyAnswerError, PausedError
from rag.chat_model import ChatModel, Message, Pieces

FAILURES = 3
"""So many in a row open it."""
INTERVAL = 10.0
"""How long after opening the first probe is sent, seconds; each further one waits twice as long as the last…"""
LONGEST_INTERVAL = 60.0
"""…but never longer than this."""
PROBE: tuple[Message, ...] = (("user", "1"),)
PROBE_TOKENS = 4
JOINING = 5.0
"""How long closing waits for the thread, seconds."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BreakerState:
    """Closed: the model is asked. Open: it is not, for this `reason`. `since` is Unix time, seconds."""

    name: Literal["closed", "open"]
    since: float
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the model is left alone."""
        return self.name == "open"


class Breaker:
    """Counts failures in a row; open, it probes in a thread of its own until the probe returns without an error."""

    def __init__(
        self,
        probe: Callable[[], None],
        failures: int = FAILURES,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._probe = probe
        self._allowed = failures
        self._interval = interval
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = BreakerState("closed", clock())

    @property
    def state(self) -> BreakerState:
        """How it stands now."""
        return self._state

    def check(self) -> None:
        """Raise PausedError while open."""
        state = self._state
        if state.is_open:
            raise PausedError(f"写作模型暂停使用 / the chat model is left alone for now: {state.reason}")

    def succeeded(self) -> None:
        """Count a whole answer: closes it, and failures count anew."""
        with self._lock:
            self._failed = 0
            if self._state.is_open:
                logger.warning("the chat model answers again")
                self._state = BreakerState("closed", self._clock())

    def failed(self, reason: str) -> None:
        """Count a failure; opens it when it was one too many."""
        with self._lock:
            self._failed += 1
            if self._failed < self._allowed or self._state.is_open or self._closing.is_set():
                return
            logger.warning("the chat model failed %d times in a row and is left alone: %s", self._failed, reason)
            self._state = BreakerState("open", self._clock(), reason)
            self._thread = threading.Thread(target=self._recover, name="breaker", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the probing; a probe under way has to be ended by whoever it asks."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread and thread is not threading.current_thread():
            thread.join(JOINING)

    def _recover(self) -> None:
        interval = self._interval
        while not self._closing.wait(interval) and self._state.is_open:
            try:
                self._probe()
            except ChatModelError as error:
                logger.info("the chat model still fails: %s", error)
                interval = min(interval * 2, max(LONGEST_INTERVAL, self._interval))
            else:
                self.succeeded()


class GuardedChatModel:
    """A chat model behind a breaker. An answer given up before its end counts neither way."""

    def __init__(
        self,
        model: ChatModel,
        failures: int = FAILURES,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._model = model
        self._breaker = Breaker(self._ask_anything, failures, interval, clock)

    @property
    def state(self) -> BreakerState:
        """Whether the model is asked at present, and why not."""
        return self._breaker.state

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Pieces:
        """Ask the model. Raises PausedError at once while the breaker is open, else what the model raises."""
        self._breaker.check()
        try:
            pieces = self._model.stream(messages, most_tokens)
        except ChatModelError as error:
            self._breaker.failed(str(error))
            raise
        return _Counted(pieces, self._breaker)

    def close(self) -> None:
        """Close the model, and end the probing."""
        self._model.close()
        self._breaker.close()

    def _ask_anything(self) -> None:
        try:
            for _ in self._model.stream(PROBE, PROBE_TOKENS):
                pass
        except EmptyAnswerError:
            return  # so short an answer may be all thought and no word


class _Counted:
    """Pieces whose end is told to the breaker."""

    def __init__(self, pieces: Pieces, breaker: Breaker) -> None:
        self._pieces = pieces
        self._breaker = breaker
        self._given_up = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._pieces)
        except StopIteration:
            if not self._given_up:
                self._given_up = True
                self._breaker.succeeded()
            raise
        except ChatModelError as error:
            self._given_up = True
            self._breaker.failed(str(error))
            raise

    def close(self) -> None:
        self._given_up = True
        self._pieces.close()
