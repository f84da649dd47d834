import numpy as np
import pytest

from index.chunk import chunk_document
from index.records import Document, StoredChunk
from rag.asked import Asked
from rag.calibration import calibration
from rag.evidence import find
from rag.fits import kind_match, one_of_many
from rag.retrieve import Candidate
from rag.scoring import Scored, rank
from rag.terms import question_terms
from rag.view import views
from tests.toys import ToyEmbedder

EMBEDDER = ToyEmbedder()


def stored(text: str, title: str = "园区简报", date: str = "2023-10") -> list[StoredChunk]:
    document = Document("简报.md", title, text, date)
    return [
        StoredChunk(chunk, document.path, date, "", (), EMBEDDER.passages(chunk.embedded_sentences()))
        for chunk in chunk_document(document, 250)
    ]


def candidates(text: str, **about: str) -> list[Candidate]:
    return [Candidate(chunk, 1.0, 1.0, 1.0) for chunk in stored(text, **about)]


def asked(question: str) -> Asked:
    return Asked.of(question, question_terms(question), EMBEDDER.query(question))


def best(question: str, text: str) -> Scored:
    return rank(asked(question), candidates(text), calibration())[0]


def probability(question: str, text: str) -> float:
    return find(asked(question), candidates(text), calibration()).probability


FACTS = "第一食堂于2023年5月6日开业。缙云新居有920套人才公寓。园区开通2条公交线路。"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("食堂什么时候开业", "第一食堂于2023年5月6日开业。"),
        ("人才公寓有多少套", "缙云新居有920套人才公寓。"),
        ("有几条公交线路", "园区开通2条公交线路。"),
    ],
)
def test_the_sentence_that_answers_comes_first(question: str, answer: str) -> None:
    assert best(question, FACTS).view.quote == answer


@pytest.mark.parametrize(
    ("question", "near_miss"),
    [
        ("食堂什么时候开业", "食堂几点开门"),
        ("人才公寓有多少套", "人才公寓租金多少钱"),
        ("有几条公交线路", "公交票价多少钱"),
        ("有几条公交线路", "公交是几路车"),
        ("人才公寓有多少套", "别墅有多少套"),
        ("食堂什么时候开业", "图书馆什么时候开业"),
    ],
)
def test_a_near_miss_is_much_less_likely_than_the_question_it_resembles(question: str, near_miss: str) -> None:
    assert probability(near_miss, FACTS) < 0.3 * probability(question, FACTS)


def test_a_figure_in_the_question_that_the_sentence_denies_counts_against_it() -> None:
    assert best("920套人才公寓在哪", FACTS).number_conflict == 0
    assert best("500套人才公寓在哪", FACTS).number_conflict == 1


def test_what_stands_before_supplies_the_subject_but_no_attribute() -> None:
    text = "华虹仪表是园区企业，主要产品是电表。它的生产周期缩短了30%。"
    shortened = next(view for view in views(stored(text)[0]) if "30%" in view.quote)
    row = next(
        one
        for one in rank(asked("华虹仪表生产周期缩短多少"), candidates(text), calibration())
        if one.view.key == shortened.key
    )
    assert shortened.leans and row.own_coverage == row.coverage == 1
    assert "产品" in shortened.context and "产品" not in shortened.headings


def test_relative_dates_are_matched_as_the_dates_they_mean() -> None:
    row = best("纳锐生物2022年10月做了什么", "去年10月，纳锐生物签约。")
    assert row.number_conflict == 0
    assert row.view.quote == "去年10月，纳锐生物签约。"


def test_headings_are_context_and_never_evidence() -> None:
    rows = rank(asked("食堂开业"), candidates("食堂开业\n\n第一食堂已经开业。"), calibration())
    assert all(not row.view.sentence.heading for row in rows)


@pytest.mark.parametrize(
    ("question", "text", "match"),
    [
        ("食堂一餐多少钱", "食堂一餐12元", 1),
        ("食堂一餐多少钱", "食堂5月6日开业", 0),
        ("能坐多少人", "一名员工在用餐", 0),
        ("能坐多少人", "可容纳300人", 1),
        ("有多少套", "第一套方案", 0),
        ("有多少套", "有920套公寓", 1),
        ("是哪四篇", "围绕四篇文章", 0),
        ("是哪四篇", "四篇文章是甲、乙、丙、丁", 1),
    ],
)
def test_a_hard_kind_is_matched_only_where_such_a_thing_stands(question: str, text: str, match: int) -> None:
    assert kind_match(asked(question), text) == match


def test_a_figure_in_another_clause_does_not_belong_to_one_name_of_many() -> None:
    many = "累计招引纵目科技、剑涛科技、宝迪科技等项目30余个,协议引资近200亿元"
    assert one_of_many(asked("纵目科技投资多少钱"), many)
    assert not one_of_many(asked("协议引资多少亿元"), many)


def test_an_announced_list_brings_its_items() -> None:
    text = "园区计划推进以下工作：\n1. 建设厂房。\n2. 建设污水处理厂。"
    found = find(asked("园区计划推进什么工作"), candidates(text), calibration())
    quotes = [row.view.quote.strip() for row in found.evidence]
    assert quotes[0].endswith("：") and "建设厂房" in "".join(quotes[1:])


def test_nothing_found_is_nothing_answered() -> None:
    found = find(asked("食堂"), [], calibration())
    assert (found.probability, found.evidence, found.nearest) == (0.0, (), None)


def test_scores_are_finite_for_a_question_without_words() -> None:
    rows = rank(asked("？？"), candidates(FACTS), calibration())
    assert np.isfinite([row.score for row in rows]).all()


def test_a_sentence_of_marks_alone_answers_nothing_and_breaks_nothing() -> None:
    assert kind_match(asked("是哪四篇"), "，，") == 0
    assert kind_match(asked("是哪四篇"), "") == 0
