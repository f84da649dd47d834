import functools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.spelling import Speller, _one_edit, sound
from rag.writing import normalise

ROOT = Path(__file__).parent.parent
FACTS = [
    normalise(item["question"])
    for item in map(json.loads, (ROOT / "bench" / "park.jsonl").read_text(encoding="utf-8").splitlines())
    if item["kind"] == "fact" and item["split"] == "tune"
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    """A speller of the park's own reports."""
    reports = sorted((ROOT / "corpus").glob("*.md"))
    return Speller(normalise(report.read_text(encoding="utf-8").split("---", 2)[2]).lower() for report in reports)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("石堂在哪", "食堂在哪"),
        ("缙云心居有多少套", "缙云新居有多少套"),
        ("中科光志的董事长是谁", "中科光智的董事长是谁"),
        ("斯泰宝做什么的", "斯太宝做什么的"),
        ("人才公域的租金", "人才公寓的租金"),
        ("总经历是谁", "总经理是谁"),
        ("环平手续", "环评手续"),
        ("便例店", "便利店"),
        ("污水处理场", "污水处理厂"),
        ("西南大雪", "西南大学"),
        ("北背科技智会港", "北碚科技智慧港"),
        ("孵话器", "孵化器"),
        ("shitang在哪里", "食堂在哪里"),
        ("Shitang在哪里", "食堂在哪里"),
        ("rencai gongyu有多少套", "人才公寓有多少套"),
        ("中科光智de董事长", "中科光智的董事长"),
        ("zhongkeguanzhi是什么", "中科光智是什么"),
    ],
)
def test_a_slip_is_put_right(speller: Speller, slip: str, meant: str) -> None:
    assert speller.correct(slip) == meant


@pytest.mark.parametrize("question", FACTS)
def test_a_right_question_stays(speller: Speller, question: str) -> None:
    assert speller.correct(question) == question


@pytest.mark.parametrize(
    "question",
    [
        "园区有官网吗",
        "园区有校招吗",
        "园区算力怎么样",
        "有没有小微企业优惠",
        "入园企业当中哪几家投产了",
        "附近有电影院吗",
        "我想吃火锅",
        "食糖多少钱一斤",
        "可以养宠物吗",
        "王小明是谁",
        "天安门在哪",
        "充电桩够不够",
        "change一下",
        "casting是什么",
        "python怎么学",
        "women在哪",
        "mes系统是什么",
        "PPP模式",
        "你们是谁",
        "2023年10月27日",
        "",
    ],
)
def test_what_the_reports_lack_is_not_bent_to_fit(speller: Speller, question: str) -> None:
    assert speller.correct(question) == question


def test_english_is_not_read_as_pinyin(speller: Speller) -> None:
    words = (
        "change machine guide dining women danger banner singer building meeting tongue sensor genuine beauty hainan"
    )
    assert speller.from_pinyin(words) == words


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("who is the chairman of zhongke guangzhi?", "who is the chairman of 中科光智?"),
        ("jin yun xin ju apartments", "缙云新居 apartments"),
        ("what is sitaibao", "what is 斯太宝"),
        ("beibei", "北碚"),
        ("beibei zai nali", "北碚在哪里"),
        ("shitang shenme shihou kaiye", "食堂什么时候开业"),
        ("renxcai gongyu you duoshao tao", "人才公寓有多少套"),
        ("", ""),
    ],
)
def test_names_in_pinyin_are_known(speller: Speller, question: str, meant: str) -> None:
    assert speller.from_pinyin(question) == meant


def test_a_wrong_cut_of_the_reports_is_no_word_to_correct_to() -> None:
    speller = Speller(["规模由小为大，有效招商，企业做大做强。", "规模由大变强。"])
    assert speller.correct("小微企业") == "小微企业"
    assert speller.correct("校招") == "校招"


def test_two_words_that_fit_leave_the_slip() -> None:
    assert Speller(["食堂开业。食堂，时堂。时堂开业。"]).correct("实堂") == "实堂"
    assert Speller(["食堂开业。食堂，公寓。公寓开业。"]).correct("实堂") == "食堂"


def test_an_empty_corpus_corrects_nothing() -> None:
    assert Speller([]).correct("石堂在哪") == "石堂在哪"
    assert Speller([]).from_pinyin("shi tang") == "shi tang"


@given(st.text(max_size=60) | st.text(alphabet="食糖石堂缙云心居公寓域aeishtng的 ?", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    speller = _small()
    assert isinstance(speller.correct(text), str)
    assert isinstance(speller.from_pinyin(text), str)


@given(st.text(alphabet="食堂石缙云心新居公寓在哪 ", max_size=30))
def test_correcting_keeps_the_length_of_chinese(text: str) -> None:
    assert len(_small().correct(text)) == len(text)


@functools.cache
def _small() -> Speller:
    return Speller(["缙云新居有920套人才公寓。食堂开业。"])


@pytest.mark.parametrize("text", ["缙云心居" * 125, "shitang " * 62, "a公" * 250, "石堂" * 250, "食堂shitan" * 62])
def test_a_long_question_takes_no_longer_than_its_length(speller: Speller, text: str) -> None:
    started = time.perf_counter()
    speller.correct(text)
    speller.from_pinyin(text)
    assert time.perf_counter() - started < 1.5


def test_a_question_full_of_slips_is_put_right_all_over(speller: Speller) -> None:
    assert speller.correct("石堂、" * 150) == "食堂、" * 150


def test_sounds_are_pinyin_without_tones() -> None:
    assert sound("食堂") == sound("石堂") == "shitang"
    assert sound("MES系统") == "MESxitong"


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("shitang", "shitang", True),
        ("shitang", "shitan", True),
        ("shitang", "hitang", True),
        ("shitang", "shutang", True),
        ("shitang", "sitan", False),
        ("ab", "ba", False),
        ("", "a", True),
        ("", "", True),
    ],
)
def test_one_edit(first: str, second: str, near: bool) -> None:
    assert _one_edit(first, second) is _one_edit(second, first) is near
