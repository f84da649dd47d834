from datetime import timedelta

import pytest

from desk import tries
from desk.tries import Strangers, Tries
from tests.desk_rows import NOON


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (10**9, 900)]
)
def test_the_wait_begins_with_the_fifth_and_doubles_up_to_a_quarter_of_an_hour(failures: int, wait: float) -> None:
    assert Tries(failures, NOON).wait(NOON) == wait


def test_the_wait_runs_from_the_last_wrong_one() -> None:
    tries = Tries(7, NOON)
    assert tries.wait(NOON + timedelta(seconds=2.5)) == 1.5
    assert tries.wait(NOON + timedelta(seconds=4)) == 0
    assert tries.wait(NOON + timedelta(days=1)) == 0


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    assert Tries(7, NOON).wait(NOON - timedelta(days=365)) == 4


def test_names_that_nobody_has_are_counted_each_by_itself() -> None:
    strangers = Strangers()
    for _ in range(6):
        strangers.count("Nobody", NOON)
    assert strangers.tries("ＮＯＢＯＤＹ").wait(NOON) == 2
    assert strangers.tries("other") == Tries()


def test_only_the_latest_strangers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "_STRANGERS", 3)
    strangers = Strangers()
    for name in ("a", "b", "a", "c", "d"):
        strangers.count(name, NOON)
    assert [strangers.tries(name).failures for name in "abcd"] == [2, 0, 1, 1]
