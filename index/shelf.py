"""The corpus folder as a shelf: a report is put there whole or not at all, and what is taken out is kept.

Whatever is replaced or taken out lies in the home folder, under the moment and its own path, and can be put back.
Knows nothing of the index: a build takes in what has changed here.
"""

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from index import home
from index.chunk import chunk_document
from index.errors import ReadError, ShelfError
from index.load import READERS, read_bytes
from index.records import Document
from index.whole_files import SLICE, digest, digest_of, read, settle, written
from settings import Settings

_MOMENT = "%Y%m%dT%H%M%S%fZ"
_REMOVED = re.compile(r"(\d{8}T\d{12}Z)/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report that may be put on the shelf, and what it would become: `texts` is how many have to be embedded."""

    path: str
    document: Document
    chunks: int
    texts: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A report that was taken out or replaced; `key` names this version of it, `size` is in bytes."""

    key: str
    path: str
    at: datetime
    size: int


class Shelf:
    """The corpus folder of `settings`; several may change it, also in several processes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._removed = home.removed_path(settings.home)

    def examine(self, path: str, data: bytes) -> Candidate:
        """Read a file's bytes as a build would; raises ReadError, saying why it would be left out."""
        limit = self._settings.max_file_bytes
        if len(data) > limit:
            raise ReadError(f"文件过大：最多 {limit:,} 字节 (too large: at most {limit} bytes): split it", "too-large")
        document = read_bytes(path, data)
        chunks = chunk_document(document, self._settings.chunk_chars)
        texts = {text for chunk in chunks for text in (chunk.embedded_text, *chunk.embedded_sentences())}
        return Candidate(path, document, len(chunks), len(texts), len(data), digest_of(data))

    def data(self, path: str) -> bytes | None:
        """Return what lies at a path, at most one byte more than may be indexed; None when nothing does."""
        return read(self._place(path), self._settings.max_file_bytes)

    def standing(self, name: str) -> str:
        """Return the name of the file that is there under this one, however its letters are composed; else the name."""
        with _explained():
            names = os.listdir(self._place(name).parent)  # noqa: PTH208
        return next((other for other in sorted(names) if unicodedata.normalize("NFC", other) == name), name)

    def files(self) -> dict[str, int]:
        """Return path -> time of its last change, nanoseconds of the epoch, of every file that has a reader."""
        with _explained():
            found = list(_files(self._settings.corpus.resolve()))
        return {path: file.stat().st_mtime_ns for file, path in found if file.suffix.lower() in READERS}

    def digest_at(self, path: str) -> str:
        """Return the digest of the file at a path, empty when there is none."""
        return digest(self._place(path))

    def put(self, path: str, data: bytes, instead_of: str = "") -> None:
        """Put a file on the shelf; with `instead_of`, the digest of the one that is there, in its place.

        Raises ShelfError, with everything as it was, when something else is there by now, or the disk refuses.
        """
        with _explained(), home.shelving(self._settings.home):
            target = self._place(path)
            if digest(target) != instead_of:
                raise ShelfError(f"「{path}」刚刚被改动，请重新上传 / has just been changed, upload it again")
            target.parent.mkdir(parents=True, exist_ok=True)
            with written(target.parent, [data]) as part:
                if instead_of:
                    self._keep(target, path)
                part.replace(target)
            settle(target.parent)

    def take_out(self, path: str) -> Removed:
        """Take a file off the shelf and keep it; raises ShelfError when there is none."""
        with _explained(), home.shelving(self._settings.home):
            target = self._place(path)
            if not target.exists():
                raise ShelfError(f"没有这份资料，可能刚被移出 / there is no such file: {path}")
            kept = self._keep(target, path)
            target.unlink()
            settle(target.parent)
        return kept

    def removed(self) -> list[Removed]:
        """Return what was taken out and is not back, the latest first."""
        found = [_removed(file, key, made) for file, key in _files(self._removed) if (made := _REMOVED.fullmatch(key))]
        return sorted(found, key=lambda item: item.key, reverse=True)

    def removed_data(self, key: str) -> tuple[str, bytes]:
        """Return the path and the bytes of what was taken out; raises ShelfError when it is there no more."""
        made, data = _REMOVED.fullmatch(key), None
        if made:
            with _explained():
                data = read(_inside(self._removed, key), self._settings.max_file_bytes)
        if not made or data is None:
            raise ShelfError("这份资料已不在「已移出」中 / it is not among what was removed any more")
        return made[2], data

    def forget(self, key: str) -> None:
        """Drop what was taken out, once it is on the shelf again."""
        with _explained():
            file = _inside(self._removed, key)
            file.unlink(missing_ok=True)
        with suppress(OSError):  # something else was taken out at that very moment
            file.parent.rmdir()

    def _keep(self, target: Path, path: str) -> Removed:
        """Copy a file to where removed ones lie: the corpus may be on another disk."""
        key = f"{datetime.now(UTC).strftime(_MOMENT)}/{path}"
        copy = self._removed / key
        copy.parent.mkdir(parents=True, exist_ok=True)
        with target.open("rb") as file, written(copy.parent, iter(lambda: file.read(SLICE), b"")) as part:
            part.rename(copy)
        settle(copy.parent)
        made = _REMOVED.fullmatch(key)
        assert made  # noqa: S101
        return _removed(copy, key, made)

    def _place(self, path: str) -> Path:
        """Return where a path of the corpus lies; raises ShelfError for what is not a plain file's place inside it."""
        root = self._settings.corpus.resolve()
        if not root.is_dir():
            raise ShelfError(f"资料文件夹不存在 / the corpus folder does not exist: {self._settings.corpus}")
        return _inside(root, path)


def _inside(root: Path, path: str) -> Path:
    """Return the place of a relative path below `root`; no part of it may be hidden, or a link."""
    parts = PurePosixPath(path).parts
    outside = not parts or "\0" in path or any(part.startswith((".", "/")) for part in parts)
    place = root.joinpath(*parts)
    if outside or place.parent.resolve() != root.resolve().joinpath(*parts[:-1]):
        raise ShelfError("不能使用这个路径 / this path cannot be used")
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(place.lstat().st_mode):
            raise ShelfError(f"「{path}」不是普通文件，请在服务器上处理 / is not a regular file")
    return place


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder, hidden ones left out, and their paths in it."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(place, name)
            if not name.startswith("."):
                yield file, file.relative_to(folder).as_posix()


def _removed(file: Path, key: str, made: re.Match[str]) -> Removed:
    at = datetime.strptime(made[1], _MOMENT).replace(tzinfo=UTC)
    return Removed(key, made[2], at, file.stat().st_size)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise ShelfError("磁盘空间不足，没有改动任何资料 / the disk is full, nothing was changed") from error
        why = error.strerror or type(error).__name__
        raise ShelfError(f"无法读写资料文件夹，没有改动任何资料 / nothing was changed: {why}") from error
