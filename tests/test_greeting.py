import time

import pytest

from rag.greeting import is_greeting
from rag.writing import normalise


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "您好！",
        "你好，在吗",
        "你好你好",
        "Hello!",
        "hi",
        "谢谢你。",
        "早上好",
        "再见！",
        "好的",
        "你是谁？",
        "Thanks!",
    ],
)
def test_a_greeting_is_told(text: str) -> None:
    assert is_greeting(normalise(text))


@pytest.mark.parametrize("text", ["", "你好，食堂在哪", "好吃吗", "食堂", "?", "谢谢你的食堂", "high", "再见了食堂"])
def test_what_says_more_is_no_greeting(text: str) -> None:
    assert not is_greeting(normalise(text))


def test_a_long_greeting_is_told_quickly() -> None:
    started = time.process_time()
    assert not is_greeting("谢谢你好" * 125 + "x")
    assert time.process_time() - started < 1
