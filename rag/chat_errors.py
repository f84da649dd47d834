"""The errors of the chat model, each with a reason in plain words; none of them ever holds the key.

ChatModelError
├── UnreachableError     no connection, or it was cut before the first word
├── TooSlowError         no connection, no first word, no next word or no end in its time
├── RejectedError        the server answered with an error: key, model's name, quota, a fault of its own
├── BrokenAnswerError    the answer broke off, ran on, or was none at all
│   └── EmptyAnswerError the answer was sound but held no word
├── LocalModelError      the model on this machine cannot be opened: no such file, not a model, too little memory
└── PausedError          not asked at all: it failed several times in a row and is being tried in the background
"""

import json
import re
from itertools import groupby
from urllib.parse import quote

from index.errors import ParkError

HIDDEN = "********"
MOST_CHARS = 200
"""What is repeated of a server's own words, characters."""
_PART_CHARS = 8
"""A server may show a part of the key: any so many characters of it in a row are hidden."""
_READ_CHARS = 5_000
"""What is read of them at all, characters."""
_BEARER = re.compile(r"(?i)\b(bearer\s+)\S+")


class ChatModelError(ParkError):
    """The chat model gave no answer, or not a whole one; the quotes stand without it."""


class UnreachableError(ChatModelError):
    """No connection to the server, or it was cut before the first word."""


class TooSlowError(ChatModelError):
    """No connection, no first word, no next word or no end in its time."""


class RejectedError(ChatModelError):
    """The server answered with an error; `status` is HTTP's number, 0 when the error came inside a stream."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class BrokenAnswerError(ChatModelError):
    """The answer broke off, ran on, or was none at all."""


class EmptyAnswerError(BrokenAnswerError):
    """The answer was sound but held no word."""


class LocalModelError(ChatModelError):
    """The model on this machine cannot be opened."""


class PausedError(ChatModelError):
    """Not asked at all: the model failed several times in a row and is being tried in the background."""


def plain(text: str, key: str) -> str:
    """Return a server's words fit to be shown: one short line without the key, nor any part of it worth having."""
    text = _BEARER.sub(rf"\1{HIDDEN}", text[:_READ_CHARS])
    for spelled in {key, key.strip(), json.dumps(key)[1:-1], quote(key, safe="")} - {""}:
        text = _without_parts(text.replace(spelled, HIDDEN), spelled)
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= MOST_CHARS else line[: MOST_CHARS - 1] + "…"


def _without_parts(text: str, key: str) -> str:
    windows = {key[at : at + _PART_CHARS] for at in range(len(key) - _PART_CHARS + 1)}
    hidden: set[int] = set()
    for at in range(len(text) - _PART_CHARS + 1):
        if text[at : at + _PART_CHARS] in windows:
            hidden.update(range(at, at + _PART_CHARS))
    runs = groupby(range(len(text)), key=lambda at: at in hidden)
    return "".join(HIDDEN if is_hidden else "".join(text[at] for at in run) for is_hidden, run in runs)
