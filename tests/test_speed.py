import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import speed


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7], 95, 7),
        ([3, 1, 2], 50, 2),
        (range(1, 101), 95, 95),
        (range(1, 11), 95, 10),
        ([5, 1], 0, 1),
        ([5, 1], 100, 5),
    ],
)
def test_percentiles_are_values_that_occurred(values: list[float], percent: float, expected: float) -> None:
    assert speed.percentile(values, percent) == expected


def test_the_table_gives_median_and_p95_of_each_step() -> None:
    table = speed.timing_table([{"question": 1.0, "total": 10.0}, {"total": 30.0}, {"question": 2.0, "total": 20.0}])
    assert [line.split() for line in table.splitlines()[1:]] == [["question", "1.0", "2.0"], ["total", "20.0", "30.0"]]


def test_resident_memory_is_read_in_megabytes() -> None:
    assert speed.resident_mb("Name:\tpython\nVmRSS:\t  500000 kB\nThreads:\t3\n") == 512
    assert speed.resident_mb("Name:\tpython\n") is None


def test_the_machine_and_the_commit_are_told() -> None:
    assert f"{os.cpu_count()} cores" in speed.machine()
    assert speed.commit()


def test_outside_a_repository_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert speed.commit() == "unknown"


def test_a_pinned_process_keeps_to_one_core_with_its_threads() -> None:
    script = "import os, threading\nfrom bench.speed import pin\nsaid = pin()\nseen = []\n"
    script += "thread = threading.Thread(target=lambda: seen.append(len(os.sched_getaffinity(0))))\n"
    script += "thread.start(); thread.join(); import json; print(json.dumps([said, seen]))"
    done = subprocess.run([sys.executable, "-c", script], cwd=speed.ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["one core", [1]]


def test_a_fresh_home_holds_the_model_alone_and_goes_away(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "catalog.sqlite3").touch()
    with speed.fresh_home(tmp_path) as home:
        assert [path.name for path in home.iterdir()] == ["models"]
        assert (home / "models").resolve() == tmp_path / "models"
    assert not home.exists()
    assert (tmp_path / "models").exists()


def test_a_service_that_cannot_start_ends_the_measurement_with_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "PARK_HOME": str(tmp_path), "PARK_CORPUS_": "unknown"}
    with pytest.raises(SystemExit, match="make run"), speed.server(environment):
        pytest.fail("it is not ready")
