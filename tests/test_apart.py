import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.apart import parts
from rag.writing import normalise

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("食堂在哪里？", ["食堂在哪里"]),
        ("食堂和生活服务馆分别什么时候启用？", ["食堂什么时候启用", "生活服务馆什么时候启用"]),
        ("吃、住、行怎么解决？", ["吃怎么解决", "住怎么解决", "行怎么解决"]),
        ("食堂在哪？几点开？", ["食堂在哪", "食堂几点开"]),
        ("厂房押金多少？租金多少？", ["厂房押金多少", "厂房租金多少"]),
        ("人才公寓租金是多少？有多少套？", ["人才公寓租金是多少", "人才公寓有多少套"]),
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
    "text", ["谢谢你好" * 125, "、" * 500, "那" * 500, "a、" * 250, "一、" * 250, "和" * 500, "?" * 500]
)
def test_long_questions_are_taken_apart_quickly(text: str) -> None:
    text = normalise(text)
    started = time.process_time()
    for question in (text, f"食堂{text}"):
        parts(question)
    assert time.process_time() - started < 3
