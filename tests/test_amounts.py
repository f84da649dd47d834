import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.amounts import Amount, amounts
from rag.dates import resolve
from rag.writing import normalise


def read(text: str, report_date: str = "") -> list[Amount]:
    return amounts(normalise(resolve(text, report_date)), report_date)


def only(text: str) -> Amount:
    (found,) = read(text)
    return found


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("百分之二十", "20%"),
        ("20％", "20 percent"),
        ("两家", "2家"),
        ("三百五十人", "350名"),
        ("1.2万平方米", "12000㎡"),
        ("近200亿元", "将近200亿元"),
        ("近200亿元", "nearly RMB 20 billion"),
        ("近200亿元", "约200亿元"),
        ("22,000人", "2.2万人"),
        ("２２，０００人", "22000人"),
        ("第三届", "第3届"),
        ("第3名", "third"),
        ("三成", "30%"),
        ("三分之一", "1/3"),
        ("半年", "6个月"),
        ("一年半", "18个月"),
        ("两个半小时", "2.5小时"),
        ("三千米", "3公里"),
        ("30余个", "30多个"),
        ("30多个", "超过30个"),
        ("30余个", "more than 30"),
        ("30余个", "至少30个"),
        ("约100米", "100米左右"),
        ("100米", "大约100米"),
        ("两个多小时", "2小时多"),
        ("上百家", "过百家"),
        ("不到30人", "至多30人"),
        ("一期", "第一期"),
        ("3楼", "三层"),
        ("首家", "第一家"),
        ("头一年", "第一年"),
        ("三日内", "3天内"),
        ("920套", "920 apartments"),
        ("1亿2000万元", "1.2亿元"),
        ("C-3栋", "C3栋"),
        ("023-68862222", "02368862222"),
        ("5G", "5G网络"),
        ("100MW", "100兆瓦"),
    ],
)
def test_equal_figures_cover_one_another(told: str, said: str) -> None:
    assert read(told)[0].covers(read(said)[0])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("20%", "20"),
        ("20%", "25%"),
        ("200亿元", "200亿美元"),
        ("200亿元", "20亿元"),
        ("5平方公里", "5平方米"),
        ("90天", "90个月"),
        ("3个百分点", "3%"),
        ("第三届", "3人"),
        ("不足200亿元", "超过200亿元"),
        ("近200亿元", "200亿元"),
        ("近200亿元", "超200亿元"),
        ("30余个", "30个"),
        ("30余个", "近30个"),
        ("30个", "30余个"),
        ("十几个", "10个"),
        ("约100米", "100米"),
        ("100米", "近100米"),
        ("30家以上", "30家"),
        ("30家以上", "超过30家"),
        ("至少30家", "30家"),
        ("最多5人", "5人"),
        ("5人以下", "不足5人"),
        ("40天内", "40天"),
        ("近百家", "上百家"),
        ("200亿元", "超过200亿元"),
        ("C3栋", "C2栋"),
        ("数百家", "上千家"),
        ("昨天", "今天"),
        ("13812345678", "13812345679"),
        ("十三五", "十四五"),
        ("007", "07"),
    ],
)
def test_different_figures_do_not(told: str, said: str) -> None:
    assert not read(told)[0].covers(read(said)[0])


def test_ranges_have_the_unit_and_scale_of_their_end() -> None:
    assert [(one.value, one.unit) for one in read("10-20人")] == [(10, "人"), (20, "人")]
    assert [(one.value, one.unit) for one in read("3至5万元")] == [(30_000, "元"), (50_000, "元")]


def test_relative_years_are_those_of_the_report() -> None:
    told = read("去年10月开业", "2023-10")
    assert any(one.covers(only("2022年10月")) for one in told)
    assert not any(one.covers(only("2023年10月")) for one in told)


def test_a_year_may_be_said_without_its_word() -> None:
    assert only("2023年").covers(read("built in 2023")[0])


def test_the_one_that_may_be_an_article_is_marked() -> None:
    assert only("一家企业").is_article
    assert not only("一层").is_article
    assert not only("1家企业").is_article


@pytest.mark.parametrize("text", ["统一", "万能", "百度", "一些", "一方面", "进行中", "one of them"])
def test_words_with_numerals_in_them_are_no_figures(text: str) -> None:
    assert read(text) == []


@given(st.text(alphabet="0123456789.,年月日元%个-: 万亿第约超A号/期", max_size=40))
def test_every_digit_belongs_to_a_figure(text: str) -> None:
    found = amounts(text)
    covered = {place for one in found for place in range(one.start, one.end)}
    assert {place for place, char in enumerate(text) if char.isdigit()} <= covered


@given(
    st.from_regex(r"(?:[1-9][0-9]{0,5}(?:\.[0-9])?(?:万|亿)?(?:元|套|人|平方米|%|年|公里)和?){1,3}", fullmatch=True),
    st.data(),
)
def test_a_changed_digit_is_covered_by_nothing_in_its_place(text: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", text)]))
    digit = data.draw(st.sampled_from([one for one in "123456789" if one != text[place]]))
    changed = text[:place] + digit + text[place + 1 :]
    told, said = amounts(text), amounts(changed)
    assume(len(told) == len(said))
    assert not all(before.covers(after) for before, after in zip(told, said, strict=True))


@given(st.text(max_size=100))
def test_any_text_may_be_read(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) and one.covers(one) for one in amounts(text, "2023-10"))


def test_a_run_of_figures_takes_no_time() -> None:
    started = time.perf_counter()
    amounts("1 " * 5000)
    amounts("9" * 10_000)
    amounts("一" * 10_000)
    assert time.perf_counter() - started < 5
