from rag.chat_errors import ChatModelError
from rag.records import Turn
from rag.rewrite import Rewriter, only_adds
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


def test_words_that_only_ask_may_be_added() -> None:
    assert only_adds("澜图仪表有多少家?", ["澜图仪表"])
    assert not only_adds("澜图仪表租金多少?", ["澜图仪表"])


def test_a_busy_model_is_not_waited_for() -> None:
    turns = Turns(1)
    with turns.enter():
        assert Rewriter(ToyModel("禾光电子是做什么的？"), turns).rewrite("那家呢", HISTORY) is None
    assert turns.waiting == turns.served == 0
