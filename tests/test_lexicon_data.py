"""The words of `lexicon.toml`: read as meant, and no group that would let a near miss pass for an answer."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import rag.lexicon

FILE = Path(rag.lexicon.__file__).with_name("lexicon.toml")
ENGLISH = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*(?: [a-z0-9]+(?:[.-][a-z0-9]+)*){0,2}")

SINGLE: dict[str, str] = {}
"""Members of groups with one character, each with why it hardly ever stands inside another word."""
SINGLE_NARROWER = {"亩": "a unit of land, part of no common word", "栋": "counts houses, as in C3栋"}
"""The same for the narrower words of [covers]."""

FORBIDDEN = """
租金 押金|租金 物业费|租金 票价|租金 补贴|押金 物业费|工资 补贴|工资 社保|水费 电费|奖励 罚款|税收 营收
产值 营收|产值 投资额|利润 营收|利润 亏损|注册资本 投资额|融资 贷款|进口 出口|员工 人才|员工 客户|博士 教授
专家 院士|客户 供应商|产品 客户|董事长 总经理|董事长 创始人|法定代表人 创始人|总经理 副总经理|母公司 子公司
央企 民企|国有企业 民企|国有企业 外资|上市公司 初创企业|签约 开工|签约 投产|签约 落户|奠基 竣工|开工 竣工|开工 投产
竣工 投产|竣工 验收|封顶 竣工|在建 建成|规划 在建|一期 二期|停工 复工|开业 营业时间|开业 投产|投产 试生产
入驻 投产|入驻 搬走|招商 招聘|基金招商 以商招商|出租 出售|房东 租户|地铁 公交|班车 公交|地铁 高铁|高铁 机场
道路 地铁|首班车 末班车|停车 充电桩|停车场 停车费|公寓 别墅|公寓 酒店|住房 厂房|厂房 写字楼|食堂 咖啡|食堂 超市
早餐 晚餐|超市 商场|幼儿园 小学|小学 中学|大学 小学|医院 药店|医院 体检|银行 基金|健身房 图书馆|污水 自来水
供电 供水|供水 燃气|燃气 供暖|停电 停水|环评 消防|环评 能评|营业执照 许可证|噪音 废气|传感器 半导体|传感器 仪表
半导体 软件|封装 测试|生物医药 医疗器械|新材料 新能源|汽车 电池|研发 生产|专利 商标|大学 研究院|提升 缩短
增长 下降|效率 质量|周期 效率|占地面积 层高|占地面积 建筑面积|面积 产能|优势 缺点|上游 下游|国家级 市级|国家级 省级
省级 市级|首批 首个|年初 年底|月初 月底|上半年 下半年|工作日 周末|五一 国庆|电话 邮箱|电话 微信|电话 地址
会议 签约|揭牌 剪彩|记者 作者|照片 视频|保安 保洁|快递 外卖|火灾 地震|物业费 停车费
"""
"""Pairs that are two different things, however near: a sentence about one is no evidence for the other."""


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """Return the file as it stands; a key written twice does not load at all."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def groups(table: dict[str, Any]) -> list[list[str]]:
    """Return the members of every group."""
    return [group.split() for group in table["groups"]]


def test_no_stop_word_is_looked_up_as_a_synonym(table: dict[str, Any], groups: list[list[str]]) -> None:
    """A stop word is dropped before it is looked up, so that its group or cover would be dead."""
    looked_up = {word for group in groups for word in group} | set(table["covers"])
    assert not looked_up & set(table["stop"].split())


def test_no_word_stands_twice_in_a_list(table: dict[str, Any]) -> None:
    for name in ("stop", "places", "common", "relational", "events", "new"):
        words = table[name].split()
        assert len(words) == len(set(words)), name


def test_every_group_has_two_members_each_once(groups: list[list[str]]) -> None:
    assert not [group for group in groups if len(group) < 2 or len(group) != len(set(group))]


def test_no_group_stands_within_another(groups: list[list[str]]) -> None:
    sets = [set(group) for group in groups]
    assert not [one for place, one in enumerate(sets) for other in sets[:place] + sets[place + 1 :] if one <= other]


def test_single_characters_are_listed_with_a_reason(table: dict[str, Any], groups: list[list[str]]) -> None:
    """A single character is found inside other words: 电 in 电影, 气 in 天气."""
    assert {word for group in groups for word in group if len(word) == 1} == set(SINGLE)
    narrower = {word for words in table["covers"].values() for word in words.split()}
    assert {word for word in narrower if len(word) == 1} == set(SINGLE_NARROWER)


def test_short_latin_words_are_no_evidence(table: dict[str, Any], groups: list[list[str]]) -> None:
    """Two letters are found inside other words: ai in "main"."""
    words = {word for group in groups for word in group}
    words |= {word for words in table["covers"].values() for word in words.split()}
    assert not {word for word in words if re.fullmatch(r"[a-z]{1,2}", word)}


@pytest.mark.parametrize("pair", re.split(r"[|\n]", FORBIDDEN.strip()))
def test_two_things_share_no_group(pair: str, groups: list[list[str]]) -> None:
    one, other = pair.split()
    assert not [group for group in groups if one in group and other in group]


def test_a_forbidden_pair_is_of_words_the_groups_know(groups: list[list[str]]) -> None:
    """Else a slip in a pair would make its test empty."""
    known = {word for group in groups for word in group}
    pairs = [pair.split() for pair in re.split(r"[|\n]", FORBIDDEN.strip())]
    assert not [pair for pair in pairs if not known & set(pair)]


def test_a_cover_names_other_words_than_itself(table: dict[str, Any]) -> None:
    assert not [word for word, narrower in table["covers"].items() if not set(narrower.split()) - {word}]


def test_english_terms_can_be_looked_up(table: dict[str, Any]) -> None:
    """The lookup is by one to three words in lower case, cut as `Lexicon.translate` cuts them."""
    assert not [term for term in table["english"] if not ENGLISH.fullmatch(term)]


def test_english_terms_give_words_that_match(table: dict[str, Any]) -> None:
    """Reports are matched in lower case; a translation may be read by people too, who write PPP."""
    values = [words for words in table["english"].values() if words != "PPP"]
    assert not [words for words in values if not words.strip() or words != words.lower()]


def test_everything_is_written_in_lower_case(table: dict[str, Any], groups: list[list[str]]) -> None:
    words = [word for group in groups for word in group] + list(table["covers"]) + list(table["covers"].values())
    assert not [word for word in words if word != word.lower()]
