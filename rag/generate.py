"""An answer in a chat model's words: each sentence marked, checked against its quotes, and let through or replaced.

Knows a chat model's and a checker's door, and a draft that quotes; knows nothing of retrieval. Whatever fails, what is
left is the quotes.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from threading import Lock
from typing import Protocol

from rag.attribution import Written, attributions, sentences
from rag.chat_errors import ChatModelError
from rag.chat_model import ChatModel
from rag.compose import Draft
from rag.orders import gives_orders
from rag.prompt import answer_messages, warming_messages
from rag.records import Citation, Language, WaitingEvent
from rag.turns import NoTurnError, Turns
from rag.writing import to_traditional

logger = logging.getLogger(__name__)

MOST_SENTENCES = 4
"""Sentences taken of one answer; the prompt asks for three at most."""
BEAT = 0.5
"""How often a place in the queue is said again, and that writing goes on, seconds: whoever has left is noticed then."""
MOST_ATTRIBUTIONS = 5
"""Choices of quotes that a sentence is held against, before a quote stands in for it."""
MOST_TOKENS = 256
"""Tokens asked for at most: more than four sentences."""
# A model that finds nothing says so; whether the reports tell was decided before it was asked.
_DECLINES = re.compile(
    r"(?:资料|信息|文中|原文|以上)[^，,。]{0,8}(?:没有|未|并未|无法|不)[^，,。]{0,6}(?:提|说|写|给|找|包含|涉及|说明|回答|明确)"
    r"|(?:資料|資訊)[^，,。]{0,8}(?:沒有|未)[^，,。]{0,6}(?:提|說|寫|給|找)|无法(?:回答|确定|得知)|抱歉"
    r"|(?:do|does|did) not (?:mention|say|tell|specify|provide|contain)|not (?:mentioned|specified|provided)|\bsorry\b",
    re.I,
)


class Checker(Protocol):
    """Whatever tells whether quotes say what a sentence says."""

    def supports(self, sentence: str, quotes: Sequence[Citation]) -> bool:
        """Whether every fact of `sentence` (without marks) stands in `quotes`."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A further piece of an answer's text with the quotes it cites. `written`: in the model's words, not quoted."""

    text: str
    citations: tuple[Citation, ...] = ()
    written: bool = False


@dataclass
class Counts:
    """How sentences and answers fared since the start. Counted under a lock; read without one."""

    passed: int = 0
    replaced: int = 0
    written: int = 0
    quoted: int = 0
    failed: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, **more: int) -> None:
        """Add to the counts by name."""
        with self._lock:
            for name, number in more.items():
                setattr(self, name, getattr(self, name) + number)


