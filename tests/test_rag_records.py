import dataclasses
import json
from datetime import date

import pytest

from rag.records import Answer, Citation, Request, StaffReply, Turn

CITATION = Citation(
    number=1,
    document_id="abc",
    document="生活配套",
    path="生活配套.md",
    date="2023-10",
    page=None,
    headings=("住房",),
    quote="缙云新居有920套人才公寓。",
    start=120,
    end=134,
    passage="缙云新居有920套人才公寓。可以配家具。",
    passage_start=120,
    score=0.871234,
)
ANSWER = Answer(
    id="7",
    question="有多少套公寓？",
    standalone_question="有多少套公寓",
    language="zh",
    answer="缙云新居有920套人才公寓。[1]",
    refused=False,
    confidence=0.912345,
    mode="quote",
    citations=(CITATION,),
    timings_ms={"retrieve": 12.3456, "total": 15.0},
)


def test_the_answer_is_spelt_as_the_contract_says() -> None:
    answer = ANSWER.as_json()
    assert list(answer) == [
        "id",
        "question",
        "standalone_question",
        "language",
        "answer",
        "refused",
        "confidence",
        "mode",
        "citations",
        "nearby",
        "timings_ms",
    ]
    assert answer["confidence"] == 0.9123
    assert answer["timings_ms"] == {"retrieve": 12.35, "total": 15.0}
    assert answer["nearby"] == []


def test_a_citation_is_spelt_as_the_contract_says() -> None:
    citation = ANSWER.as_json()["citations"][0]
    wanted = {"number", "document", "path", "date", "page", "headings", "quote", "start", "end", "passage", "score"}
    assert wanted <= citation.keys()
    assert citation["headings"] == ["住房"]
    assert citation["score"] == 0.8712
    assert citation["page"] is None


def test_the_json_is_what_json_can_write_and_read_back() -> None:
    assert json.loads(json.dumps(ANSWER.as_json())) == ANSWER.as_json()


def test_every_field_is_told() -> None:
    by_staff = dataclasses.replace(ANSWER, mode="faq", staff=StaffReply(7, date(2024, 5, 6)))
    assert {field.name for field in dataclasses.fields(Answer)} == by_staff.as_json().keys()
    assert by_staff.as_json() == ANSWER.as_json() | {"mode": "faq", "staff": {"entry": 7, "date": "2024-05-06"}}
    assert {field.name for field in dataclasses.fields(Citation)} == CITATION.as_json().keys()


@pytest.mark.parametrize("value", [ANSWER, CITATION, Turn("问", "答"), Request("问")])
def test_values_are_frozen(value: object) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, "changed")  # type: ignore[arg-type]
