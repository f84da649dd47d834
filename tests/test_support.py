"""Whether quotes bear a written sentence out: what a chat model gets wrong is stopped, other words for it are not."""

import re
import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.embed import SentenceTransformerEmbedder
from rag.support import LONGEST, Coefficients, Source, Support, Verdict, shipped
from tests.toys import ToyEmbedder

FLATS = Source("缙云新居有920套人才公寓，是园区为企业员工积极争取的住房。", "2023-10", "住房与商务配套 员工住房")
FIRM = Source("中科光智从签约落户到正式投产只用了90天，董事长秦占阳说。", "2023-05-06", "入驻企业")
PLAN = Source("园区计划在2025年建成二期厂房12万平方米，不对外出租。", "2023-05-06", "下一步计划")
BIOTECH = Source("去年10月，西南大学科学中心为纳锐生物牵线。", "2023-10", "校地合作 纳锐生物")
YIELD = Source("采用新系统后，华虹仪表的总体效率提升了20%，生产周期缩短了30%。", "2023-10", "重点项目")
QUOTES = (FLATS, FIRM, PLAN, BIOTECH, YIELD)
NAMES = ("缙云新居", "中科光智", "传感器产业园")


@pytest.fixture(scope="module")
def support(embedder: SentenceTransformerEmbedder) -> Support:
    return Support(embedder, lambda text: [name for name in NAMES if name in text])


@pytest.fixture(scope="module")
def toy() -> Support:
    return Support(ToyEmbedder(), lambda text: [name for name in NAMES if name in text])


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("缙云新居有920套人才公寓。", FLATS),
        ("园区为企业员工争取到缙云新居的九百二十套人才公寓。", FLATS),
        ("縉雲新居有920套人才公寓。", FLATS),
        ("Jinyun Xinju has 920 talent apartments for employees.", FLATS),
        ("中科光智从签约到投产只用了九十天。", FIRM),
        ("中科光智的董事长是秦占阳。", FIRM),
        ("二期厂房计划2025年建成，面积12万平方米。", PLAN),
        ("二期厂房有120000平方米，计划在2025年建成。", PLAN),
        ("2022年10月，西南大学科学中心为纳锐生物牵线。", BIOTECH),
        ("华虹仪表的生产周期缩短了百分之三十，总体效率提高20％。", YIELD),
    ],
)
def test_what_the_quote_says_in_other_words_passes(support: Support, sentence: str, source: Source) -> None:
    assert support.check(sentence, [source]).supported


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("缙云新居有930套人才公寓。", FLATS),
        ("传感器产业园有920套人才公寓。", FLATS),
        ("缙云新居没有920套人才公寓。", FLATS),
        ("缙云新居有920套人才公寓，租金每月800元。", FLATS),
        ("缙云新居有920套人才公寓，并配有幼儿园和健身中心。", FLATS),
        ("为了吸引高端人才，园区在缙云新居争取了920套人才公寓。", FLATS),
        ("Jialing Xinju has 920 talent apartments.", FLATS),
        ("中科光智从签约到投产用了90个月。", FIRM),
        ("中科光智的董事长是王建国。", FIRM),
        ("二期厂房已在2025年建成。", PLAN),
        ("二期厂房12万平方米，对外出租。", PLAN),
        ("The flats cost 800 yuan.", FLATS),
        ("2023年10月，西南大学科学中心为纳锐生物牵线。", BIOTECH),
        ("华虹仪表的总体效率提升了30%，生产周期缩短了20%。", YIELD),
        ("华虹仪表的总体效率下降了20%。", YIELD),
    ],
)
def test_what_the_quote_does_not_say_is_stopped(support: Support, sentence: str, source: Source) -> None:
    verdict = support.check(sentence, [source])
    assert not verdict.supported
    assert verdict.reason
    assert verdict.score < shipped().threshold


def test_a_sentence_of_two_facts_needs_both_quotes(support: Support) -> None:
    said = "缙云新居有920套人才公寓，中科光智从签约到投产用了90天。"
    assert support.check(said, [FLATS, FIRM]).supported
    assert not support.check(said, [FLATS]).supported


def test_blanks_around_figures_change_nothing(support: Support) -> None:
    told = Source("青禾港 2022 年 3 月 9 日 开业，共 12 栋楼。", "2022-05", "青禾港概况")
    assert support.check("青禾港2022年3月9日开业。", [told]).supported
    assert support.check("青禾港有 12 栋楼。", [told]).supported
    assert not support.check("青禾港2022年3月8日开业。", [told]).supported


def test_a_qualifier_that_is_dropped_or_changed_is_stopped(support: Support) -> None:
    told = Source("科学城北碚园区三年累计招引项目30余个，协议引资近200亿元。", "2023-10", "招商引资")
    assert support.check("园区三年累计招引项目超过30个。", [told]).supported
    assert not support.check("园区三年累计招引项目30个。", [told]).supported
    assert not support.check("园区三年累计协议引资超200亿元。", [told]).supported


def test_what_models_said_of_the_reports_passes(support: Support) -> None:
    firm = Source("斯太宝已在科学城北碚园区落地并建成投产。", "2023-10", "入驻企业 斯太宝")
    assert support.check("斯太宝是园区的企业，投产了。", [firm]).supported
    league = Source("5月23日下午，中超联赛宣布2022赛季中超联赛将于6月3日在大连、海口开赛。")
    assert support.check("中超2022赛季开赛时间是6月3日。", [league]).supported


