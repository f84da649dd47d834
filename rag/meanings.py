"""What whoever puts questions together needs of the answering side: their vectors, many at a time, and what they name.

The chat goes first: the threads that embed here run at a lower priority, where the system knows of such.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from rag.lexicon import lexicon
from rag.staff_model import StaffModel, staff_model
from rag.terms import question_terms

THREADS = 2
"""Texts embedded at the same time; each run of the model keeps one core busy."""
_PIECE = 16  # texts a thread takes at a time
YIELDING = 10
"""How much nicer these threads are than the chat's, in the steps of `nice`: they get a tenth of a contended core."""


class Meanings:
    """Tells what questions mean, by the model that the index was built with. Safe to call from several threads."""

    def __init__(self, embedder: Embedder, threads: int = THREADS, staff: StaffModel | None = None) -> None:
        """`staff` moves vectors so that what asks the same thing is near, where it knows the model."""
        self._embedder = embedder
        self._threads = threads
        self._staff = staff or staff_model()

    @property
    def learnt(self) -> bool:
        """Whether the vectors are moved."""
        return self._staff.knows(self._embedder.fingerprint)

    @property
    def model(self) -> str:
        """The fingerprint of what makes the vectors: those of equal ones may be compared and kept."""
        return f"{self._embedder.fingerprint} {self._staff.stamp}" if self.learnt else self._embedder.fingerprint

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text (normalised), of the same length for each."""
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        pieces = [by_length[start : start + _PIECE] for start in range(0, len(texts), _PIECE)]
        rows = np.empty((len(texts), self._embedder.dimensions), np.float32)
        with ThreadPoolExecutor(self._threads, "meanings", initializer=_yield_to_others) as pool:
            found = pool.map(lambda piece: self._embedder.queries([texts[place] for place in piece]), pieces)
            for piece, some in zip(pieces, found, strict=True):
                rows[piece] = some
        return self._staff.projected(rows, self._embedder.fingerprint)

    def nouns(self, text: str) -> frozenset[str]:
        """Return the things and figures that `text` (normalised) names."""
        vague = lexicon().generic | lexicon().relational
        terms = [term for term in question_terms(text) if term.is_nominal or term.is_number]
        return frozenset(
            term.text for term in terms if term.text not in vague and (len(term.text) > 1 or term.is_number)
        )


def _yield_to_others() -> None:
    """Let this thread go behind the others of the process; Linux keeps a priority for each thread."""
    if hasattr(os, "setpriority") and hasattr(threading, "get_native_id"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
