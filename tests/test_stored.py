"""What the database holds of citations and transcripts comes back as values, whatever an older version has left."""

import pytest

from desk.stored import Exchange, citations_of, exchanges_of
from rag.records import Citation

WHOLE = Citation(
    2, "d1", "住房", "住房.md", "2023-10", 3, ("员工住房", "公寓"), "有920套。", 4, 10, "共有920套。", 3, 0.5
)


def test_a_citation_comes_back_as_it_was() -> None:
    assert citations_of([WHOLE.as_json()]) == (WHOLE,)


def test_an_old_citation_gets_what_it_lacks() -> None:
    (found,) = citations_of([{"quote": "有920套。", "path": "住房.md", "page": "三", "headings": None, "score": None}])
    assert (found.number, found.document, found.page, found.headings) == (1, "住房.md", None, ())
    assert (found.start, found.end, found.passage, found.passage_start) == (0, 6, "有920套。", 0)


@pytest.mark.parametrize("kept", [None, "x", 7, {}, [], [None, 3, "x", []], [{"quote": ""}, {"quote": 4}, {}]])
def test_what_is_no_citation_is_left_out(kept: object) -> None:
    assert citations_of(kept) == ()


def test_a_transcript_is_exchanges_in_their_order() -> None:
    kept = [
        {"question": "有公寓吗？", "answer": "有[2]。", "citations": [WHOLE.as_json()]},
        ["租金呢？", "不知道。"],
        {"question": "食堂？", "answer": "没有找到", "refused": True, "nearby": [WHOLE.as_json()]},
    ]
    assert exchanges_of(kept) == (
        Exchange("有公寓吗？", "有[2]。", citations=(WHOLE,)),
        Exchange("租金呢？", "不知道。"),
        Exchange("食堂？", "没有找到", refused=True, nearby=(WHOLE,)),
    )


@pytest.mark.parametrize("kept", [None, {}, "x", [None, {}, {"question": 3}, ["a"], ["a", "b", "c"], [1, 2]]])
def test_what_is_no_exchange_is_left_out(kept: object) -> None:
    assert exchanges_of(kept) == ()
