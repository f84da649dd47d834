"""Reads a question and sentences together: which of them answers, or none.

Knows the model's outputs; knows nothing of how sentences were found or what is done with the reading.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.reader_input import Line, layout

_LEAST = 1e-6
"""Least probability told apart from none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of some lines.

    `told` is the log-odds that any line answers. `lines` hold the log of each line's share of what answers, None for
    those that were not read.
    """

    told: float
    lines: tuple[float | None, ...]


class Reader(Protocol):
    """Whatever can tell which line answers a question."""

    def read(self, question: str, lines: Sequence[Line]) -> Reading:
        """Read `lines`, the likeliest first, for `question`; both normalised."""
        ...


class TokenModel(Protocol):
    """What the reader needs of an opened model."""

    tokenizer: Any
    """The `tokenizers.Tokenizer` of the model."""

    def logits(self, ids: NDArray[np.int64], segments: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return start and end logits of tokens, shape (tokens, 2); token 0 stands for "no answer"."""
        ...


class SpanReader:
    """A reader by a model that marks where an answer starts and ends. Safe to call from several threads."""

    def __init__(self, model: TokenModel) -> None:
        self._model = model

    def read(self, question: str, lines: Sequence[Line]) -> Reading:
        """Read as many lines as fit in, in the order given."""
        if not lines:
            return Reading(math.log(_LEAST), ())
        plan = layout(self._model.tokenizer, question, lines)
        logits = self._model.logits(plan.ids, plan.segments).astype(np.float64)
        shares = np.exp(logits - logits.max(0))
        shares /= shares.sum(0)
        nothing = float(shares[0].mean())
        told = [float(shares[start:end].sum() / 2) for start, end in plan.spans]
        logs = [math.log(max(_LEAST, one)) for one in told]
        unread: list[float | None] = [None] * (len(lines) - len(told))
        return Reading(_odds(1 - nothing), (*logs, *unread))


def _odds(probability: float) -> float:
    return math.log(max(_LEAST, probability) / max(_LEAST, 1 - probability))
