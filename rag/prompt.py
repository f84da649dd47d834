"""What a chat model is sent: rules and examples from `prompt.toml`, then the evidence, numbered, and the question.

Pure functions; knows nothing of models. Reports and questions are data: each stands on lines of its own, cut to length,
without what could look like the end of its part.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rag.chat_model import Message
from rag.dates import resolve
from rag.records import Citation, Language, Turn

LONGEST_QUOTE = 400
"""Characters of one quote that are sent; a longer one is cut at its end."""
_LONGEST_ANSWER = 200  # characters of an earlier answer
_LATEST_TURNS = 3


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("prompt.toml").read_text(encoding="utf-8"))


def answer_messages(question: str, evidence: Sequence[Citation], language: Language, today: date) -> list[Message]:
    """Return the conversation whose next turn is the answer. `question` stands alone."""
    table = _table()
    told = "\n".join(f"[{one.number}]（《{_line(one.document)}》{one.date}）{_quote(one)}" for one in evidence)
    asked = f"今天是{today.isoformat()}。\n资料：\n{told}\n问题：{_line(question)}\n{table['languages'][language]}"
    return [*_opening(), ("user", asked)]


def rewrite_messages(question: str, history: Sequence[Turn]) -> list[Message]:
    """Return the conversation whose next turn is `question` said so that it stands alone."""
    turns = "".join(
        f"问：{_line(turn.question)}答：{_line(turn.answer)[:_LONGEST_ANSWER]}" for turn in history[-_LATEST_TURNS:]
    )
    asked = f"{_table()['rewrite']['task'].strip()}\n上文：{turns}最后的问题：{_line(question)}改写："
    return [*_opening(), ("user", asked)]


def warming_messages() -> list[Message]:
    """Return the shortest conversation that begins as all others do, for a server to keep in its prefix cache."""
    return [*_opening(), ("user", "你好")]


def _opening() -> list[Message]:
    table = _table()
    examples = [(role, one[role].strip()) for one in table["example"] for role in ("user", "assistant")]
    return [("system", table["answer"]["system"].strip()), *examples]


def _quote(citation: Citation) -> str:
    return _line(resolve(citation.quote, citation.date))[:LONGEST_QUOTE]


def _line(text: str) -> str:
    """Return `text` on one line, so that nothing in it can pass for another part of the message."""
    return " ".join(text.split())
