"""Reads a question beside a passage: is the answer there, and where. A small head over the embedding model's states.

The states of question and passage below the model's top layers are made apart (a passage's are remembered); the head,
four layers that see both, was trained on public reading comprehension (bench/train_reader.py). The split follows
DeFormer (Cao et al., ACL 2020, arXiv 2005.00697). Knows no index and no answers.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

HEAD = Path(__file__).with_name("reader.onnx")
_REMEMBERED_PASSAGES = 512
_LONGEST_SPAN = 48  # tokens: what answers a question is seldom longer, and a longer span is cheap noise


@runtime_checkable
class Encoder(Protocol):
    """What the reader needs of the embedding model."""

    @property
    def has_lower_states(self) -> bool:
        """Whether `lower_states` can be called."""
        ...

    def lower_states(self, text: str, question: bool) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
        """States below the top layers, shape (tokens, hidden), and each token's character offsets."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in one passage: the log-odds that it answers, and the likeliest answer's character offsets."""

    log_odds: float
    start: int
    end: int


class Reader:
    """An opened reader. Safe to call from several threads."""

    def __init__(self, encoder: Encoder, head: Path = HEAD) -> None:
        # onnxruntime is loaded by the embedding model already; a bare import of this module does without
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(str(head), options, providers=["CPUExecutionProvider"])
        self._encoder = encoder
        self._passage = functools.lru_cache(_REMEMBERED_PASSAGES)(self._encode_passage)

    def read(self, question: str, passages: Sequence[str]) -> list[Read]:
        """Return one Read per passage; none for none."""
        if not passages:
            return []
        asked, _ = self._encoder.lower_states(question, question=True)
        return [self._read(asked, *self._passage(passage)) for passage in passages]

    def _read(
        self, asked: NDArray[np.float32], states: NDArray[np.float16], offsets: tuple[tuple[int, int], ...]
    ) -> Read:
        both = np.concatenate([asked, states.astype(np.float32)])
        segments = np.repeat([0, 1], [len(asked), len(states)]).astype(np.int64)
        log_odds, spans = self._session.run(["log_odds", "spans"], {"states": both[None], "segments": segments[None]})
        first, last = best_span(spans[0, len(asked) :])
        return Read(float(log_odds.reshape(())), offsets[first][0], offsets[last][1])

    def _encode_passage(self, passage: str) -> tuple[NDArray[np.float16], tuple[tuple[int, int], ...]]:
        states, offsets = self._encoder.lower_states(passage, question=False)
        return states.astype(np.float16), tuple(offsets)


def best_span(scores: NDArray[np.float32]) -> tuple[int, int]:
    """Return the first and last token of the likeliest span; `scores` are start and end scores, shape (tokens, 2)."""
    pairs = scores[:, None, 0] + scores[None, :, 1]
    ordered = np.triu(np.ones_like(pairs, bool)) & ~np.triu(np.ones_like(pairs, bool), _LONGEST_SPAN)
    place = int(np.where(ordered, pairs, -np.inf).argmax())
    return place // len(scores), place % len(scores)


def open_reader(encoder: object) -> Reader | None:
    """Open the reader that belongs to the built-in model; another model has none, and signals decide without it."""
    return Reader(encoder) if isinstance(encoder, Encoder) and encoder.has_lower_states and HEAD.exists() else None