class Writer:
    """Writes answers with a chat model, as many at a time as `turns` lets. Safe to call from several threads.

    `is_paused` tells that the model is left alone for now; `today` gives the date that the model is told.
    """

    def __init__(
        self,
        model: ChatModel,
        checker: Checker,
        turns: Turns,
        is_paused: Callable[[], bool] = lambda: False,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._model = model
        self._checker = checker
        self._turns = turns
        self._is_paused = is_paused
        self._today = today
        self.counts = Counts()

    @property
    def paused(self) -> bool:
        """Whether answers are quotes for now, the model being left alone."""
        return self._is_paused()

    def warm_up(self) -> None:
        """Have the rules and examples read once: on a small machine that takes longer than a visitor would wait."""
        try:
            with self._turns.turn(), closing(self._model.stream(warming_messages(), 1)) as pieces:
                for _ in pieces:
                    pass
        except (ChatModelError, NoTurnError) as error:
            logger.info("the chat model was not warmed up: %s", error)

    def close(self) -> None:
        """End every answer under way."""
        self._model.close()

    def write(
        self, question: str, quoted: Draft, essential: frozenset[int], language: Language
    ) -> Iterator[Piece | WaitingEvent]:
        """Yield the answer to `question` (standing alone) piece by piece; the pieces joined are its text.

        While others are before it, its place in the queue is told; closing the iterator gives up the place.

        `quoted` is the answer by quotes, verified. The numbers in `essential` are cited in any case: what the model
        left out of them follows as quotes. When nothing of the model's stands, the pieces are those of `quoted`.
        """
        answer = _Answer(quoted, language)
        yield from _trimmed(self._pieces(question, answer, essential))

    def _pieces(self, question: str, answer: "_Answer", essential: frozenset[int]) -> Iterator[Piece | WaitingEvent]:
        counts = {"passed": 0, "replaced": 0, "failed": 0}
        try:
            if not self.paused and not any(gives_orders(one.quote) for one in answer.draft.citations):
                with self._turns.enter() as turn:
                    yield from map(WaitingEvent, turn.places(BEAT))
                    yield from self._sentences(question, answer, counts)
        except NoTurnError as error:
            logger.info("quotes stand: %s", error)
        except ChatModelError as error:
            counts["failed"] = 1
            logger.warning("the chat model failed, quotes stand: %s", error)
        # Whatever else goes wrong with it, a visitor gets the quotes.
        except Exception:
            counts["failed"] = 1
            logger.exception("writing failed, quotes stand")
        yield from answer.rest(essential)
        kind = "written" if counts["passed"] else "quoted"
        self.counts.add(**counts, **{kind: 1})
        logger.info("answer %s: %s", kind, counts)

    def _sentences(self, question: str, answer: "_Answer", counts: dict[str, int]) -> Iterator[Piece | WaitingEvent]:
        messages = answer_messages(question, answer.offered, answer.language, self._today())
        left, heard = MOST_SENTENCES, time.monotonic()
        with closing(self._model.stream(messages, MOST_TOKENS)) as pieces:
            for written in sentences(pieces):
                if written is None:
                    if time.monotonic() - heard > BEAT:
                        heard = time.monotonic()
                        yield WaitingEvent(0)
                    continue
                yield from self._checked(written, answer, counts)
                left -= 1
                if not left:
                    return

    def _checked(self, written: Written, answer: "_Answer", counts: dict[str, int]) -> Iterator[Piece]:
        """Yield the sentence if its quotes bear it out, else what stands in for it."""
        if _DECLINES.search(written.text) or answer.has_said(written.text):
            return
        tried = list(islice(attributions(written, answer.offered), MOST_ATTRIBUTIONS))
        cited = next((one for one in tried if self._checker.supports(written.text, one)), None)
        if cited:
            counts["passed"] += 1
            yield from answer.say(written, cited)
        else:
            counts["replaced"] += 1
            yield from answer.replace(tried[0][:1] if tried else [])


class _Answer:
    """One answer on its way: what was said, what was cited. Nothing is said before a first written sentence stands."""

    def __init__(self, draft: Draft, language: Language) -> None:
        self.draft = draft
        self.offered = [*draft.citations, *(one for _, one in draft.further if not gives_orders(one.quote))]
        self.language = language
        self._said: list[str] = []
        self._cited: set[int] = set()
        self._waiting: list[int] = []

    def has_said(self, text: str) -> bool:
        """Whether a small model is repeating itself."""
        return text in self._said

    def say(self, written: Written, cited: Sequence[Citation]) -> Iterator[Piece]:
        """Yield a sentence in the model's words with its marks, after the quotes that wait for a first one."""
        yield from self._quotes(self._waiting)
        self._waiting = []
        self._said.append(written.text)
        self._cited.update(quote.number for quote in cited)
        text = to_traditional(written.text) if self.language == "zh-Hant" else written.text
        if not re.search(r"[。！？!?.…]$", text):
            text += "." if self.language == "en" else "。"
        space = " " if self.language == "en" else ""
        yield Piece(text + "".join(f"[{quote.number}]" for quote in cited) + space, tuple(cited), written=True)

    def replace(self, cited: Sequence[Citation]) -> Iterator[Piece]:
        """Yield the quotes that stand in for a sentence that did not pass, those not cited yet."""
        numbers = [quote.number for quote in cited]
        if self._said:
            yield from self._quotes(numbers)
        else:
            self._waiting += numbers

    def rest(self, essential: frozenset[int]) -> Iterator[Piece]:
        """Yield the whole draft if nothing written stands; else the quotes still needed, and what is not told."""
        if not self._said:
            yield from (Piece(text, (citation,) if citation else ()) for text, citation in self.draft.sentences)
            return
        yield from self._quotes(sorted(essential))
        first = self.draft.sentences[0]
        for text, citation in self.draft.sentences[first[1] is None :]:  # without the lead-in to quotes
            if citation is None:
                yield Piece(f"\n{text.strip()}")

    def _quotes(self, numbers: Sequence[int]) -> Iterator[Piece]:
        needed = set(numbers) - self._cited
        self._cited |= needed
        for text, citation in (*self.draft.sentences, *self.draft.further):
            if citation and citation.number in needed:
                yield Piece(text, (citation,))


def _trimmed(pieces: Iterator[Piece | WaitingEvent]) -> Iterator[Piece | WaitingEvent]:
    """Yield the pieces so that, joined, they neither begin nor end with whitespace."""
    gap, begun = "", False
    for piece in pieces:
        if isinstance(piece, WaitingEvent):
            yield piece
            continue
        text = (gap + piece.text) if begun else piece.text.lstrip()
        kept = text.rstrip()
        gap = text[len(kept) :]
        if kept:
            begun = True
            yield replace(piece, text=kept)
