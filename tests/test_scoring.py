from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.asked import Asked
from rag.calibration import Calibration, calibration
from rag.scoring import CONTEXT, ORDERING, Scored, from_context, rank
from rag.terms import Term, question_terms
from rag.view import View, views
from tests.test_evidence import FACTS, asked, candidates, stored


def best(question: str, text: str) -> Scored:
    return rank(asked(question), candidates(text), calibration())[0]


def row_of(question: str, text: str, holding: str, **about: str) -> Scored:
    """The figures of the sentence that holds a word, for a question."""
    rows = rank(asked(question), candidates(text, **about), calibration())
    return next(row for row in rows if holding in row.view.quote)


def only(name: str, weight: float = 1.0) -> Calibration:
    """A calibration by which one figure alone orders the sentences."""
    return Calibration(dict.fromkeys(ORDERING, 0.0) | {name: weight}, {}, 0.0)


def weighing(question: Asked, **weights: float) -> Asked:
    """The question with other weights of its words."""
    return replace(question, terms=tuple(replace(term, weight=weights[term.text]) for term in question.terms))


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


def test_each_sentence_is_scored_once_though_chunks_overlap() -> None:
    found = candidates(FACTS * 8)
    again = [replace(candidate, score=0.5) for candidate in found]
    rows = rank(asked("人才公寓有多少套"), [*found, *again], calibration())
    assert len({row.view.key for row in rows}) == len(rows) == 24
    assert {row.rank for row in rows} == {1.0}, "the better candidate is met first"
    assert rank(asked("人才公寓有多少套"), [], calibration()) == []


@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_the_calibration_orders_the_sentences(weight: float) -> None:
    rows = rank(asked("人才公寓有多少套"), candidates(FACTS), only("own_coverage", weight))
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    assert [row.score for row in rows] == [weight * row.own_coverage for row in rows]
    assert len({row.score for row in rows}) > 1


def test_ties_keep_the_order_of_the_report() -> None:
    rows = rank(asked("人才公寓有多少套"), candidates(FACTS * 8)[::-1], only("rank"))
    assert "".join(row.view.quote for row in rows) == FACTS * 8


def test_a_similarity_counts_by_how_far_it_is_above_the_others() -> None:
    rows = rank(asked("园区开通公交线路"), candidates(FACTS), only("similarity"))
    assert sum(row.score for row in rows) == pytest.approx(0, abs=1e-6)
    assert rows[0].view.quote == "园区开通2条公交线路。"
    assert rows[0].figures(0.1)["similarity"] == pytest.approx(rows[0].similarity - 0.1)


def test_the_rank_of_its_chunk_is_the_sentences_own() -> None:
    first, second = candidates(FACTS)[0], candidates("食堂很大。", title="别的")[0]
    rows = rank(asked("食堂"), [first, replace(second, score=0.25)], calibration())
    assert {row.rank for row in rows if row.view.stored is second.stored} == {0.25}
    assert {row.rank for row in rows if row.view.stored is first.stored} == {1.0}


@pytest.mark.parametrize(("name", "weight"), [("公寓", 0.75), ("租金", 0.25)])
def test_coverage_is_the_share_of_the_words_weight(name: str, weight: float) -> None:
    question = weighing(asked("公寓租金"), 公寓=3.0, 租金=1.0)
    (row,) = rank(question, candidates(f"{name}很好。", title="报告"), calibration())
    assert row.coverage == row.own_coverage == row.clause_coverage == pytest.approx(weight)
    assert row.missing == pytest.approx(4.0 * (1 - weight) / 12), "the heaviest word that is untold"


def test_headings_cover_a_thing_less_than_the_sentence_and_an_attribute_least() -> None:
    view = views(stored("很好。", title="公寓租金产品")[0])[0]
    thing, attribute = (Term(text, 1.0, "n") for text in ("公寓", "产品"))
    assert from_context(thing, view) == CONTEXT
    assert from_context(attribute, view) == CONTEXT / 2
    assert from_context(Term("食堂", 1.0, "n"), view) == 0
    assert row_of("公寓在哪", "很好。", "很好", title="公寓").coverage == pytest.approx(CONTEXT)


