import math

import pytest

from rag.chain import Chain
from rag.explain import SHOWN, Explanation
from rag.records import Request, Turn

HOUSING = "缙云新居有多少套人才公寓？"


@pytest.fixture(scope="module")
def told(chain: Chain) -> Explanation:
    return chain.explain(Request(HOUSING))


def test_the_answer_is_the_one_a_visitor_gets(chain: Chain, told: Explanation) -> None:
    answer = chain.invoke(Request(HOUSING))
    assert (told.answer.answer, told.answer.citations) == (answer.answer, answer.citations)
    assert told.confidence == pytest.approx(answer.confidence)
    assert told.threshold == chain.settings.answer_threshold


def test_both_legs_places_are_told(told: Explanation) -> None:
    (part,) = told.parts
    assert [one.score for one in part.found] == sorted((one.score for one in part.found), reverse=True)
    assert part.found[0].dense_place == part.found[0].lexical_place == 1
    for places in ([one.dense_place for one in part.found], [one.lexical_place for one in part.found]):
        known = [place for place in places if place is not None]
        assert len(set(known)) == len(known) and min(known) == 1
    assert all((one.lexical_place is None) == (one.lexical == 0) for one in part.found)


def test_the_chosen_sentences_are_what_is_cited_and_all_are_verbatim(chain: Chain, told: Explanation) -> None:
    (part,) = told.parts
    chosen = {(one.where.document_id, one.where.start, one.where.end) for one in part.judged if one.chosen}
    assert {(one.document_id, one.start, one.end) for one in told.answer.citations} <= chosen
    assert len(part.judged) >= SHOWN
    for where in (*(one.where for one in part.judged), *(one.where for one in part.found)):
        assert chain.index.document(where.document_id).text[where.start : where.end] == where.quote != ""


def test_the_signals_add_up_to_the_decision(told: Explanation) -> None:
    (part,) = told.parts
    odds = sum(signal.pull for signal in part.signals)
    assert 1 / (1 + math.exp(-odds)) == pytest.approx(part.probability)
    assert {"", "told", "similarity", "coverage"} <= {signal.name for signal in part.signals}


def test_every_part_and_every_reading_is_told(chain: Chain) -> None:
    told = chain.explain(Request("公寓有多少套？食堂什么时候开业的？"))
    assert [part.question for part in told.parts] == ["公寓有多少套", "食堂什么时候开业的"]
    follow_up = chain.explain(Request("那有多少套？", (Turn("缙云新居是什么？", "缙云新居是人才公寓。"),)))
    assert follow_up.answer.standalone_question in follow_up.readings


@pytest.mark.parametrize("question", ["你好", "请帮我写一首关于月亮的诗", "公寓月租金多少钱？", "？？"])
def test_a_refusal_is_explained_too(chain: Chain, question: str) -> None:
    told = chain.explain(Request(question))
    assert told.answer.refused and told.confidence < told.threshold
    assert not any(one.chosen for part in told.parts for one in part.judged)
    assert all(not math.isnan(signal.pull) for part in told.parts for signal in part.signals)


def test_the_whole_park_is_explained_without_a_decision(chain: Chain) -> None:
    (part,) = chain.explain(Request("介绍一下园区")).parts
    assert part.signals == () and any(one.chosen for one in part.judged)
