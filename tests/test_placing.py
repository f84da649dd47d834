import pytest

from rag.placing import NOWHERE, place_signals
from tests.toy_match import match

YIELDS = "华虹仪表的总体效率提升了20%,生产周期缩短了30%。"
DEAL = "西南大学为纳锐生物牵线。"


def test_figures_that_changed_places_are_noticed() -> None:
    assert place_signals(match("华虹仪表的总体效率提升了30%,生产周期缩短了20%。", YIELDS))["figure_place"] > 0.5
    assert place_signals(match(YIELDS, YIELDS))["figure_place"] <= 0


def test_clauses_in_another_order_change_nothing() -> None:
    found = place_signals(match("华虹仪表的生产周期缩短了30%,总体效率提升了20%。", YIELDS))
    assert found["figure_place"] <= 0
    assert not found["order"]


def test_a_figure_before_or_behind_what_it_counts_is_the_same() -> None:
    quote = "园区现有工位210个、独立小间26间。"
    assert place_signals(match("园区有210个工位和26个独立小间。", quote))["figure_place"] <= 0.1
    assert place_signals(match("园区有工位26个、独立小间210间。", quote))["figure_place"] > 0.1


def test_who_does_what_to_whom_is_told_by_the_order() -> None:
    assert place_signals(match("纳锐生物为西南大学效力。", "西南大学为纳锐生物效力。"))["order"]
    assert not place_signals(match("西南大学与纳锐生物合作。", "纳锐生物与西南大学合作。"))["order"]


def test_two_figures_of_a_clause_that_changed_places_are_noticed() -> None:
    assert place_signals(match("产值从5亿元增长到3亿元。", "产值从3亿元增长到5亿元。"))["order"]


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("秦斐的公司由张伟管理。", "张伟的公司由秦斐管理。"),
        ("张伟住在上海,李强住在北京。", "张伟住在北京,李强住在上海。"),
    ],
)
def test_names_that_changed_places_are_noticed(said: str, quote: str) -> None:
    found = place_signals(match(said, quote))
    assert found["name_place"] > 0.6 or found["order"] or found["seam"]


def test_a_name_put_together_from_parts_of_two_is_noticed() -> None:
    quote = "松坪县城用水量创新高,石桥水厂已经供水。"
    assert place_signals(match("石桥县城用水量创新高。", quote))["seam"] > 0
    assert place_signals(match("松坪县城用水量创新高。", quote))["seam"] == 0


def test_two_common_words_may_stand_the_other_way_round() -> None:
    assert not place_signals(match("完成了土石方场平。", "场平工程有土石方。"))["seam"]


def test_the_title_stands_for_what_points_back_but_not_for_another_subject() -> None:
    quote = "博物馆收藏了青铜器。"
    assert place_signals(match("图书馆收藏了青铜器。", quote, lead="图书馆"))["lead_place"] > 0.6
    assert place_signals(match("图书馆收藏了青铜器。", "它收藏了青铜器。", lead="图书馆"))["lead_place"] == NOWHERE


def test_a_sentence_without_rivals_has_nothing_to_say() -> None:
    found = place_signals(match("食堂开业。", "食堂开业。"))
    assert found["figure_place"] == NOWHERE
    assert not found["order"]
    assert not found["seam"]
