import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.asked import ASKING, KINDS, asked_kind
from rag.writing import normalise

QUESTIONS = {
    "why": ["为什么效率提升了？", "效率提高的原因是什么", "污水厂咋会停", "Why did they move?", "what is the reason"],
    "phone": ["招商电话是多少", "怎么联系招商中心？", "邮箱是多少", "what is the phone number?", "Contact info please"],
    "money": [
        "人才公寓租金多少？",
        "食堂一顿饭多少钱",
        "总投资几个亿？",
        "协议引资共多少？",
        "斯太宝投了多少亿元",
        "工资高不高，薪资怎么样",
        "How much is the rent?",
        "what does it cost",
    ],
    "clock": ["食堂几点开门？", "营业时间是？", "What time does it open?"],
    "line_number": ["坐几路公交？", "几号线到园区", "which bus number goes there"],
    "floor": ["食堂在几楼？", "哪栋楼是孵化楼", "which floor is the canteen on"],
    "area": ["孵化楼有多大？", "厂房面积是多少", "建成了多少万平方米楼宇", "How big is the factory?"],
    "percent": ["效率提升的比例是多少", "提高了百分之几？", "入住率达多少", "by what percentage did it rise"],
    "duration": [
        "投产用了多久？",
        "建设花了多少天",
        "工期几个月？",
        "How long did it take?",
        "how many days did it take",
    ],
    "date": [
        "食堂什么时候开业？",
        "哪年启动的",
        "几月份投产",
        "when was it signed?",
        "what year did it start",
        "奠基的时间",
    ],
    "people": ["园区有多少人？", "有多少名员工", "几个人管", "how many employees are there"],
    "count": ["有多少套公寓？", "开通几条公交线路？", "好多家企业", "配套项目的数量", "How many apartments are there?"],
    "number": ["亩产多少?", "how much did it rise"],
    "person": ["董事长是谁？", "哪位博士负责", "who is the chairman", "Whose team is it?"],
    "place": ["食堂在哪里？", "公司地址", "怎么走", "Where is the park?"],
    "list": ["园区有哪些企业？", "生活馆有什么？", "which companies moved in", "What facilities are there?"],
    "use": ["食堂开业有什么作用？", "平台能带来什么", "What is the platform for?"],
    "how": ["住宿怎么解决？", "出行咋办", "如何入驻", "How do I get there?"],
    "yes_no": ["有食堂吗？", "能不能配家具", "有没有医院", "园区通地铁没？", "是不是国家级", "Is there a gym?"],
    "what": ["中科光智是做什么的？", "什么是PPP模式", "介绍一下园区", "What is Sitaibao?", "园区定位", ""],
}
SPANS = {
    "money": (
        ["协议引资200亿元", "每月500 元", "3.5亿", "近二百亿元", "免租", "1,200元"],
        ["200家", "元旦", "5万方", "亿"],
    ),
    "phone": (["电话023-68888888", "13800138000", "a@b.cn"], ["2023年", "12345", "920套"]),
    "clock": (["早上7:30", "8点半", "晚七点", "24小时"], ["7月", "10点间", "三栋"]),
    "line_number": (["502路", "b12路", "6号线"], ["2条线路", "和平路"]),
    "people": (["500人同时就餐", "3万余人", "两名", "十多位"], ["人才", "500套"]),
    "percent": (["提升25%", "百分之三十", "增长两倍", "三成"], ["三十", "效率提升"]),
    "area": (["25万方", "1万平方米", "30亩", "3平方公里"], ["25万元", "方案"]),
    "duration": (["90天", "三年", "不到一年", "半年", "2个月", "100余天"], ["月底", "首批"]),
    "floor": (["c3栋", "一层", "b座", "3号"], ["层高", "多层"]),
    "date": (["2023年5月6日", "10月27日", "年底前", "去年10月", "上半年"], ["月亮", "第五次"]),
    "count": (["920套", "两条线路", "8个项目", "12"], ["套餐", "公寓"]),
    "number": (["十二", "3.5", "1,200", "25万"], ["没有数字"]),
    "place": (["位于北碚", "在歇马街道投产", "c3栋旁"], ["食堂开业"]),
    "why": (["因为方便", "为解决用餐，食堂开业"], ["食堂开业"]),
    "list": (["甲、乙", "甲和乙"], ["甲"]),
}


@pytest.mark.parametrize(("name", "question"), [(name, one) for name, group in QUESTIONS.items() for one in group])
def test_the_question_tells_what_kind_of_thing_it_asks_for(name: str, question: str) -> None:
    assert asked_kind(normalise(question)).name == name


def test_every_kind_is_asked_for_in_this_table() -> None:
    assert QUESTIONS.keys() == KINDS.keys()


@pytest.mark.parametrize(("name", "text"), [(name, one) for name, (found, _) in SPANS.items() for one in found])
def test_a_sentence_holds_what_is_asked_for(name: str, text: str) -> None:
    assert KINDS[name].spans(text)


@pytest.mark.parametrize(("name", "text"), [(name, one) for name, (_, absent) in SPANS.items() for one in absent])
def test_a_sentence_does_not_hold_what_is_asked_for(name: str, text: str) -> None:
    assert not KINDS[name].spans(text)


def test_a_span_is_the_whole_amount() -> None:
    assert [match.group() for match in KINDS["money"].spans("引资200亿元，另有3.5万元")] == ["200亿元", "3.5万元"]
    assert [match.group() for match in KINDS["area"].spans("建成25万方楼宇")] == ["25万方"]


def test_kinds_without_a_pattern_hold_no_spans() -> None:
    assert KINDS["how"].spans("920套公寓") == []


def test_every_hard_kind_can_be_looked_for() -> None:
    assert all(kind.span for kind in KINDS.values() if kind.hard)


@given(st.text(max_size=60))
def test_any_text_has_a_kind(text: str) -> None:
    assert asked_kind(text) is KINDS[asked_kind(text).name]


@pytest.mark.parametrize(
    "text", ["百" * 500, "千万" * 250, "1," * 250, "1 " * 250, "what " * 100, "补贴" * 250, "在" * 500]
)
def test_no_pattern_takes_long_over_a_long_text(text: str) -> None:
    started = time.perf_counter()
    asked_kind(text)
    for kind in KINDS.values():
        kind.spans(text)
    assert time.perf_counter() - started < 0.5


def test_every_kind_can_be_asked_in_chinese() -> None:
    assert set(ASKING) == set(KINDS)
