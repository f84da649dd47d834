"""What may come in: each limit from both sides, and that nothing a program can send is more than a refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Request, Turn
from ui.door import (
    MAX_ID_CHARS,
    MAX_TURN_CHARS,
    MAX_TURNS,
    Rejection,
    read_history,
    read_question,
    read_range,
    read_request,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def refused(**fields: object) -> str:
    with pytest.raises(Rejection) as caught:
        read_request(json.dumps(fields).encode(), 500)
    assert caught.value.status == 422
    return caught.value.code


def test_a_whole_request() -> None:
    body = {"id": "7", "question": " 多少套？\n", "history": [["食堂？", "有。"]], "mood": "good"}
    assert read_request(json.dumps(body).encode(), 500) == Request("多少套？", (Turn("食堂？", "有。"),), "7")


def test_only_the_question_is_needed() -> None:
    assert read_request('{"question": "食堂？"}'.encode(), 500) == Request("食堂？")
    assert read_request('{"question": "食堂？", "history": null, "id": 12}'.encode(), 500) == Request(
        "食堂？", (), "12"
    )


@pytest.mark.parametrize("question", ["", "  \n\t", "\u3000", "\u200b\ufeff", "\u0000", "\u2060 \u00ad"])
def test_an_empty_question_is_refused(question: str) -> None:
    assert refused(question=question) == "question_empty"


def test_the_length_is_counted_in_characters() -> None:
    assert read_question("🍚" * 500, 500) == "🍚" * 500
    assert refused(question="字" * 501) == "question_too_long"
    assert read_question(" " * 100 + "字" * 500 + "\n" * 100, 500) == "字" * 500


@pytest.mark.parametrize("question", [None, 1, True, ["问"], {"问": 1}])
def test_a_question_is_a_string(question: object) -> None:
    assert refused(question=question) == "question_type"


def test_no_question_is_an_empty_one() -> None:
    assert refused() == "question_empty"


@pytest.mark.parametrize(
    "history", ["问", {}, 3, [["问"]], [["问", "答", "又"]], [["问", None]], ["问答"], [[1, "答"]]]
)
def test_a_history_is_pairs_of_strings(history: object) -> None:
    assert refused(question="问", history=history) == "history_type"


def test_a_long_history_is_cut_to_its_end() -> None:
    turns = read_history([[str(n), "答" * (MAX_TURN_CHARS + 9)] for n in range(50)])
    assert [turn.question for turn in turns] == [str(n) for n in range(50 - MAX_TURNS, 50)]
    assert {len(turn.answer) for turn in turns} == {MAX_TURN_CHARS}


def test_the_id_is_short_text() -> None:
    assert len(read_request(json.dumps({"question": "问", "id": "x" * 999}).encode(), 9).id) == MAX_ID_CHARS
    assert refused(question="问", id=[1]) == "id_type"


def test_half_a_character_is_replaced() -> None:
    request = read_request(rb'{"question": "\ud83c?", "history": [["\udc00", "a"]]}', 9)
    assert request.question == "??" and request.history[0].question == "?"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"question=1", b"[" * 200_000, b"1" * 10_000, b"nul"])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Rejection) as caught:
        read_request(body, 500)
    assert (caught.value.status, caught.value.code) == (400, "bad_json")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"3"])
def test_a_body_is_an_object(body: bytes) -> None:
    with pytest.raises(Rejection) as caught:
        read_request(body, 500)
    assert (caught.value.status, caught.value.code) == (422, "body_type")


@given(st.dictionaries(st.sampled_from(["id", "question", "history"]), JSON) | JSON)
def test_any_json_is_a_request_or_a_refusal(value: object) -> None:
    try:
        request = read_request(json.dumps(value).encode(), 20)
    except Rejection as rejection:
        assert rejection.status in (400, 422) and rejection.message
    else:
        assert 0 < len(request.question) <= 20
        request.question.encode()


def test_ranges() -> None:
    assert read_range(None, None, 10) is None
    assert read_range("2", "5", 10) == (2, 5)
    assert read_range("2", None, 10) == (2, 10)
    assert read_range(None, "5", 10) == (0, 5)


@pytest.mark.parametrize(
    ("start", "end"),
    [("5", "5"), ("6", "5"), ("0", "11"), ("-1", "5"), ("a", "5"), ("1.5", "5"), ("", "5"), ("٣", "5")],
)
def test_a_range_outside_the_text_is_refused(start: str, end: str) -> None:
    with pytest.raises(Rejection) as caught:
        read_range(start, end, 10)
    assert (caught.value.status, caught.value.code) == (422, "range")
