import re

import pytest

from rag.units import NO_UNIT, UNIT, counts_in_order, exchangeable, unit_in, unit_of


@pytest.mark.parametrize(
    ("one", "other"),
    [("平方米", "㎡"), ("公里", "千米"), ("名", "位"), ("元", "块钱"), ("栋", "幢"), ("km", "公里"), ("层", "楼")],
)
def test_names_of_one_unit_mean_the_same(one: str, other: str) -> None:
    assert unit_of(one) == unit_of(other)


def test_larger_units_are_so_many_of_the_smaller() -> None:
    assert unit_of("公顷").factor == 10_000 * unit_of("平方米").factor
    assert unit_of("小时").factor == 60 * unit_of("分钟").factor
    assert unit_of("美元") != unit_of("元")


def test_signs_of_money_and_words_that_are_no_unit() -> None:
    assert unit_of("¥") == unit_of("元")
    assert unit_of("US$") == unit_of("美元")
    assert unit_of("窗户") is NO_UNIT


def test_the_longest_name_is_read() -> None:
    found = re.match(UNIT, "平方公里的土地")
    assert found is not None
    assert found.group() == "平方公里"
    assert unit_in("12万平方公里").name == "平方米"
    assert unit_in("12") is NO_UNIT
    assert re.match(UNIT, "方面") is None


def test_general_measure_words_stand_for_others() -> None:
    assert exchangeable("个", "家")
    assert exchangeable("", "套")
    assert not exchangeable("套", "栋")
    assert counts_in_order("期")
    assert not counts_in_order("套")
