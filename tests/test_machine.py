import os
from pathlib import Path

import pytest

from rag.machine import free_memory, usable_cores

MEMINFO = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n"


def cgroup(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_on_this_machine_there_is_something_of_each() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
    assert (free_memory() or 0) > 0


@pytest.mark.parametrize(
    ("limit", "cores"), [("max 100000", 4), ("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1), ("", 4)]
)
def test_a_container_may_use_what_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, cores: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    assert usable_cores(cgroup(tmp_path, cpu_max=limit)) == cores


def test_memory_is_what_is_available_not_what_is_free(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(MEMINFO)
    assert free_memory(tmp_path / "none", meminfo) == 8_000_000 * 1024


def test_a_container_has_what_its_limit_leaves_and_its_files_give_way(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(MEMINFO)
    stat = "anon 500\ninactive_file 300\nactive_file 20\n"
    assert free_memory(cgroup(tmp_path, memory_max="1000", memory_current="900", memory_stat=stat), meminfo) == 420
    assert free_memory(cgroup(tmp_path, memory_max="max"), meminfo) == 8_000_000 * 1024


def test_where_the_system_does_not_say_nobody_knows(tmp_path: Path) -> None:
    assert free_memory(tmp_path, tmp_path / "meminfo") is None
