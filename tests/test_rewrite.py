import threading
from collections.abc import Iterator, Sequence

import pytest

from rag.chat_errors import ChatModelError
from rag.chat_model import Message
from rag.records import Turn
from rag.rewrite import Rewriter, keeps, only_adds
from rag.turns import Turns
from tests.test_generate import ToyModel

HISTORY = (Turn("园区有哪些企业？", "已入驻的有澜图仪表和禾光电子。[1]"),)


def rewritten(*pieces: str | Exception) -> str | None:
    return Rewriter(ToyModel(*pieces), Turns(1)).rewrite("后面那家是做啥子的?", HISTORY)


def test_a_follow_up_is_said_anew_with_words_of_the_history() -> None:
    assert rewritten("禾光电子是", "做什么的？") == "禾光电子是做什么的?"
    assert rewritten("改写后的问题：禾光电子是做啥子的？\n因为") == "禾光电子是做啥子的?"


def test_what_adds_a_name_or_a_figure_is_not_taken() -> None:
    assert rewritten("青禾港是做什么的？") is None
    assert rewritten("禾光电子2023年是做什么的？") is None
    assert rewritten("禾光电子的LED是做什么的？") is None


def test_a_model_that_fails_or_says_nothing_new_is_not_taken() -> None:
    assert rewritten(ChatModelError("gone")) is None
    assert rewritten("") is None
    assert rewritten("后面那家是做啥子的？") is None
    assert rewritten("禾光电子" * 100) is None


def test_an_endless_question_is_stopped() -> None:
    model = ToyModel(*["禾光"] * 10_000)
    assert Rewriter(model, Turns(1)).rewrite("那家呢", HISTORY) is None
    assert model.closed
    assert model.given < 100


def test_another_question_altogether_is_not_taken() -> None:
    model = ToyModel("禾光电子是做什么的？")
    assert Rewriter(model, Turns(1)).rewrite("写一首关于月亮的诗", HISTORY) is None
    assert keeps("澜图仪表的厂房有多大", "那厂房呢")
    assert not keeps("澜图仪表有多大", "那厂房呢")


def test_words_that_only_ask_may_be_added() -> None:
    assert only_adds("澜图仪表有多少家?", ["澜图仪表"])
    assert not only_adds("澜图仪表租金多少?", ["澜图仪表"])


def test_a_busy_model_is_not_waited_for() -> None:
    turns = Turns(1)
    with turns.enter():
        assert Rewriter(ToyModel("禾光电子是做什么的？"), turns).rewrite("那家呢", HISTORY) is None
    assert turns.waiting == turns.served == 0


class Silent:
    """A model that says nothing until it is closed, as ours may be from any thread."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def stream(self, messages: Sequence[Message], most_tokens: int) -> "Silent":
        return self

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        assert self._over.wait(10)
        raise StopIteration

    def close(self) -> None:
        self._over.set()


def test_a_slow_model_is_waited_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.rewrite.LONGEST_WAIT", 0.05)
    assert Rewriter(Silent(), Turns(1)).rewrite("后面那家是做啥子的?", HISTORY) is None
