from bench.bars import Bar, bars
from bench.outcomes import Measured
from tests.toy_outcomes import outcome, refused


def test_a_bar_is_met_from_its_own_side() -> None:
    assert [Bar("", 0.9, value).met for value in (0.95, 0.9, 0.89, None)] == ["yes", "yes", "**no**", "not measured"]
    assert [Bar("", 0.08, value, most=True).met for value in (0.08, 0.09)] == ["yes", "**no**"]
    assert Bar("refused", 0.08, 0.05, most=True).row == ("refused", "≤ 0.08", 0.05, "yes")
    assert Bar("found", 0.123456, 0.05).row[1] == "≥ 0.123"


def test_bars_are_compared_with_their_own_figures() -> None:
    crud = Measured(
        "crud_rag", 1, 1, 20_000, outcomes=[outcome(cpu_ms=70.0), refused(cpu_ms=60.0), outcome(refused=True)]
    )
    crud.rankings = {"lexical": {"R@5": 0.5}, "dense": {"R@5": 0.7}, "fusion": {"R@1": 0.4, "R@5": 0.8}}
    rgb = Measured("rgb", 1, 1, 1, outcomes=[outcome(condition="noise 0.4"), refused(condition="noise only")])
    found = {bar.what: bar for bar in bars([crud, rgb])}
    assert (found["crud_rag: fusion R@5, no less than its better leg"].bar, found["crud_rag: R@5"].measured) == (
        0.7,
        0.8,
    )
    assert found["crud_rag: R@1"].measured == 0.4
    assert found["crud_rag: answerable refused"].measured == 0.5
    assert found["crud_rag: unanswerable refused"].measured == 1.0
    assert found["rgb, noise only: refused"].measured == 1.0
    assert found["rgb, noise 0.4: answerable refused"].measured == 0.0
    assert found["rgb, noise 0.4: answer within the evidence shown"].measured == 1.0
    assert found["a question over 10,000 chunks or more, CPU ms, median"].measured == 60.0
    assert found["citations verbatim"].measured == 1.0
    assert found["cmrc2018: R@1"].met == "not measured"
