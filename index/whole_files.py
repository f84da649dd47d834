"""Files that are whole or not there at all, however the process that writes them ends."""

import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SLICE = 1 << 20
"""Bytes that are read or written at a time."""

_PART = ".part-"  # hidden: who lists the folder passes over what is being written
_STALE = 3600.0  # seconds; a part this old is of a process that was killed


def digest_of(data: bytes) -> str:
    """Return what tells one file's bytes from another's."""
    return hashlib.sha256(data).hexdigest()


def digest(path: Path) -> str:
    """Return the digest of a file, empty when there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def read(path: Path, most: int) -> bytes | None:
    """Return a file's bytes, one more than `most` at most; None when there is none."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        return None


@contextmanager
def written(folder: Path, data: Iterable[bytes]) -> Iterator[Path]:
    """Write a hidden file that is whole and on the disk; what is not given its name meanwhile is gone afterwards."""
    _sweep(folder)
    part = folder / f"{_PART}{secrets.token_hex(8)}"
    try:
        with part.open("xb") as file:
            for piece in data:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        yield part
    finally:
        part.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    for part in folder.glob(f"{_PART}*"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _STALE:
                part.unlink()


def settle(folder: Path) -> None:
    """See that the names in a folder are on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
