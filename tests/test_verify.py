from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.compose import Draft
from rag.records import Citation
from rag.verify import is_verbatim, says_no_more, verified

TEXT = "去年10月，缙云新居建成920套人才公寓，共引资200亿元。\n公寓可以配备家具，没有免费停车位。"
FIRST, SECOND = TEXT.split("\n")


def text_of(document_id: str) -> str:
    return {"housing": TEXT}[document_id]


def cited(quote: str, number: int = 1) -> Citation:
    start = TEXT.index(quote)
    return Citation(
        number=number,
        document_id="housing",
        document="住房",
        path="住房.md",
        date="2023-10",
        page=None,
        headings=(),
        quote=quote,
        start=start,
        end=start + len(quote),
        passage=TEXT,
        passage_start=0,
        score=0.9,
    )


def kept(sentence: str, citation: Citation) -> bool:
    return bool(verified(Draft(((sentence, citation),), refused=False), text_of).sentences)


@pytest.mark.parametrize(
    "sentence",
    [
        FIRST + "[1]",
        FIRST + "[1]\n",
        FIRST.replace("去年10月", "去年10月（2022年10月）") + "[1]",
        FIRST.replace("，", "， ") + "[1]",
    ],
)
def test_the_quote_passes_with_its_mark_and_its_dates_resolved(sentence: str) -> None:
    assert kept(sentence, cited(FIRST))


@pytest.mark.parametrize(
    "sentence",
    [
        FIRST.replace("920", "921") + "[1]",
        FIRST.replace("200亿", "2000亿") + "[1]",
        FIRST.replace("去年10月", "去年10月（1999年10月）") + "[1]",
        FIRST.replace("去年10月", "2022年10月") + "[1]",
        FIRST + "而且免费。[1]",
        "据悉，" + FIRST + "[1]",
        FIRST + "[2]",
        FIRST + "[1][2]",
        "缙云新居很好。[1]",
        "[1]",
        "",
    ],
)
def test_words_that_the_quote_does_not_have_are_dropped(sentence: str) -> None:
    assert not kept(sentence, cited(FIRST))


@pytest.mark.parametrize("lead", ["920套。[1]", "200亿元。[1]"])
def test_a_whole_figure_of_the_quote_may_lead(lead: str) -> None:
    assert kept(lead, cited(FIRST))


@pytest.mark.parametrize("lead", ["20套。[1]", "92。[1]", "200。[1]", "00亿元。[1]", "921套。[1]"])
def test_a_piece_of_a_figure_may_not_lead(lead: str) -> None:
    assert not kept(lead, cited(FIRST))


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "缙云新居建成1000套人才公寓。"},
        {"quote": ""},
        {"start": 1},
        {"end": 12},
        {"start": 3, "end": 3 + len(FIRST)},
        {"start": -len(TEXT)},
        {"start": len(FIRST), "end": 0},
        {"document_id": "gone"},
    ],
)
def test_a_citation_that_is_no_slice_is_dropped(change: dict[str, object]) -> None:
    wrong = replace(cited(FIRST), **change)  # type: ignore[arg-type]
    assert not is_verbatim(wrong, text_of)
    assert not kept(wrong.quote + "[1]", wrong)


def test_negative_offsets_are_no_offsets() -> None:
    quote = SECOND[:-1]
    assert TEXT[-len(SECOND) : -1] == quote
    assert not is_verbatim(replace(cited(SECOND), quote=quote, start=-len(SECOND), end=-1), text_of)


def test_only_what_is_wrong_goes() -> None:
    draft = Draft(
        (("资料提到：\n", None), (FIRST + "[1]", cited(FIRST)), ("公寓免费。[2]", cited(SECOND, 2))),
        refused=False,
        nearby=(cited(SECOND), replace(cited(SECOND), start=0)),
    )
    checked = verified(draft, text_of)
    assert [sentence for sentence, _ in checked.sentences] == ["资料提到：\n", FIRST + "[1]"]
    assert [citation.number for citation in checked.citations] == [1]
    assert checked.nearby == (cited(SECOND),)


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_every_slice_is_verbatim_and_nothing_else(start: int, end: int) -> None:
    citation = replace(cited(FIRST), start=start, end=end, quote=TEXT[start:end])
    assert is_verbatim(citation, text_of) is (start < end)


@given(st.integers(0, len(FIRST)), st.sampled_from("0123456789不非"))
def test_no_figure_and_no_denial_can_be_put_in(place: int, added: str) -> None:
    assert not says_no_more(FIRST[:place] + added + FIRST[place:] + "[1]", cited(FIRST))


def test_what_is_offered_besides_has_to_be_verbatim_too() -> None:
    good, bad = cited(SECOND, 2), replace(cited(SECOND, 3), end=5)
    draft = Draft(
        ((FIRST + "[1]", cited(FIRST)),), refused=False, further=((SECOND + "[2]", good), (SECOND + "[3]", bad))
    )
    assert verified(draft, text_of).further == ((SECOND + "[2]", good),)


def test_where_a_sentence_is_dropped_nothing_is_offered_besides_under_an_old_number() -> None:
    said = ((FIRST.replace("920", "921") + "[1]", cited(FIRST)), (SECOND + "[2]", cited(SECOND, 2)))
    draft = Draft(said, refused=False, further=((FIRST + "[3]", cited(FIRST, 3)),))
    assert [one.number for one in verified(draft, text_of).offered] == [1]
