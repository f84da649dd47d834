"""What visitors leave: hidden where it leads to a person, kept as it is where it is given for that."""

from dataclasses import replace
from datetime import datetime

import pytest

from desk.kept import Left, hidden, hide
from tests.desk_rows import NOON
from tests.desk_writer import ANSWER, SAID

LEFT = Left("李雷", "138 0013 8000", "同意联系", NOON)


def test_an_exchange_is_hidden_in_each_of_its_texts() -> None:
    secret = "电话13800138000"
    answer = replace(ANSWER, question=secret, standalone_question=secret, answer=secret)
    kept = hidden(replace(SAID, question=secret, answer=answer))
    assert {kept.question, kept.answer.question, kept.answer.standalone_question, kept.answer.answer} == {
        "电话〔电话〕"
    }


def test_what_no_database_holds_is_replaced() -> None:
    assert hide("a\0b\ud800c") == "a\ufffdb\ufffdc"


def test_a_moment_without_a_time_zone_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        replace(LEFT, left_at=datetime(2024, 5, 6))


def test_a_lead_is_named_by_the_beginning_of_its_id_and_never_by_whom_it_is_of() -> None:
    assert len(LEFT.id) == 32 and LEFT.reference == LEFT.id[:6]
    assert LEFT.label == f"lead {LEFT.id}"
