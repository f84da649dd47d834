import json
from pathlib import Path

import pytest

from bench import support as bench
from bench.support import ablation, main, page, table
from bench.support_fit import Case
from bench.support_pairs import Pair
from rag.support import Coefficients, Source

MODEL = Coefficients({"figure": 0.0}, {"gap": -2.0}, 1.0, 0.5)


def case(kind: str, document: str = "d", figure: float = 0.0, gap: float = 0.0) -> Case:
    pair = Pair("own", document, kind, "made up", "缙云新居有920套公寓。", (Source("缙云新居有920套公寓。"),))
    return Case(pair, {"figure": figure, "gap": gap})


def halves() -> tuple[str, str]:
    """A document of either half: fitted on, and not."""
    names = [str(number) for number in range(20)]
    first = next(name for name in names if case("true", name).pair.is_fitted_on)
    return first, next(name for name in names if not case("true", name).pair.is_fitted_on)


def test_shares_are_told_by_set_half_and_kind() -> None:
    fitted, unseen = halves()
    cases = [
        case("true", fitted),
        case("number", fitted, figure=1.0),
        case("true", unseen, gap=1.0),
        case("name", unseen),
    ]
    rows = {"".join(line.split(" | ")[:2]).strip("| "): line for line in table(cases, MODEL).splitlines()}
    assert "0.0 % (1) | 0.0 % (1) | -" in rows["ownfitted"]
    assert "100.0 % (1) | - | 100.0 % (1)" in rows["ownunseen"]
    assert "≤ 2 %" in table(cases, MODEL)


def test_what_a_signal_is_for_shows_without_it() -> None:
    _, unseen = halves()
    lines = ablation([case("number", unseen, figure=1.0), case("true", unseen, gap=1.0)], MODEL).splitlines()
    assert "+100.0" in next(line for line in lines if line.startswith("| figure"))
    assert "-100.0" in next(line for line in lines if line.startswith("| gap"))


def test_without_the_data_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PARK_EVAL_DATA", raising=False)
    assert main([]) == 2
    assert "PARK_EVAL_DATA" in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path: Path, model_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "cmrc2018" in capsys.readouterr().err


def test_a_part_is_measured_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(("cmrc2018", "crud_rag", "dragonball_zh")):
        text = "".join(
            f"{thing}位于河边第{place}街，有{place + number + 3}层楼，2019年建成。"
            for place, thing in enumerate(["甲馆", "乙馆", "丙馆", "丁馆", "戊馆"])
        )
        row = {"id": name, "title": "馆舍", "text": text}
        (tmp_path / f"{name}.docs.jsonl").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "SUPPORT.md")
    assert main(["--data", str(tmp_path), "--limit", "1"]) == 0
    assert "| cmrc2018 |" in capsys.readouterr().out
    assert not (tmp_path / "SUPPORT.md").exists()


def test_the_page_has_both_tables() -> None:
    text = page([case("true", name) for name in halves()], MODEL)
    assert text.count("|---|") == 2
