from datetime import UTC, datetime
from typing import get_args

import pytest

from desk import words
from desk.tables import Channel, LeadState, QuestionState, Verdict
from rag.records import Language, Mode


def test_everything_has_a_name() -> None:
    kinds = {Mode: words.MODES, Channel: words.CHANNELS, Language: words.LANGUAGES, Verdict: words.VERDICTS}
    kinds |= {LeadState: words.LEAD_STATES, QuestionState: words.QUESTION_STATES}
    for kind, names in kinds.items():
        assert set(names) == set(get_args(kind))


def test_a_moment_is_chinas() -> None:
    assert words.moment(datetime(2024, 5, 5, 16, 1, tzinfo=UTC)) == "2024-05-06 00:01"


@pytest.mark.parametrize(("share", "written"), [(None, "—"), (0.0, "0%"), (0.876, "88%"), (1, "100%")])
def test_a_share_is_in_per_cent(share: float | None, written: str) -> None:
    assert words.percent(share) == written


@pytest.mark.parametrize(("ms", "written"), [(None, "—"), (37.4, "37 毫秒"), (999, "999 毫秒"), (2049, "2.0 秒")])
def test_a_time_is_as_people_read_it(ms: float | None, written: str) -> None:
    assert words.duration(ms) == written


def test_a_reason_that_is_not_known_stands_as_it_was_given() -> None:
    assert (words.reason("outdated"), words.reason("字太小")) == ("已经过时", "字太小")
