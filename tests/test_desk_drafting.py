from dataclasses import replace

import pytest

from rag.records import Citation
from tests.toy_answering import ToyAnswering
from ui.desk.drafting import drafted, fitting

BASE = ToyAnswering().nearest("人才公寓", 1)[0]


def passage(quote: str, document: str = "住房", score: float = 0.9) -> Citation:
    return replace(BASE, quote=quote, passage=quote, document=document, headings=(), score=score)


FLATS = passage("缙云新居有920套人才公寓。")
RENT = passage("人才公寓的租金是每月600元。")


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("人才公寓有多少套？", [FLATS]),
        ("人才公寓的租金是多少钱？", [RENT]),
        ("人才公寓要交多少押金？", []),  # of the same thing, but not told
        ("厂房的租金是多少钱？", []),  # the same matter of another thing
        ("月亮有多远？", []),
        ("", []),
    ],
)
def test_only_what_may_answer_is_quoted(question: str, fits: list[Citation]) -> None:
    assert list(fitting(question, [FLATS, RENT])) == fits


def test_what_is_far_or_holds_no_figure_that_is_asked_for_does_not_fit() -> None:
    assert (
        fitting("人才公寓的租金是多少钱？", [replace(RENT, score=0.7), passage("人才公寓的租金由物业公司收取。")]) == ()
    )


def test_a_draft_is_the_quotes_alone() -> None:
    assert drafted([FLATS, RENT, FLATS]) == f"{FLATS.quote}\n{RENT.quote}"
    assert drafted([]) == ""
