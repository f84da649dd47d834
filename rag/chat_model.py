"""What writes answers: messages go in, pieces of text come out as they are written. Knows no library and no server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Message = tuple[str, str]
"""A role (system, user or assistant) and what it says."""


class Pieces(Protocol):
    """Pieces of an answer as they are written. A generator is one; only ours may be closed from any thread."""

    def __iter__(self) -> Iterator[str]: ...

    def __next__(self) -> str:
        """Return the next piece. Raises ChatModelError.

        Now and then one is empty: a model may be silent for long, and whoever reads can see if anybody still listens.
        """

    def close(self) -> None:
        """End the generation, on the server too; whoever waits for the next piece sees the end."""


class ChatModel(Protocol):
    """What writes answers."""

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Pieces:
        """Return the answer piece by piece, at most `most_tokens` tokens: its last sentence may be cut off there.

        Raises ChatModelError, here or at any piece.
        """

    def close(self) -> None:
        """End every answer under way; a later `stream` raises ChatModelError."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may take, seconds: to connect, to its first word, from word to word, as a whole.

    `beat`: how often an empty piece comes meanwhile.
    """

    connect: float = 5.0
    first_word: float = 20.0
    next_word: float = 10.0
    whole: float = 60.0
    beat: float = 0.25
