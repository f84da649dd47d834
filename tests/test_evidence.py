from dataclasses import replace

import pytest

from index.chunk import chunk_document
from index.records import Document, StoredChunk
from rag.asked import Asked
from rag.calibration import calibration
from rag.evidence import find, select
from rag.fits import kind_match, one_of_many
from rag.retrieve import Candidate
from rag.scoring import Scored, rank
from rag.terms import question_terms
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


def probability(question: str, text: str) -> float:
    return find(asked(question), candidates(text), calibration()).probability


FACTS = "第一食堂于2023年5月6日开业。缙云新居有920套人才公寓。园区开通2条公交线路。"


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


def shared(*shares: float) -> list[Scored]:
    """Sentences that tell different things, each with its part of what the reader takes for the answer.

    Only the first is near the question, so that none is added but for what the reader holds of it.
    """
    text = "第一食堂于5月开业。缙云新居有公寓。公交线路已开通。污水厂正在建设。"
    rows = rank(asked("园区"), candidates(text), calibration())
    return [
        replace(row, share=share, similarity=float(place == 0))
        for place, (row, share) in enumerate(zip(rows, shares, strict=False))
    ]


@pytest.mark.parametrize(
    ("shares", "chosen"),
    [
        ((0.95, 0.05), [0]),
        ((0.5, 0.45, 0.05), [0, 1]),
        ((0.45, 0.35, 0.2), [0, 1, 2]),
        ((0.3, 0.3, 0.2, 0.2), [0, 1, 2]),
        ((0.5, 0.04, 0.3, 0.16), [0, 2, 3]),
        ((0.9, 0.06, 0.04), [0]),
        ((0.0, 0.0, 0.0, 0.0), [0]),
    ],
)
def test_where_the_reader_is_torn_up_to_three_sentences_that_make_up_nine_tenths(
    shares: tuple[float, ...], chosen: list[int]
) -> None:
    rows = shared(*shares)
    assert select(asked("园区"), rows) == [rows[place] for place in chosen]


def test_being_torn_brings_no_sentence_that_tells_the_same() -> None:
    first, second = shared(0.5, 0.5)
    assert select(asked("园区"), [first, replace(second, view=first.view)]) == [first]


def test_nothing_found_is_nothing_answered() -> None:
    found = find(asked("食堂"), [], calibration())
    assert (found.probability, found.evidence, found.nearest) == (0.0, (), None)


def test_a_sentence_of_marks_alone_answers_nothing_and_breaks_nothing() -> None:
    assert kind_match(asked("是哪四篇"), "，，") == 0
    assert kind_match(asked("是哪四篇"), "") == 0
