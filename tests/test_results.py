import re

from bench.bars import bars
from bench.outcomes import STOCK, Measured
from bench.plots import CALIBRATION, CURVES
from bench.results import page, shown, table
from tests.toy_outcomes import outcome, refused

FIGURES = {"R@1": 0.5, "R@5": 0.75, "R@10": 1.0, "MRR@10": 0.6, "nDCG@10": 0.7, "all@5": 0.75, "all@10": 1.0}


def measured() -> list[Measured]:
    cmrc = Measured("cmrc2018", 2, 90, 3, rankings={"fusion": FIGURES, STOCK: FIGURES}, ranked=4, stock_shows=0.25)
    cmrc.outcomes = [outcome(cited=2, supported=1, marked=1, covered=1), outcome(condition="gold", first=2)]
    crud = Measured("crud_rag", 2, 90, 3, outcomes=[outcome(), refused(), refused(answerable=True)])
    return [cmrc, crud]


def test_values_are_shown_with_three_digits_and_what_is_unknown_as_a_dash() -> None:
    assert [shown(value) for value in (0.5, 1.0, None, 7, "name")] == ["0.500", "1.000", "–", "7", "name"]
    assert table(("a", "b"), [("x", 0.25)]) == "| a | b |\n|---|---:|\n| x | 0.250 |"


def test_the_page_says_what_was_measured() -> None:
    text = page(measured(), bars(measured()), {"date": "2026-11-24"})
    assert "- date: 2026-11-24" in text
    assert "| cmrc2018 | fusion | 4 | 0.500 | 0.750 | 1.000 | 0.600 | 0.700 | 0.750 | 1.000 |" in text
    assert "| cmrc2018 | end to end | 1 | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 |" in text
    assert "| cmrc2018 | gold | 1 | 0.000 | 1.000 | 1.000 | 1.000 | 1.000 |" in text
    assert f"| cmrc2018 | end to end, {STOCK} | – | – | – | – | – | 0.250 |" in text
    assert "| crud_rag | 2 | 1 | 0.500 | 1.000 | 0.500 | 0.750 | " in text
    assert "| crud_rag, always answers | 2 | 1 | – | 0.000 | 0.000 | 0.500 | 0.333 |" in text
    assert "| cmrc2018 | 1.000 | 0.500 | 1.000 | 1 | 1.000 |" in text


def test_every_table_has_rows_as_wide_as_its_heading() -> None:
    text = page(measured(), bars(measured()), {})
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_the_page_shows_both_plots() -> None:
    assert re.findall(r"\]\(([^)]+)\)", page(measured(), [], {})) == [CURVES, CALIBRATION]
