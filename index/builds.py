"""Builds in the background of a running service: one at a time, by the model that answers already.

Another process is not used: it would load the model again (965 MB, and seconds before its first text), and the index
is made for being changed under its readers. Knows nothing of who asks for a build.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.build import SyncReport, sync
from index.embed import Embedder
from index.errors import IndexBusyError, ParkError
from settings import Settings

logger = logging.getLogger(__name__)

Phase = Literal["idle", "waiting", "running", "done", "failed"]

SECONDS_A_TEXT = 0.03
"""How long one text takes to embed on one slow core, until this process has measured it."""

_TOLD_TEXTS = 32  # embedded between two words of progress; a stop waits for them too
_RETRY = 1.0  # seconds between two tries while another process builds
_BROKEN = "入库没有完成，请查看服务日志 / the build failed, see the service's log"


@dataclass(frozen=True, slots=True)
class Work:
    """What the background does: `waiting` is for another process, `texts` are those of the reports in hand."""

    phase: Phase = "idle"
    path: str = ""
    files_done: int = 0
    files: int = 0
    texts_done: int = 0
    texts: int = 0
    seconds: float = 0.0
    report: SyncReport | None = None
    error: str = ""

    @property
    def is_busy(self) -> bool:
        """Whether a build is under way or about to be."""
        return self.phase in ("waiting", "running")


class BackgroundBuild:
    """Builds when asked to; what is asked for during a build is one more build after it."""

    def __init__(
        self,
        settings: Settings,
        embedder: Callable[[], Embedder],
        after: Callable[[SyncReport], None] = lambda report: None,
    ) -> None:
        """`embedder` is asked for when a build begins; `after` is told of each that came to its end, in its thread."""
        self._settings = settings
        self._embedder = embedder
        self._after = after
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wanted = False
        self._stopping = threading.Event()
        self._started = 0.0
        self._work = Work()
        self.seconds_a_text = SECONDS_A_TEXT

    @property
    def work(self) -> Work:
        """What is going on now, or how the last build ended."""
        work = self._work
        return replace(work, seconds=time.monotonic() - self._started) if work.is_busy else work

    def request(self) -> None:
        """Have the index brought in line with the folder, from how it is now."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._wanted = True
            if not self._work.is_busy:
                self._started, self._work = time.monotonic(), Work("running")
            if self._thread is None:
                # A daemon: killed at any moment, a build leaves the old report or the new one.
                self._thread = threading.Thread(target=self._run, name="build", daemon=True)
                self._thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """Stop after the texts in hand, and wait for that; the next build goes on where this one was."""
        self._stopping.set()
        if thread := self._thread:
            thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted or self._stopping.is_set():
                    self._thread = None
                    return
                self._wanted = False
            ended = self._ended()
            with self._lock:
                self._work = Work("running") if self._wanted and not self._stopping.is_set() else ended

    def _ended(self) -> Work:
        """Build, and return how it ended."""
        self._started = time.monotonic()
        self._work = Work("running")
        try:
            report = self._built()
        except _StoppedError:
            return Work("idle")
        except ParkError as error:
            return Work("failed", error=str(error), seconds=time.monotonic() - self._started)
        # Nobody waits for this thread: whatever it is, it must be seen in the page.
        except Exception:
            logger.exception("a build in the background failed")
            return Work("failed", error=_BROKEN, seconds=time.monotonic() - self._started)
        self._tell(report)
        return Work("done", report=report, seconds=time.monotonic() - self._started)

    def _built(self) -> SyncReport:
        """Build as soon as no other process does."""
        counting = _Counting(self._embedder(), self._see_texts)
        while True:
            try:
                return sync(self._settings, counting, self._see_file)
            except IndexBusyError:
                self._work = Work("waiting")
            if self._stopping.wait(_RETRY):
                raise _StoppedError
            self._work = Work("running")

    def _see_file(self, path: str, done: int, files: int) -> None:
        self._work = replace(self._work, phase="running", path=path, files_done=done, files=files)

    def _see_texts(self, done: int, texts: int, seconds_a_text: float) -> None:
        if self._stopping.is_set():
            raise _StoppedError
        if seconds_a_text:
            self.seconds_a_text += (seconds_a_text - self.seconds_a_text) / 4
        self._work = replace(self._work, phase="running", texts_done=done, texts=texts)

    def _tell(self, report: SyncReport) -> None:
        try:
            self._after(report)
        # The index is built, whatever becomes of who is told.
        except Exception:
            logger.exception("who is told of builds failed")


class _StoppedError(Exception):
    """The service is being stopped."""


class _Counting:
    """An embedder that says how far it is, some texts at a time: one report may have a hundred thousand."""

    def __init__(self, embedder: Embedder, see: Callable[[int, int, float], None]) -> None:
        self._embedder = embedder
        self._see = see
        self.fingerprint = embedder.fingerprint
        self.dimensions = embedder.dimensions

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.empty((len(texts), self.dimensions), np.float32)
        self._see(0, len(texts), 0.0)
        for start in range(0, len(texts), _TOLD_TEXTS):
            some = texts[start : start + _TOLD_TEXTS]
            began = time.monotonic()
            rows[start : start + len(some)] = self._embedder.passages(some)
            self._see(start + len(some), len(texts), (time.monotonic() - began) / len(some))
        return rows

    def query(self, text: str) -> NDArray[np.float32]:
        return self._embedder.query(text)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embedder.queries(texts)
