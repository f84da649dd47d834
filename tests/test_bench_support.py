import pytest

from bench.support import main, measured, table
from bench.support_pairs import Pair
from rag.support import Source, Support
from tests.test_support import support  # noqa: F401 - a fixture

FLATS = Source("缙云新居有920套人才公寓。", "2023-10", "住房")


def test_what_passes_is_counted_by_set_half_and_kind(support: Support) -> None:  # noqa: F811
    pairs = [
        Pair("own", "d", "true", "as it is", "缙云新居有920套人才公寓。", (FLATS,)),
        Pair("own", "d", "number", "changed", "缙云新居有921套人才公寓。", (FLATS,)),
    ]
    found = measured(pairs, support)
    assert {kind: passed for (_, _, kind), passed in found.items()} == {"true": [True], "number": [False]}
    text = table(found)
    assert "0.0 % (1)" in text
    assert "≤ 2 %" in text


def test_without_the_data_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PARK_EVAL_DATA", raising=False)
    assert main([]) == 2
    assert "PARK_EVAL_DATA" in capsys.readouterr().err