def test_a_relative_year_counts_only_where_all_quotes_are_of_one(support: Support) -> None:
    said = "去年10月，西南大学科学中心为纳锐生物牵线。"
    assert support.check(said, [BIOTECH]).supported
    assert not support.check(said.replace("去年", "今年"), [BIOTECH]).supported


@given(st.text(min_size=1, max_size=200))
def test_a_sentence_that_is_its_own_quote_is_supported(toy: Support, text: str) -> None:
    assume(re.search(r"\w", text))
    assert toy.check(text, [FLATS, Source(text)]) == Verdict(True, "", 1.0)


@given(st.sampled_from(QUOTES), st.data())
@settings(deadline=None, max_examples=60)
def test_no_changed_digit_passes(toy: Support, source: Source, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", source.quote)] or [0]))
    assume(source.quote[place].isdigit())
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != source.quote[place]]))
    assert not toy.check(source.quote[:place] + digit + source.quote[place + 1 :], [source]).supported


@given(
    st.lists(
        st.tuples(st.sampled_from(["公寓", "厂房", "食堂"]), st.integers(1, 99_999), st.sampled_from("套栋座间")),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
@settings(deadline=None)
def test_no_changed_digit_of_any_enumeration_passes(
    toy: Support, told: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    quote = "园区有" + "、".join(f"{thing}{count}{unit}" for thing, count, unit in told) + "。"
    place = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", quote)]))
    digit = data.draw(st.sampled_from([one for one in "123456789" if one != quote[place]]))
    assert not toy.check(quote[:place] + digit + quote[place + 1 :], [Source(quote)]).supported


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "。", "1" * 10_000, "长" * 10_000, "<script>", "[1]", "是的。"]
)
def test_odd_sentences_never_raise_and_never_pass(support: Support, text: str) -> None:
    assert not support.check(text, [FLATS]).supported
    assert not support.check(text, []).supported


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=10), st.text(max_size=10))
@settings(deadline=None)
def test_no_text_makes_it_raise(toy: Support, said: str, quote: str, date: str, lead: str) -> None:
    assert 0 <= toy.check(said, [Source(quote, date, lead)]).score <= 1


@pytest.mark.parametrize("quote", ["", "\0\ud800", "长" * 10_000, "1，" * 5_000])
def test_odd_quotes_never_raise(toy: Support, quote: str) -> None:
    assert not toy.check("缙云新居有920套人才公寓。", [Source(quote)]).supported


def test_a_sentence_longer_than_any_is_not_looked_at(toy: Support) -> None:
    assert toy.check("园" * (LONGEST + 1), [FLATS]).reason == "length"


def test_a_check_takes_milliseconds_besides_the_model(toy: Support) -> None:
    said = [source.quote.replace("，", "，其中", 1) for source in QUOTES]
    for sentence in said:
        toy.check(sentence, QUOTES)
    started = time.process_time()
    for sentence in said * 4:
        toy.check(sentence, QUOTES)
    assert (time.process_time() - started) / len(said * 4) < 0.03  # some 5 ms, on a machine with nothing else to do


class CountingEmbedder(ToyEmbedder):
    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return super().passages(texts)


def test_a_word_is_embedded_once() -> None:
    embedder = CountingEmbedder()
    checker = Support(embedder, lambda text: [])
    for _ in range(3):
        checker.check("他察觉了园区的问题。", [Source("他发现了园区的问题。")])
    first = embedder.calls
    checker.check("他察觉了园区的问题。", [Source("他发现了园区的问题。")])
    assert embedder.calls == first > 0


def test_limits_come_before_the_regression_and_the_heaviest_signal_is_the_reason() -> None:
    model = Coefficients({"figure": 0.0}, {"run": -1.0, "gap": -5.0}, 2.0, 0.5)
    assert model.verdict({"figure": 0.0, "run": 0.0, "gap": 0.0}).supported
    assert model.verdict({"figure": 1.0, "run": 0.0, "gap": 0.0}).reason == "figure"
    stopped = model.verdict({"figure": 0.0, "run": 1.0, "gap": 1.0})
    assert (stopped.supported, stopped.reason) == (False, "gap")
    assert model.verdict({"figure": 1.0, "run": 0.0, "gap": 0.0}).score < model.threshold


def test_the_shipped_coefficients_name_signals_there_are(toy: Support) -> None:
    signals = toy.signals("园区有食堂。", [FLATS])
    assert shipped().limits.keys() | shipped().weights.keys() <= signals.keys()


RENT = Source("青禾港厂房月租为每平方米18元。", "2023-05", "青禾港租金")


@pytest.mark.parametrize(
    "sentence",
    [
        "青禾港厂房月租全免。",
        "青禾港厂房免费。",
        "青禾港厂房月租打八折。",
        "The rent of the workshop is waived.",
        "Rent is free.",
    ],
)
def test_nothing_is_let_off_that_no_quote_lets_off(support: Support, sentence: str) -> None:
    assert not support.check(sentence, [RENT]).supported


def test_what_a_quote_lets_off_may_be_said_to_be(support: Support) -> None:
    free = Source("青禾港班车凭工牌免费乘坐。", "2023-05", "青禾港班车")
    assert support.check("青禾港班车免费，凭工牌乘坐。", [free]).supported
