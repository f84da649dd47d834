import json
import random
import subprocess
import sys
from pathlib import Path

from bench.fit import ANSWERED, Case, fitted, kept_aside, main, write_coefficients
from bench.reader_data import is_dev
from tests.test_reader_data import small_pool


def cases() -> list[Case]:
    """A hundred documents, an answered and an unanswered case each: the reader is right, the signals are noise."""
    chance = random.Random(1)
    return [
        Case(str(number), kind, {"odds": chance.gauss(0, 1), "told": chance.gauss(3 if answered else -3, 1)}, answered)
        for number in range(100)
        for kind, answered in (("span", True), ("removed", False))
    ]


def test_what_tells_is_weighed_and_what_does_not_is_not() -> None:
    report = fitted(cases())["fit"]
    assert report["joint"]["told"] > 5 * abs(report["joint"]["odds"])
    assert report["auc"] > 0.99
    assert report["brier"] < 0.05
    assert report["cases"] == {"span": 100, "removed": 100}


def test_the_report_replaces_its_own_table_alone(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text('{"joint": {"told": 1.0}, "fit": {"auc": 0.5}}', "utf-8")
    write_coefficients({"fit": {"auc": 0.9}}, path)
    assert json.loads(path.read_text("utf-8")) == {"joint": {"told": 1.0}, "fit": {"auc": 0.9}}


def test_only_documents_kept_aside_are_asked_about(tmp_path: Path) -> None:
    pool = small_pool(tmp_path)
    whole = kept_aside(pool)
    aside = {text.id for text in pool.texts if is_dev(text)}
    assert {document.id for document in whole.documents} == aside
    assert {id_ for question in whole.questions for group in question.gold for id_ in group} <= aside
    assert {question.kind for question in whole.questions if question.answerable} <= set(ANSWERED)
    assert not any(question.kind in ANSWERED for question in whole.questions if not question.answerable)


def test_without_the_data_it_says_what_is_missing(tmp_path: Path) -> None:
    assert main(["calibration", "--data", str(tmp_path)]) == 2


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, bench.fit; print([name for name in ('torch', 'onnxruntime') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
