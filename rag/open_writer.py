"""Puts together what writes answers: the chat model that the settings name, the check of its sentences, the queue.

The only file that knows both the checker and the model's door.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from index.embed import Embedder
from index.tokens import names_in
from rag.generate import Writer
from rag.open_chat import open_chat_model
from rag.records import Citation
from rag.rewrite import Rewriter
from rag.support import Source, Support
from rag.turns import Turns
from settings import Settings

if TYPE_CHECKING:
    from index.store import Index


@dataclass(frozen=True)
class QuoteChecker:
    """Whether citations bear a sentence out: their words, their dates, and what they stand under."""

    support: Support

    def supports(self, sentence: str, quotes: Sequence[Citation]) -> bool:
        """Whether every fact of `sentence` stands in `quotes`."""
        sources = [Source(one.quote, one.date, " ".join((one.document, *one.headings))) for one in quotes]
        return self.support.check(sentence, sources).supported


class Known(Protocol):
    """What the check needs of an index: its model, and the names of its corpus."""

    @property
    def embedder(self) -> Embedder:
        """The model it was built with."""

    @property
    def names(self) -> frozenset[str]:
        """What its titles and headings call things."""


def checker_of(index: Known) -> QuoteChecker:
    """Return the check over an opened index: its model, and the names of its corpus."""
    return QuoteChecker(Support(index.embedder, lambda text: names_in(text, index.names)))


def open_writer(settings: Settings, index: "Index") -> tuple[Writer | None, Rewriter | None]:
    """Open the chat model that the settings name, if any. Raises ChatModelError or SettingsError where it cannot be."""
    chat = open_chat_model(settings)
    if chat is None:
        return None, None
    turns = Turns(chat.slots)
    writer = Writer(chat, checker_of(index), turns, is_paused=lambda: chat.state.is_open)
    if chat.is_local:
        threading.Thread(target=writer.warm_up, name="warm-up", daemon=True).start()
    return writer, Rewriter(chat, turns)
