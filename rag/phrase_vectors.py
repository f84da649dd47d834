"""The vectors of staff's questions, each text embedded once; kept in a file, so that a restart embeds nothing again.

Knows texts and vectors; knows no entries. The file is only a memory: whatever is wrong with it, it is made anew.
"""

import logging
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder

logger = logging.getLogger(__name__)
_SPARE = 2
"""The file is written anew without what is no longer asked for when it holds so many times as many texts."""


class PhraseVectors:
    """Vectors of questions by one model. Safe to call from several threads."""

    def __init__(self, embedder: Embedder, path: Path | None = None) -> None:
        """Without a `path` nothing is kept."""
        self.fingerprint = embedder.fingerprint
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        self._path = path
        self._lock = threading.Lock()
        self._known = self._read()
        self._kept = set(self._known)

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimensions)."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._embedder.query(text)
        return np.array([self._known[text] for text in texts], np.float32).reshape(-1, self.dimensions)

    def keep(self, texts: Iterable[str]) -> None:
        """Write the vectors of `texts` to the file, unless they are there; what else is there may go."""
        wanted = {text for text in texts if text in self._known}
        if self._path is None:
            return
        with self._lock:
            if wanted <= self._kept and len(self._kept) <= _SPARE * max(1, len(wanted)):
                return
            self._write(self._path, sorted(wanted))
            self._kept = wanted

    def _write(self, path: Path, texts: Sequence[str]) -> None:
        work = path.with_name(f".{path.name}.new")
        rows = np.array([self._known[text] for text in texts], np.float32).reshape(-1, self.dimensions)
        try:
            with work.open("wb") as file:
                np.savez(file, fingerprint=np.array(self.fingerprint), texts=np.array(texts, dtype=np.str_), rows=rows)
            work.replace(path)
        except OSError as error:
            logger.warning("The vectors of staff's questions cannot be kept in %s: %s", path, error)

    def _read(self) -> dict[str, NDArray[np.float32]]:
        if self._path is None or not self._path.is_file():
            return {}
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                texts, rows = arrays["texts"], arrays["rows"].astype(np.float32)
                sound = str(arrays["fingerprint"]) == self.fingerprint and rows.shape == (len(texts), self.dimensions)
            return {str(text): row for text, row in zip(texts, rows, strict=True)} if sound else {}
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            logger.warning("The vectors in %s cannot be read and are made anew: %s", self._path, error)
            return {}
