import numpy as np

from bench.groups import fit, made_up, meant, pairs, rows, signals
from tests.toy_meanings import ToyMeanings


def test_the_file_holds_groups_of_different_questions() -> None:
    read = rows()
    assert len(read) == len({row.question for row in read}) == 4 * len({row.group for row in read})
    assert {row.half for row in read} == {"tune", "hold", "fresh"}


def test_made_up_questions_differ_and_are_the_same_each_time() -> None:
    made = made_up(5_000)
    assert len({row.question for row in made}) == 5_000
    assert made == made_up(5_000)


def test_pairs_are_counted() -> None:
    assert pairs(["a", "a", "b", "a"], [[0, 1, 2], [3]]) == (1, 3, 3)


def test_the_fit_finds_the_weights_that_made_the_data() -> None:
    chance = np.random.default_rng(2)
    of = np.c_[chance.uniform(0.8, 1, 20_000), chance.integers(0, 2, (20_000, 2))]
    odds = 30 * of[:, 0] + 2 * of[:, 1] - 3 * of[:, 2] - 27
    same = chance.random(20_000) < 1 / (1 + np.exp(-odds))
    assert np.allclose(fit(of, same, ridge=1e-9), [30, 2, -3, -27], rtol=0.15)


def test_signals_have_a_row_for_each_pair() -> None:
    assert signals(meant(["食堂几点开饭", "食堂多少钱", "班车"], ToyMeanings())).shape == (3, 13)  # type: ignore[arg-type]
