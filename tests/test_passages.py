from itertools import chain as joined

import pytest

from rag.chain import Chain
from rag.passages import nearest_passages
from rag.records import Citation, Request
from tests.toy_answering import ToyAnswering

UNANSWERED = "人才公寓的物业费是多少？"
TWO = "第一食堂什么时候开业？缙云新居有多少套人才公寓？"


def is_slice(chain: Chain, citation: Citation) -> bool:
    text = chain.index.document(citation.document_id).text
    end = citation.passage_start + len(citation.passage)
    quoted = text[citation.start : citation.end] == citation.quote != "" and citation.quote in citation.passage
    return quoted and text[citation.passage_start : end] == citation.passage


@pytest.mark.parametrize("question", [UNANSWERED, TWO, "食堂", "What flats are there?", "月亮的诗", "？", "𠀀\0\ud800"])
def test_the_nearest_passages_are_slices_each_paragraph_once(chain: Chain, question: str) -> None:
    found = chain.nearest(question, 6)
    assert all(is_slice(chain, one) for one in found)
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert len({(one.document_id, one.passage_start) for one in found}) == len(found)
    assert all(0 <= one.score <= 1 for one in found)


def test_a_question_that_is_refused_has_passages_near_it(chain: Chain) -> None:
    assert chain.invoke(Request(UNANSWERED)).refused
    assert "人才公寓" in chain.nearest(UNANSWERED, 3)[0].quote


def test_each_of_two_questions_has_its_turn(chain: Chain) -> None:
    first, second = (one.passage for one in chain.nearest(TWO, 2))
    assert "食堂" in first
    assert "920套" in second


def test_no_more_than_asked_for_and_none_for_nothing(chain: Chain) -> None:
    assert len(chain.nearest(UNANSWERED, 2)) == 2
    assert chain.nearest(UNANSWERED, 0) == chain.nearest(" \n", 5) == ()
    assert chain.nearest("食堂" * 1_000_000, 1)


def test_nothing_ranked_gives_nothing() -> None:
    assert nearest_passages([], 3, lambda _: "") == nearest_passages([[]], 3, lambda _: "") == ()


def test_the_toy_keeps_the_contract() -> None:
    toy = ToyAnswering()
    found = toy.nearest("人才公寓可以养猫吗？", 2)
    assert [one.number for one in found] == [1, 2]
    for one in joined(found, toy.nearest("食堂", 9)):
        assert toy.index.document(one.document_id).text[one.start : one.end] == one.quote
        assert 0 < one.score <= 1
