from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.figure_records import Day, Totals, percentile


@given(st.lists(st.integers(0, 60_000), min_size=1), st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_the_nearest_rank(times: list[int], share: float) -> None:
    expected = np.percentile(times, share * 100, method="inverted_cdf")
    assert percentile(Counter(times), share) == expected


def test_no_answers_took_no_time() -> None:
    assert percentile({}, 0.5) is None


def test_shares_are_of_what_was_asked() -> None:
    totals = Totals({"quote": 6, "refused": 2}, 3, 1, 3, None, None)
    assert (totals.asked, totals.share("refused"), totals.share("faq"), totals.helpful_share) == (8, 0.25, 0.0, 0.25)


@pytest.mark.parametrize("mode", ["quote", "refused"])
def test_nothing_asked_has_no_shares(mode: str) -> None:
    nothing = Totals({}, 0, 0, 0, None, None)
    assert (nothing.share(mode), nothing.helpful_share) == (None, None)  # type: ignore[arg-type]
    assert Day(date(2024, 5, 6), {}).asked == 0
