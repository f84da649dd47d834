import pytest

from rag.denial import mark_signals
from tests.toy_match import match


def signals(said: str, quote: str) -> set[str]:
    return {name for name, value in mark_signals(match(said, quote)).items() if value}


@pytest.mark.parametrize(
    ("said", "quote", "signal"),
    [
        ("食堂没有开业。", "食堂开业。", "denial"),
        ("园区收取押金。", "园区不收取押金。", "denial"),
        ("外人可以录音。", "外人不得录音。", "denial"),
        ("正常磨损按清单扣款,墙面打孔不扣。", "墙面打孔按清单扣款,正常磨损不扣。", "denial"),
        ("园区仅接待企业。", "园区接待企业。", "limit"),
        ("银行出具的保函可以。", "仅银行出具的保函可以。", "limit"),
        ("厂房已建成。", "厂房计划建成。", "plan"),
        ("厂房将建成。", "厂房建成。", "plan"),
        ("隐患已于1月消除。", "隐患限1月前消除。", "plan"),
        ("效率下降了20%。", "效率提升了20%。", "opposite"),
        ("港口已于6月建成。", "港口于6月奠基。", "opposite"),
        ("由于需求旺盛,公寓满租。", "公寓满租。", "cause"),
        ("为了方便员工,食堂开业。", "食堂开业。", "purpose"),
        ("公寓比厂房更大。", "公寓很大。", "comparison"),
        ("公寓是全市最大的。", "公寓很大。", "superlative"),
        ("食堂开业,深受好评。", "食堂开业。", "praise"),
        ("食堂全部开业。", "食堂开业。", "extent"),
    ],
)
def test_what_is_said_and_not_told_or_told_and_not_said_is_noticed(said: str, quote: str, signal: str) -> None:
    assert signal in signals(said, quote)


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("外人可以参加但不能录音。", "外人可以参加,但不得录音。"),
        ("正常磨损不扣款。", "墙面打孔按清单扣款,正常磨损不扣。"),
        ("厂房将于2025年建成。", "厂房计划2025年建成。"),
        ("园区不断扩大,无线网络开通。", "园区扩大,网络开通。"),
        ("该馆是首家开业的。", "该馆第一家开业。"),
        ("工程只用40天完成。", "工程仅用40天完成。"),
        ("40天完成工程。", "只用40天完成工程。"),
        ("这是因为道路老化。", "由于道路老化,更换管道。"),
    ],
)
def test_the_same_said_otherwise_is_not(said: str, quote: str) -> None:
    assert signals(said, quote) == set()


def test_what_names_a_time_is_neither_past_nor_to_come() -> None:
    told = "联赛将于6月3日在大连开赛。"
    assert not mark_signals(match("联赛的开赛时间是6月3日。", told))["plan"]
    assert mark_signals(match("联赛于6月3日开赛。", told))["plan"]
    assert mark_signals(match("联赛已开赛,时间是6月3日。", told))["plan"]


def test_english_denials_and_plans_are_set_against_chinese_ones() -> None:
    told = "食堂于2023年5月6日正式开业。"
    assert mark_signals(match("The canteen did not open on May 6, 2023.", told))["denial"]
    assert not mark_signals(match("The canteen opened on May 6, 2023.", told))["denial"]
    assert mark_signals(match("Sitaibao has not started production.", "斯太宝已建成投产。"))["denial"]
    told = "新建的污水处理厂,将在10月之后的工作中建成投用。"
    assert mark_signals(match("The sewage treatment plant has been completed.", told))["plan"]
    assert not mark_signals(match("The sewage treatment plant will be completed.", told))["plan"]
    assert not mark_signals(match("It took 90 days to production.", "到投产只用了90天。"))["limit"]
