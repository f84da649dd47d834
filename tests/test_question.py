import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.question import (
    is_greeting,
    language,
    names_its_subject,
    normalise,
    parts,
    stand_alone,
    to_simplified,
    to_traditional,
    topics,
)
from rag.records import Turn

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
HOUSING = (Turn("缙云新居有多少套人才公寓？", "缙云新居有920套人才公寓。[1]"),)
COMPANY = (Turn("中科光智的董事长是谁？", "中科光智董事长秦占阳表示，园区配套完善。[1]"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  食堂\t在\n哪里  ", "食堂 在 哪里"),
        ("Ｃ３栋，９２０套？", "C3栋,920套?"),
        ("缙雲新居有幾套人才公寓", "缙云新居有几套人才公寓"),
        ("臺灣後勤發展乾淨什麼", "台湾后勤发展干净什么"),
        ("乾隆著名", "乾隆著名"),
        ("食\u200b堂\ufeff在\u2060哪\u00ad里\u202e", "食堂在哪里"),
        ("食堂\x00在\x07哪\u2028里", "食堂 在 哪 里"),
        ("食堂\ud83d什么时候开业", "食堂什么时候开业"),
        ("葛\U000e0100亮\ufe0f", "葛亮"),
        ("①㎡⅓", "1m21⁄3"),
        ("cafe\u0301", "café"),
        ("薴麻", "苎麻"),
        ("", ""),
        ("\u200b \ufffd", ""),
    ],
)
def test_a_question_is_normalised(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(ANY_TEXT)
@example("薴")
@example("\u00b4\u0301 \u200bá")
@example("\u0344\x00\u0308")
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == " ".join(once.split())
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in once)
    once.encode("utf-8")


def test_every_character_is_normalised_for_good() -> None:
    odd = [code for code in range(0x30000) if normalise(normalise(f"园{chr(code)}区")) != normalise(f"园{chr(code)}区")]
    assert odd == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("人才公寓有几套", "zh"),
        ("人才公寓有幾套", "zh-Hant"),
        ("How many?", "en"),
        ("园区rent多少", "zh"),
        ("什麼是PPP", "zh-Hant"),
        ("后面", "zh"),
        ("A座", "zh"),
        ("123", "zh"),
        ("?", "zh"),
        ("", "zh"),
        ("食堂\ud83d", "zh"),
        ("hello\ud83d", "en"),
    ],
)
def test_the_language_to_answer_in(text: str, expected: str) -> None:
    assert language(text) == expected


@given(ANY_TEXT)
def test_any_text_has_a_language(text: str) -> None:
    assert language(text) in {"zh", "zh-Hant", "en"}


def test_scripts_are_converted_both_ways() -> None:
    assert to_traditional("资料里没有") == "資料裏沒有"
    assert to_simplified("資料裡沒有") == "资料里没有"
    assert to_simplified("no Han") == "no Han"


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
    ("question", "expected"),
    [
        ("食堂在哪里？", ["食堂在哪里"]),
        ("食堂和生活服务馆分别什么时候启用？", ["食堂什么时候启用", "生活服务馆什么时候启用"]),
        ("吃、住、行怎么解决？", ["吃怎么解决", "住怎么解决", "行怎么解决"]),
        ("食堂在哪？几点开？", ["食堂在哪", "食堂几点开"]),
        ("人才公寓有多少套，租金多少？", ["人才公寓有多少套", "人才公寓租金多少"]),
        ("中科光智什么时候签约、什么时候投产？", ["中科光智什么时候签约", "中科光智什么时候投产"]),
        ("园区有多少万方楼宇、多少公里道路？", ["园区有多少万方楼宇", "多少公里道路"]),
        ("中科光智和斯太宝的董事长分别是谁？", ["中科光智的董事长是谁", "斯太宝的董事长是谁"]),
        ("中科光智、斯太宝的董事长是谁？", ["中科光智的董事长是谁", "斯太宝的董事长是谁"]),
        ("斯太宝是做什么的？谁是董事长？", ["斯太宝是做什么的", "斯太宝谁是董事长"]),
        ("产业园是什么平台？什么时候建成？", ["产业园是什么平台", "产业园的平台什么时候建成"]),
        ("介绍一下食堂。什么时候开业？", ["介绍一下食堂", "食堂什么时候开业"]),
        ("你好！食堂在哪？", ["食堂在哪"]),
        ("我们公司想搬过来。住宿咋解决？", ["住宿咋解决"]),
        ("董事长是谁，总经理是谁？", ["董事长是谁", "总经理是谁"]),
        ("西南大学和园区有什么合作", ["西南大学和园区有什么合作"]),
        ("请问，食堂在哪里？", ["请问,食堂在哪里"]),
        ("参与共建的高校和企业分别是哪些？", ["参与共建的高校是哪些", "企业是哪些"]),
        ("和平路在哪里", ["和平路在哪里"]),
        ("今天天气不错。", ["今天天气不错"]),
        ("食堂在哪？食堂在哪？", ["食堂在哪"]),
        ("？", ["?"]),
        ("", [""]),
    ],
)
def test_a_question_is_taken_apart(question: str, expected: list[str]) -> None:
    assert parts(normalise(question)) == expected


@given(st.text(alphabet="食堂公寓中科光智和、，。？！的是谁什么分别多少在哪A ", max_size=40) | ANY_TEXT)
def test_any_question_has_parts(text: str) -> None:
    found = parts(normalise(text))
    assert found
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "您好！",
        "你好，在吗",
        "你好你好",
        "Hello!",
        "hi",
        "谢谢你。",
        "早上好",
        "再见！",
        "好的",
        "你是谁？",
        "Thanks!",
    ],
)
def test_a_greeting_is_told(text: str) -> None:
    assert is_greeting(normalise(text))


@pytest.mark.parametrize("text", ["", "你好，食堂在哪", "好吃吗", "食堂", "?", "谢谢你的食堂", "high", "再见了食堂"])
def test_what_says_more_is_no_greeting(text: str) -> None:
    assert not is_greeting(normalise(text))


@pytest.mark.parametrize(
    "question", ["食堂在哪?", "有哪些企业", "中科光智呢", "谁投资了园区", "什么企业最早入驻", "有没有食堂"]
)
def test_a_question_names_its_subject(question: str) -> None:
    assert names_its_subject(question)


@pytest.mark.parametrize(
    "question",
    ["租金多少?", "董事长是谁?", "它在哪?", "什么时候投产?", "多少钱?", "?", "谁是董事长", "这家公司呢", "其总经理"],
)
def test_a_question_leaves_its_subject_unsaid(question: str) -> None:
    assert not names_its_subject(question)


def test_topics_are_the_noun_phrases_in_order() -> None:
    assert topics("中科光智的董事长住在人才公寓") == ["中科光智", "董事长", "人才公寓"]
    assert topics("中南高科·北碚科技智慧港在哪") == ["中南高科·北碚科技智慧港"]
    assert topics("和" * 500) == []
    assert topics("怎么办?") == topics("") == []


@pytest.mark.parametrize(
    "text", ["谢谢你好" * 125, "、" * 500, "那" * 500, "a、" * 250, "一、" * 250, "和" * 500, "?" * 500]
)
def test_long_questions_are_read_quickly(text: str) -> None:
    started = time.perf_counter()
    for reading in stand_alone(normalise(text), (Turn(text, text),) * 200):
        parts(reading)
    is_greeting(text + "x")
    assert time.perf_counter() - started < 3
