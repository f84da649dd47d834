import subprocess
import sys
from pathlib import Path

import pytest

from bench import quality
from bench.measure import Plan
from bench.outcomes import Measured
from bench.sets import NAMES
from tests.toy_outcomes import outcome, refused


def planned(*arguments: str) -> list[Plan]:
    return quality.plans(quality.options_of(arguments), Path("data"), Path("var"))


def test_everything_is_planned_unless_less_is_asked_for() -> None:
    assert {plan.name for plan in planned()} == {*NAMES, "park"}
    assert {(plan.questions, plan.documents, plan.stock) for plan in planned()} == {(None, None, True)}
    assert [plan.name for plan in planned("--set", "rgb", "--set", "park")] == ["rgb", "park"]
    assert {plan.questions for plan in planned("--limit", "9")} == {9}
    assert all(plan.questions for plan in planned("--quick"))
    assert {plan.questions for plan in planned("--quick", "--limit", "5")} == {5}
    assert not any(plan.stock for plan in planned("--no-stock"))


def test_without_the_data_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARK_EVAL_DATA", raising=False)
    assert quality.main([]) == 2
    assert "set PARK_EVAL_DATA" in capsys.readouterr().err


def test_a_part_is_written_only_where_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], model_home: Path
) -> None:
    found = [Measured("park", 1, 1, 1, outcomes=[outcome(), refused()])]
    monkeypatch.setattr(quality, "measured", lambda plans, processes: found)
    monkeypatch.setattr(quality, "RESULTS", tmp_path / "RESULTS.md")
    assert quality.main(["--set", "park", "--home", str(model_home)]) == 0
    assert "# How well it answers" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert quality.main(["--set", "park", "--home", str(model_home), "--output", str(tmp_path / "a" / "R.md")]) == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["R.md", "calibration.svg", "refusal.svg"]
    assert quality.main(["--data", str(tmp_path), "--home", str(model_home)]) == 0
    assert "commit: " in (tmp_path / "RESULTS.md").read_text("utf-8")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from bench.quality import options_of\n"
        "try: options_of(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'chromadb', 'matplotlib', 'sklearn', 'ir_measures', 'bm25s'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
