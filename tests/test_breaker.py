import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest

from rag.breaker import PROBE, GuardedChatModel
from rag.chat_errors import BrokenAnswerError, ChatModelError, EmptyAnswerError, PausedError, UnreachableError
from rag.chat_model import Message
from tests.waiting import wait_until

ASKED = (("user", "食堂开了吗？"),)
AT_ONCE = 0.01


class ToyChatModel:
    """Answers, or raises what `failure` is set to: at the first piece, or `late` after it."""

    def __init__(self) -> None:
        self.failure: ChatModelError | None = None
        self.late = False
        self.probed_at: list[float] = []
        self.asked = 0
        self.probed = threading.Event()
        self.closed = threading.Event()

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Iterator[str]:
        self.asked += messages != PROBE
        if messages == PROBE:
            self.probed_at.append(time.monotonic())
        if self.failure and not self.late:
            self.probed.set()
            raise self.failure
        return self._pieces()

    def _pieces(self) -> Iterator[str]:
        yield "食堂"
        if self.failure:
            raise self.failure
        yield "开了。"

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def model() -> ToyChatModel:
    return ToyChatModel()


@pytest.fixture
def guard(model: ToyChatModel) -> Iterator[Callable[[float], GuardedChatModel]]:
    """Makes a guarded model that probes after so many seconds, with a clock that stands at 100."""
    made: list[GuardedChatModel] = []

    def make(interval: float) -> GuardedChatModel:
        made.append(GuardedChatModel(model, interval=interval, clock=lambda: 100.0))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for guarded in made:
        guarded.close()


def fail(guarded: GuardedChatModel, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ChatModelError):
            list(guarded.stream(ASKED, 50))


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "breaker"]


Guard = Callable[[float], GuardedChatModel]


def test_closed_it_lets_everything_through(guard: Guard) -> None:
    guarded = guard(60)
    assert list(guarded.stream(ASKED, 50)) == ["食堂", "开了。"]
    assert (guarded.state.name, guarded.state.is_open, guarded.state.reason) == ("closed", False, "")
    assert threads() == []


@pytest.mark.parametrize("late", [False, True])
def test_three_failures_in_a_row_open_it_and_then_nothing_is_asked(
    guard: Guard, model: ToyChatModel, late: bool
) -> None:
    guarded = guard(60)
    model.failure, model.late = UnreachableError("连不上"), late
    fail(guarded, 2)
    assert not guarded.state.is_open
    fail(guarded, 1)
    assert (guarded.state.name, guarded.state.since, guarded.state.reason) == ("open", 100.0, "连不上")
    with pytest.raises(PausedError, match="连不上"):
        guarded.stream(ASKED, 50)
    assert model.asked == 3


def test_a_whole_answer_between_them_begins_the_count_anew(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(60)
    for failures in (2, 2):
        model.failure = UnreachableError("连不上")
        fail(guarded, failures)
        model.failure = None
        assert list(guarded.stream(ASKED, 50))
    assert not guarded.state.is_open


def test_an_answer_given_up_counts_neither_way(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(60)
    model.failure = UnreachableError("连不上")
    fail(guarded, 2)
    model.late = True
    pieces = guarded.stream(ASKED, 50)
    assert next(pieces) == "食堂"
    pieces.close()
    assert list(pieces) == []
    assert not guarded.state.is_open
    fail(guarded, 1)
    assert guarded.state.is_open


def test_a_probe_closes_it_again(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(AT_ONCE)
    model.failure = UnreachableError("连不上")
    fail(guarded, 3)
    assert model.probed.wait(5)
    assert guarded.state.is_open
    model.failure = None
    assert wait_until(lambda: not guarded.state.is_open)
    assert list(guarded.stream(ASKED, 50)) == ["食堂", "开了。"]
    assert wait_until(lambda: threads() == [])


def test_it_opens_again_after_it_has_closed(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(AT_ONCE)
    for _ in range(2):
        model.failure = UnreachableError("连不上")
        fail(guarded, 3)
        model.failure = None
        assert wait_until(lambda: not guarded.state.is_open)
    assert model.asked == 6


@pytest.mark.parametrize(("failure", "opens"), [(EmptyAnswerError("空"), False), (BrokenAnswerError("断"), True)])
def test_a_probe_needs_no_word_but_a_sound_end(
    guard: Guard, model: ToyChatModel, failure: ChatModelError, opens: bool
) -> None:
    guarded = guard(AT_ONCE)
    model.failure = failure
    fail(guarded, 3)
    assert wait_until(lambda: len(model.probed_at) >= 2 or not guarded.state.is_open)
    assert guarded.state.is_open is opens


def test_probes_come_ever_more_seldom(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(AT_ONCE)
    model.failure = UnreachableError("连不上")
    fail(guarded, 3)
    assert wait_until(lambda: len(model.probed_at) >= 4)
    gaps = [later - earlier for earlier, later in pairwise(model.probed_at)]
    assert all(gap >= AT_ONCE * 2**number for number, gap in enumerate(gaps, 1))


def test_closing_ends_the_thread_and_closes_the_model(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(60)
    model.failure = UnreachableError("连不上")
    fail(guarded, 3)
    assert threads() == ["breaker"]
    guarded.close()
    guarded.close()
    assert threads() == []
    assert model.closed.is_set()
    assert model.probed_at == []


def test_many_threads_open_it_once(guard: Guard, model: ToyChatModel) -> None:
    guarded = guard(60)
    model.failure = UnreachableError("连不上")
    callers = [threading.Thread(target=fail, args=(guarded, 1)) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert guarded.state.is_open
    assert threads() == ["breaker"]
