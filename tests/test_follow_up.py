import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.follow_up import stand_alone
from rag.phrases import phrase
from rag.records import Language, Turn
from rag.writing import normalise

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
HOUSING = (Turn("缙云新居有多少套人才公寓？", "缙云新居有920套人才公寓。[1]"),)
COMPANY = (Turn("中科光智的董事长是谁？", "中科光智董事长秦占阳表示，园区配套完善。[1]"),)


@pytest.mark.parametrize(
    ("history", "question", "likeliest"),
    [
        (HOUSING, "那有多少套？", "缙云新居有多少套?"),
        (HOUSING, "在哪里？", "缙云新居在哪里?"),
        (HOUSING, "可以配家具吗？", "缙云新居可以配家具吗?"),
        (HOUSING, "它什么时候建成？", "缙云新居什么时候建成?"),
        (HOUSING, "这个项目谁投资？", "缙云新居谁投资?"),
        (HOUSING, "租金呢？", "缙云新居租金呢?"),
        (HOUSING, "那食堂呢？", "食堂有多少套人才公寓?"),
        (HOUSING, "how many are there?", "缙云新居 how many are there?"),
        (COMPANY, "那有多少员工？", "中科光智有多少员工?"),
        (COMPANY, "它是做什么的？", "中科光智是做什么的?"),
        (COMPANY, "周期呢？", "中科光智周期呢?"),
        (COMPANY, "这家公司的总经理是谁？", "中科光智的总经理是谁?"),
        (COMPANY, "那家公司的总经理是谁？", "中科光智的总经理是谁?"),
        (COMPANY, "其总经理是谁？", "中科光智的总经理是谁?"),
        (COMPANY, "投产用了多少天？", "中科光智投产用了多少天?"),
        (COMPANY, "那斯太宝呢？", "斯太宝的董事长是谁?"),
        (COMPANY, "什么时候投产？", "中科光智什么时候投产?"),
        (COMPANY, "还有，他们什么时候入驻？", "中科光智什么时候入驻?"),
        (COMPANY, "应该找谁？", "中科光智应该找谁?"),
    ],
)
def test_a_follow_up_is_read_with_what_was_spoken_of(history: tuple[Turn, ...], question: str, likeliest: str) -> None:
    assert stand_alone(normalise(question), history)[0] == likeliest


@pytest.mark.parametrize(
    "question",
    [
        "中南高科·北碚科技智慧港项目是哪一天奠基的?",
        "园区到目前为止一共建成了多少万方的产业楼宇?",
        "谢谢!",
        "你好",
        "What is the name of the park's supporting facilities?",
    ],
)
def test_what_leans_on_nothing_stays_as_it_is(question: str) -> None:
    assert stand_alone(question, COMPANY) == [question]


@pytest.mark.parametrize(
    "question", ["怎么去园区?", "纳锐老总是谁?", "有哪些企业?", "食堂几点开?", "this year's output value?"]
)
def test_a_short_question_that_names_its_subject_is_not_about_what_was_said_before(question: str) -> None:
    assert stand_alone(question, HOUSING) == [question]


@pytest.mark.parametrize(
    "question",
    [
        "水电气这些都通没通?",
        "住蔡家那边的,过来上班有车坐没得?",
        "周边的居民能坐你们园区那个公交吗?",
        "高校搞的那些研究,在你们那儿能落地吗?",
        "华虹仪表什么时候投产,它生产什么?",
        "How many bus routes open this year and where do they go?",
    ],
)
def test_a_pronoun_beside_its_own_noun_is_not_for_what_was_said_before(question: str) -> None:
    assert stand_alone(question, HOUSING) == [question]


@pytest.mark.parametrize("language", get_args(Language))
def test_the_words_of_a_refusal_are_nothing_to_come_back_to(language: Language) -> None:
    refused = Turn("园区有游泳池吗？", phrase("not_told", language) + phrase("help", language, titles="产业定位"))
    assert stand_alone("在哪里?", (refused,)) == ["游泳池在哪里?"]


def test_without_history_a_question_stays_as_it_is() -> None:
    assert stand_alone("它呢?", ()) == ["它呢?"]


@pytest.mark.parametrize("question", ["和平路在哪里?", "再生水厂在哪?", "其他企业呢?", "污水处理厂在哪?"])
def test_a_short_question_with_its_own_subject_is_also_read_alone(question: str) -> None:
    assert question in stand_alone(question, COMPANY)


def test_a_follow_up_of_a_follow_up_keeps_the_subject() -> None:
    history = (*COMPANY, Turn("它什么时候投产的？", "中科光智于2022年12月投产。[1]"))
    assert stand_alone("那周期呢?", history)[0].startswith("中科光智")


def test_a_change_of_subject_is_followed() -> None:
    history = (*COMPANY, Turn("那斯太宝呢？", "资料里没有写明。"))
    assert stand_alone("它是做什么的?", history)[0] == "斯太宝是做什么的?"


def test_the_subject_may_come_from_the_answer() -> None:
    history = (Turn("谁在做虾青素？", "纳锐生物主要开发天然虾青素。[1]"),)
    assert any("纳锐生物" in reading for reading in stand_alone("它是什么时候成立的?", history))


def test_empty_turns_are_no_subject() -> None:
    assert stand_alone("租金呢?", (Turn("", ""), Turn("？", "!"))) == ["租金呢?"]


@given(ANY_TEXT, st.lists(st.builds(Turn, ANY_TEXT, ANY_TEXT), max_size=3))
def test_any_conversation_has_a_reading(text: str, turns: list[Turn]) -> None:
    readings = stand_alone(normalise(text), tuple(turns))
    assert readings
    assert len(readings) == len(set(readings))


@pytest.mark.parametrize(
    "text", ["谢谢你好" * 125, "、" * 500, "那" * 500, "a、" * 250, "一、" * 250, "和" * 500, "?" * 500]
)
def test_long_conversations_are_read_quickly(text: str) -> None:
    started = time.process_time()
    stand_alone(normalise(text), (Turn(text, text),) * 200)
    assert time.process_time() - started < 3
