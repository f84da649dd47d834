"""A follow-up that the rules could not make stand alone, said anew by a chat model, which may only add what was said.

Knows a chat model's door; knows nothing of the index.
"""

import logging
import re
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise

from index.errors import ParkError
from index.words import cut, is_common
from rag.chat_model import ChatModel
from rag.prompt import rewrite_messages
from rag.records import Turn
from rag.shingles import RUN, is_chinese, shingles
from rag.turns import Turns
from rag.writing import normalise

logger = logging.getLogger(__name__)

MOST_TOKENS = 64
LONGEST_WAIT = 4.0
"""How long a follow-up's other reading is waited for, seconds: its visitor sees nothing meanwhile."""
_LONGEST = 120  # characters of a question said anew
_FREE = frozenset("的了吗呢在和与及是有哪些什么多少怎么如何请问谁几为何时候地方个家")
"""Characters a question is put together with, whoever said them."""


class Rewriter:
    """Makes follow-ups stand alone, where nobody waits for the model. Safe to call from several threads."""

    def __init__(self, model: ChatModel, turns: Turns) -> None:
        self._model = model
        self._turns = turns

    def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        """Return `question` (normalised) said so that it needs no history; None when the model is busy or fails."""
        try:
            with self._turns.enter() as turn:
                if turn.place:
                    return None
                said = self._first_line(question, history)
        except ParkError as error:  # costs a follow-up its better reading, no more
            logger.warning("a follow-up was not said anew: %s", error)
            return None
        said = normalise(re.sub(r"^(?:改写后的?问题|问题?)[:：]", "", said.strip()))
        known = [question, *(text for turn in history for text in (turn.question, turn.answer))]
        return said if said and said != question and only_adds(said, known) and keeps(said, question) else None

    def _first_line(self, question: str, history: Sequence[Turn]) -> str:
        said, by = "", time.monotonic() + LONGEST_WAIT
        with closing(self._model.stream(rewrite_messages(question, history), MOST_TOKENS)) as pieces:
            timer = threading.Timer(LONGEST_WAIT, pieces.close)
            timer.daemon = True
            timer.start()
            try:
                for piece in pieces:
                    said += piece
                    if "\n" in said.strip() or len(said) > _LONGEST:
                        break
            finally:
                timer.cancel()
        return said.strip().split("\n")[0] if time.monotonic() < by else ""


def keeps(said: str, question: str) -> bool:
    """Whether `said` still asks about every thing that `question` names: another question is no reading of it."""
    nouns = (word.text for word in cut(question) if word.tag.startswith("n") and len(word.text) > 1)
    return all(noun in said for noun in nouns if is_common(noun))  # 间嘛 is no word, only cut like one


def only_adds(said: str, known: Sequence[str]) -> bool:
    """Whether each word of `said` but those that only ask stands in `known`: figures and Latin words as they are."""
    if len(said) > _LONGEST:
        return False
    texts = [normalise(text).lower() for text in known]
    told = set().union(*map(shingles, texts))
    return all(_is_told(word.text, told, "".join(texts)) for word in cut(said.lower()))


def _is_told(word: str, told: set[str], text: str) -> bool:
    runs = RUN.findall(word)
    if runs == [word] and not is_chinese(word):
        return word in told
    if not runs or all(char in _FREE for char in word):
        return True
    if len(word) == 1:
        return word in text
    return all(a + b in told or (a in _FREE and b in _FREE) for a, b in pairwise(word))
