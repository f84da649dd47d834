import pytest

from desk.topics import LONGEST, MOST, sections_of


def cited(document: object, *headings: object) -> dict[str, object]:
    return {"document": document, "headings": list(headings), "quote": "…"}


def test_each_section_is_told_once_in_its_order() -> None:
    citations = [cited("住房", "公寓", "租金"), cited("交通"), cited("住房", "公寓", "租金")]
    assert sections_of(citations) == ["住房 › 公寓 › 租金", "交通"]


def test_what_is_kept_stays_small() -> None:
    found = sections_of([cited("长" * 1000, str(number)) for number in range(3)])
    assert found == ["长" * LONGEST]
    assert len(sections_of([cited("住房", str(number)) for number in range(50)])) == MOST


@pytest.mark.parametrize("citations", [[], [None], ["x"], [{}], [{"document": 3, "headings": "公寓"}], [cited("", "")]])
def test_what_names_no_section_has_none(citations: list[object]) -> None:
    assert sections_of(citations) == []