def test_a_sentence_before_covers_a_thing_and_no_attribute() -> None:
    view: View = views(stored("公寓和产品都有。很好。", title="报告")[0])[1]
    assert from_context(Term("公寓", 1.0, "n"), view) == CONTEXT
    assert from_context(Term("产品", 1.0, "n"), view) == 0


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


def test_a_figure_in_the_question_that_the_sentence_denies_counts_against_it() -> None:
    assert best("920套人才公寓在哪", FACTS).number_conflict == 0
    assert best("500套人才公寓在哪", FACTS).number_conflict == 1


@pytest.mark.parametrize(
    ("date", "text", "conflict"),
    [
        ("2023-10", "园区开通公交线路。", 1),
        ("2022-05", "园区开通公交线路。", 0),
        ("", "园区开通公交线路。", 0),
        ("2023-10", "2022年园区开通公交线路。", 0),
        ("2022-05", "2021年园区开通公交线路。", 1),
    ],
)
def test_a_year_is_the_sentences_or_else_its_reports(date: str, text: str, conflict: int) -> None:
    assert row_of("2022年园区开通了几条公交线路", text, "公交", date=date).number_conflict == conflict


def test_relative_dates_are_matched_as_the_dates_they_mean() -> None:
    row = best("纳锐生物2022年10月做了什么", "去年10月，纳锐生物签约。")
    assert row.number_conflict == 0
    assert row.view.quote == "去年10月，纳锐生物签约。"


@pytest.mark.parametrize(("text", "missed"), [("食堂5月6日开业。", 1), ("食堂一餐12元。", 0)])
def test_a_sentence_without_the_kind_of_thing_asked_for_misses(text: str, missed: int) -> None:
    row = row_of("食堂一餐多少钱", text, "食堂")
    assert row.hard_miss == row.figures(0)["hard_miss"] == missed


def test_the_clause_that_holds_the_figure_is_what_it_is_the_figure_of() -> None:
    own, foreign = (
        row_of("租金多少元", text, "12", title="报告")
        for text in ("租金每月12元,食堂很大", "租金每月不变,食堂一餐12元")
    )
    assert own.own_coverage == foreign.own_coverage == own.clause_coverage == 1
    assert foreign.clause_coverage == 0


def test_a_name_that_nothing_tells_is_a_stranger() -> None:
    text = "华虹仪表生产电表。"
    assert question_terms("华虹仪表生产什么")[0].is_name
    assert row_of("华虹仪表生产什么", text, "电表").stranger == 0
    assert row_of("纵目科技生产什么", text, "电表").stranger == 1
    assert row_of("食堂在哪", text, "电表").stranger == 0, "an everyday word is no name"


def test_headings_are_context_and_never_evidence() -> None:
    rows = rank(asked("食堂开业"), candidates("食堂开业\n\n第一食堂已经开业。"), calibration())
    assert all(not row.view.sentence.heading for row in rows)


def test_scores_are_finite_for_a_question_without_words() -> None:
    rows = rank(asked("？？"), candidates(FACTS), calibration())
    assert np.isfinite([row.score for row in rows]).all()


@settings(deadline=None, max_examples=40)
@given(st.text("食堂公寓租金多少华虹仪表2023年元在哪,。?A3 ", max_size=20))
def test_every_figure_is_a_share(question: str) -> None:
    for row in rank(asked(question), candidates(FACTS), calibration()):
        figures = row.figures(0) | {"missing": min(1.0, row.missing)}  # names weigh more than other words
        assert all(-1e-6 <= figure <= 1 + 1e-6 for figure in figures.values())
        assert row.own_coverage <= row.coverage + 1e-6
        assert row.share == 0, "no reader has read"
