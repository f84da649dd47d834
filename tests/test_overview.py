"""Who asks about the park as a whole, and what is shown then."""

import time

import pytest

from index.records import Document
from rag.chain import Chain
from rag.overview import asks_for_overview, overview_report
from rag.records import Request
from rag.writing import normalise

PARK = normalise("西部（重庆）科学城北碚园区")


@pytest.mark.parametrize(
    "text",
    [
        "介绍一下园区",
        "请介绍一下园区。",
        "你好，能不能简单介绍一下你们园区？",
        "介绍一下西部（重庆）科学城北碚园区",
        "介绍一下科学城北碚园区的情况",
        "园区简介",
        "园区概况",
        "园区的基本情况",
        "你们园区是做什么的？",
        "你们是干啥子的",
        "这是个什么地方？",
        "这个园区怎么样",
        "你们园区咋样嘛",
        "我想了解一下你们园区",
        "說說你們園區",
        "先摆一下你们园区是啥子情况",
        "你们这个园区大概是个什么情况？",
        "北碚园区是个什么园区",
        "Tell me about the park",
        "What is this park?",
        "Could you please give me an overview of your park?",
        "Hello, can you introduce the Beibei park?",
    ],
)
def test_a_question_about_the_whole_is_told(text: str) -> None:
    assert asks_for_overview(normalise(text), PARK)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "园区",
        "介绍一下",
        "介绍一下园区的食堂",
        "介绍一下中科光智",
        "介绍一下园区的企业",
        "园区有什么企业",
        "园区有什么",
        "园区有啥子优惠",
        "园区租金是什么情况",
        "怎么去园区",
        "园区是谁建的",
        "它是做什么的",
        "那个项目是什么情况",
        "园区什么时候开始建的",
        "园区面积多大",
        "你们是谁",
        "园区的配套怎么样",
        "这里有什么好吃的",
        "你们那儿天气怎么样",
        "Tell me about the parking",
        "Tell me about the rent of the park",
        "What is the park's phone number?",
        "Who built the park?",
    ],
)
def test_a_question_that_names_something_is_not(text: str) -> None:
    assert not asks_for_overview(normalise(text), PARK)


def test_long_texts_are_told_quickly() -> None:
    started = time.process_time()
    for text in ("请问你好" * 120, "介绍一下" * 14, "你们的这个园区的的的是是是个什么样情况情况", "please " * 70):
        assert not asks_for_overview(text)
    assert time.process_time() - started < 1


def report(title: str, path: str) -> Document:
    return Document(path, title, "正文。")


def test_the_report_whose_title_says_so_tells_of_the_whole() -> None:
    about, other = report("园区概况", "b.md"), report("招商引资", "a.md")
    assert overview_report([other, about, report("园区概况补充说明", "c.md")]) == about
    assert overview_report([other]) == other
    assert overview_report([other, report("食堂", "d.md")]) is None
    assert overview_report([]) is None


@pytest.mark.parametrize("question", ["介绍一下园区", "這個園區怎麼樣？", "Tell me about the park"])
def test_who_asks_about_the_park_is_shown_how_its_report_begins(chain: Chain, question: str) -> None:
    answer = chain.invoke(Request(question))
    assert not answer.refused
    assert [one.path for one in answer.citations] == ["园区概况.md"] * 3
    text = chain.index.document(answer.citations[0].document_id).text
    assert all(text[one.start : one.end] == one.quote for one in answer.citations)
    assert [one.start for one in answer.citations] == sorted(one.start for one in answer.citations)
    assert text[: answer.citations[0].start].count("。") == 0


def test_a_second_question_beside_it_is_answered_too(chain: Chain) -> None:
    answer = chain.invoke(Request("园区是做什么的？缙云新居有多少套人才公寓？"))
    assert {one.path for one in answer.citations} >= {"园区概况.md", "住房与商务配套.md"}
