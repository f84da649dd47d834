import pytest

from rag.sameness import bare, covered, nearness, said, table


@pytest.mark.parametrize(
    ("question", "ask"),
    [
        ("食堂几点开饭?", "when"),
        ("食堂在什么地方?", "where"),
        ("租厂房要好多钱", "price"),
        ("多久检查一次消防", "often"),
        ("入驻要准备哪些资料", "materials"),
        ("怎么联系物业", "contact"),
        ("园区有充电桩吗?", "yes"),
        ("what time does the shuttle leave?", "when"),
        ("厂房 月租", ""),
    ],
)
def test_a_question_asks_for_the_narrowest_kind_that_it_names(question: str, ask: str) -> None:
    assert said(question).ask == ask


def test_other_words_for_a_thing_are_one_concept() -> None:
    assert said("标厂 月租").concepts.keys() == said("how much is the rent of a factory").concepts.keys()
    assert said("宿舍").concepts.keys() != said("人才公寓").concepts.keys()


def test_what_narrows_a_question_is_told() -> None:
    assert said("周末班车几点").conditions == {"weekend"}
    assert said("三楼承重多少").conditions == {"floor3"}
    assert said("班车几点").conditions == frozenset()


def test_figures_and_numbered_places_are_told() -> None:
    assert said("5号楼 2024年 电费").numbers == {"5号楼", "5", "2024"}


@pytest.mark.parametrize(
    ("question", "denies"),
    [
        ("不交物业费会怎么样", True),
        ("能不能进", False),
        ("有没有食堂", False),
        ("可以停车不", False),
        ("没带证件", True),
    ],
)
def test_a_denial_is_told_from_a_question_form(question: str, denies: bool) -> None:
    assert said(question).denies is denies


def test_words_of_no_list_are_kept_with_a_weight() -> None:
    words = said("停车场能放无人机不").words
    assert "无人机" in words and 0 < words["无人机"] <= 1


def test_kinds_and_concepts_are_near_both_ways() -> None:
    assert nearness("how", "remedy") == nearness("remedy", "how") > 0.5
    assert nearness("when", "when") == 1
    assert nearness("when", "price") == 0
    assert nearness("", "price") == 0.5
    assert covered("canteen", ["meal"]) == covered("meal", ["canteen"]) > 0
    assert covered("canteen", []) == 0


@pytest.mark.parametrize(
    "text",
    ["请问食堂在哪里呢？", "食堂在哪里", "食堂，在哪里?", "食堂在哪裡呀", "  食堂在哪里！！", "麻烦请问食堂在哪里啊"],
)
def test_width_script_marks_and_politeness_change_no_question(text: str) -> None:
    assert bare(text) == "食堂在哪里"


def test_a_question_of_nothing_but_politeness_stays_something() -> None:
    assert bare("吗") == "吗"
    assert bare("？！") == ""


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "<script>", "啊" * 10_000, "1" * 5000, "😀" * 400, "a" * 5000])
def test_any_text_is_taken_apart(text: str) -> None:
    assert said(text).numbers is not None
    assert isinstance(bare(text), str)


def test_every_name_of_the_table_is_known() -> None:
    names = set(table().classes)
    assert table().light <= names
    assert {name for pair in table().kin for name in pair} <= names
    assert all(0 < share <= 1 for share in (*table().kin.values(), *table().near.values()))
