"""Where things lie in the home folder, and who may touch them when.

Two locks for the index: `build.lock` is held by the one process that changes it. `chroma.lock` is held by that process
too, and for a moment by a reader that opens Chroma: opening replays Chroma's log, which writes, and two processes that
write the same HNSW files destroy them. A third, `shelf.lock`, is for changes of the corpus folder: a build needs none,
since a file there is always whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexBusyError, StorageError

BUSY = "正在建立索引，请稍后再试 / the index is being built by another process; try again when it has finished"


CATALOG = "catalog.sqlite3"


def catalog_path(home: Path) -> Path:
    """Return the SQLite file that says what exists."""
    return home / CATALOG


def chroma_path(home: Path) -> Path:
    """Return the folder of the embedded Chroma."""
    return home / "chroma"


def lexical_path(home: Path) -> Path:
    """Return the folder of the tantivy index."""
    return home / "lexical"


def cache_path(home: Path) -> Path:
    """Return the folder of files that are quick to make again."""
    return home / "cache"


def removed_path(home: Path) -> Path:
    """Return the folder of what was taken out of the corpus."""
    return home / "removed"


@contextmanager
def building(home: Path) -> Iterator[None]:
    """Be the one process that changes this index; raises IndexBusyError in a moment when another is."""
    with _held(home / "build.lock", 0.3):
        yield


@contextmanager
def opening_chroma(home: Path, timeout: float) -> Iterator[None]:
    """Be the one process that opens or writes Chroma's files; raises IndexBusyError after `timeout` seconds."""
    with _held(home / "chroma.lock", timeout):
        yield


@contextmanager
def shelving(home: Path) -> Iterator[None]:
    """Be the one that changes the corpus folder; raises IndexBusyError after some seconds of waiting."""
    with _held(home / "shelf.lock", 10):
        yield


@contextmanager
def _held(path: Path, timeout: float) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=timeout)
        lock.acquire()
    except Timeout as error:
        raise IndexBusyError(BUSY) from error
    except OSError as error:
        raise StorageError(f"无法写入 {path.parent} / cannot write in the home folder: {error}") from error
    try:
        yield
    finally:
        lock.release()
