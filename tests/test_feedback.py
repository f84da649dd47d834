"""A verdict at the door: each limit from both sides, and that nothing a program can send is more than a refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_door import JSON

from ui.door import Rejection
from ui.feedback import MAX_COMMENT_CHARS, REASONS, Opinion, read_opinion

TURN = "ab" * 16


def read(**fields: object) -> Opinion:
    return read_opinion(json.dumps({"turn": TURN, "verdict": "unhelpful", **fields}).encode())


def refused(**fields: object) -> str:
    with pytest.raises(Rejection) as caught:
        read(**fields)
    assert caught.value.status == 422
    return caught.value.code


def test_a_whole_verdict() -> None:
    opinion = read(reasons=["other", "wrong", "wrong"], comment=" 已搬走\n", mood="bad")
    assert opinion == Opinion(TURN, "unhelpful", ("wrong", "other"), "已搬走")


def test_only_the_answer_and_the_verdict_are_needed() -> None:
    assert read() == read(reasons=None, comment=None) == Opinion(TURN, "unhelpful")


def test_a_helpful_answer_has_no_reasons() -> None:
    assert read(verdict="helpful", reasons=["wrong"], comment="好") == Opinion(TURN, "helpful")


@pytest.mark.parametrize("turn", [None, "", 7, ["x"], "x" * 65])
def test_an_id_is_a_short_text(turn: object) -> None:
    assert refused(turn=turn) == "turn_type"


@pytest.mark.parametrize("verdict", [None, "", "good", 1, ["helpful"], "HELPFUL"])
def test_a_verdict_is_one_of_two(verdict: object) -> None:
    assert refused(verdict=verdict) == "verdict"


@pytest.mark.parametrize("reasons", ["wrong", ["bad"], [1], [["wrong"]], {"wrong": 1}])
def test_reasons_are_known_ones(reasons: object) -> None:
    assert refused(reasons=reasons) == "reasons"


def test_a_comment_has_an_end() -> None:
    assert len(read(comment="好" * MAX_COMMENT_CHARS).comment) == MAX_COMMENT_CHARS
    assert refused(comment="好" * (MAX_COMMENT_CHARS + 1)) == "comment_too_long"
    assert refused(comment=3) == "comment_type"


def test_half_a_character_is_replaced() -> None:
    assert read_opinion(b'{"turn": "\\ud800", "verdict": "unhelpful", "comment": "\\udc00"}').comment == "?"


@given(st.dictionaries(st.sampled_from(["turn", "verdict", "reasons", "comment"]), JSON) | JSON)
def test_any_json_is_a_verdict_or_a_refusal(value: object) -> None:
    try:
        opinion = read_opinion(json.dumps(value).encode())
    except Rejection as rejection:
        assert rejection.status in (400, 422) and rejection.message
    else:
        assert set(opinion.reasons) <= set(REASONS)
