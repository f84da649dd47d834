"""The kind of thing a question asks for (an amount, a date, a person…), and where a sentence holds one.

Pure patterns over normalised, simplified Chinese (or lower-case English). Knows nothing of the corpus.
"""

import re
from dataclasses import dataclass
from typing import Literal

KindName = Literal[
    "money", "phone", "clock", "date", "duration", "area", "percent", "people", "floor", "line_number",
    "count", "number", "person", "place", "list", "yes_no", "why", "how", "what",
]  # fmt: skip

_DIGITS = r"(?:\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"
NUMBER = _DIGITS + r"\s*(?:[万亿千百]|多|余|几)*"
_CLASSIFIERS = "个家项条套种类座栋幢处所名位间层楼次大批款部篇馆院期支路张辆台份"
_MONEY = r"(?:元|块钱?|美元|欧元|角|万|亿)"
_AREA = r"(?:平方米|平方公里|平米|㎡|m2|平方|平|亩|公顷|万方|方)"
_SPAN_OF_TIME = r"(?:天|日|年|个月|周|星期|小时|分钟|个多月|年多|余天|多天)"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer: `span` finds it in a sentence; a `hard` kind cannot be answered by a sentence without one."""

    name: KindName
    span: re.Pattern[str] | None
    hard: bool

    def spans(self, sentence: str) -> list[re.Match[str]]:
        """Return every place in `sentence` that holds this kind of thing."""
        return list(self.span.finditer(sentence)) if self.span else []


def _kind(name: KindName, span: str | None = None, *, hard: bool = False) -> Kind:
    return Kind(name, re.compile(span) if span else None, hard)


_DATE = (
    r"\d{2,4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:底|初|末)?|\d{1,2}月(?:\d{1,2}[日号])?(?:初|底|中旬|上旬|下旬)?|\d{1,2}[日号]"
    r"|[今去明前]年(?:内|底|初|末)?|年[底内末初](?:前)?|[上本下]半年|五一|国庆|春节|近日|一周年"
)
_PLACE = (
    r"位于|坐落|地处|毗邻|地址|[a-z]?\d+[号栋幢]|[一二三四五六七八九十\d]+[层楼]|[东南西北]侧|旁|街|大道|[^公网]路\d|镇|街道|组团|城区"
    r"|在[^，。；]{2,14}(?:开设|举行|建设|建|设|落户|开业|投产)|依托[^，。；]{2,16}"
)
_ORGANISATION = r"公司|集团|大学|学院|银行|中心|科技|仪表|检测|企业|资本"

KINDS: dict[str, Kind] = {
    "phone": _kind(
        "phone", r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{3,4}-\d{3,4}-\d{3,4}|\d{7,12}|[\w.]+@[\w.]+|微信号", hard=True
    ),
    "money": _kind("money", NUMBER + r"\s*" + _MONEY + r"(?!方)|免费|免租|不收费|零租金", hard=True),
    "clock": _kind(
        "clock",
        r"\d{1,2}[:：点时](?:\d{1,2}|半|整)?(?!间)|[早晚上下中]午?[一二三四五六七八九十]{1,2}点|24小时|全天",
        hard=True,
    ),
    "line_number": _kind("line_number", r"[a-z]?\d+(?:路|号线)", hard=True),
    "people": _kind("people", NUMBER + r"\s*(?:余|多)?(?:人|名|位|口)", hard=True),
    "percent": _kind(
        "percent",
        r"\d+(?:\.\d+)?\s*[%％]|百分之[\d一二三四五六七八九十百]+|[一二三四五六七八九]成|" + NUMBER + "倍",
        hard=True,
    ),
    "area": _kind("area", NUMBER + r"\s*" + _AREA, hard=True),
    "duration": _kind(
        "duration", NUMBER + r"\s*(?:余|多)?" + _SPAN_OF_TIME + r"|不到一年|半年|一周年|" + NUMBER + "年", hard=True
    ),
    "floor": _kind("floor", r"[a-z]\d*座|[a-z]?\d+[栋幢号]|[一二三四五六七八九十\d]+[层楼]", hard=True),
    "date": _kind("date", _DATE, hard=True),
    "count": _kind("count", NUMBER + rf"\s*[余多]?[{_CLASSIFIERS}]|" + NUMBER + r"[余多]?", hard=True),
    "number": _kind("number", NUMBER, hard=True),
    "person": _kind("person", None),
    "place": _kind("place", _PLACE),
    "list": _kind("list", r"、|和|与|等"),
    "why": _kind(
        "why", r"因|由于|为了|为[^，。]{2,20}[，、]|以便|从而|让|使|得益于|解决|困扰|旨在|满足|助力|有利于|节约"
    ),
    "how": _kind("how"),
    "yes_no": _kind("yes_no"),
    "what": _kind("what"),
}
ORGANISATION = re.compile(_ORGANISATION)

# First match wins, so the narrow kinds stand before the wide ones.
_CUES: list[tuple[str, re.Pattern[str]]] = [
    (name, re.compile(cue))
    for name, cue in [
        ("why", r"为什么|为啥|为何|原因|咋会|怎么会|what.*reason|\bwhy\b"),
        (
            "phone",
            r"电话|手机号|联系方式|微信|邮箱|热线|号码|怎么联系|咋联系|如何联系|\bphone|telephone|\bemail|contact (?:number|info)|hotline",
        ),
        (
            "money",
            r"多少钱|几块|几元|几毛|价[格钱位]|租金|房租|月租|租价|收费|费用|票价|贵不贵|贵吗|便宜|[薪工]资|薪[水酬]|物业费|停车费|押金"
            r"|多少(?:万|亿)?元|几(?:个)?[万亿]|多少个?亿|多少投资|投资额|资金|营收|产值|注册资本|花费|预算|补贴[^，。？]{0,6}多少|造价|投了多少|引资[^，。？]{0,4}多少"
            r"|how much (?:is|does|do|are|was|for|money|rent|invest)|\brent\b|\bprice|\bcost|\bfare|\bfee\b|salary|investment (?:amount|total)|amount of",
        ),
        (
            "clock",
            r"几点|营业时间|开放时间|上班时间|作息|时间段|开饭时间|供餐时间|开到多晚|几时开|opening hours|what time|business hours",
        ),
        ("line_number", r"几路|哪路|几号线|哪几路|多少路|which (?:bus )?number|bus numbers?|line numbers?"),
        ("floor", r"几[楼层栋幢]|哪[一]?[栋幢层楼]|几号楼|which (?:floor|building)"),
        (
            "area",
            r"面积|多少(?:万)?(?:平|亩|方|公顷)|几(?:万)?(?:平|亩|方)|占地|多大|how (?:big|large)|square met|floor area|\barea of",
        ),
        ("percent", r"比例|百分之[几多]|占比|几个?百分点|几成|率(?:是|有|达)?多少|what percent|percentage"),
        (
            "duration",
            r"多久|多长时间|多少天|几天|多少个?月|几个月|(?<![这近前头哪])几年|多少年|多长|how long|how many (?:days|months|years)",
        ),
        (
            "date",
            r"什么时候|啥时候|何时|哪[一]?年|哪[个]?月|几月|哪[一]?天|哪[一]?日|几号|什么时间|啥时|日期|时间是|的时间|时间呢|几时|多会儿"
            r"|\bwhen\b|what (?:date|year|month)|which (?:year|month|date)",
        ),
        (
            "people",
            r"多少(?:名|位)?(?:人|员工|职工|工人)|几(?:个|名|位)?人|人数|员工数|how many (?:people|employees|workers|staff)",
        ),
        (
            "count",
            rf"(?:多少|好多)个?[{_CLASSIFIERS}]|(?<!哪)几[{_CLASSIFIERS}]|有好多|好多[^，。？?是\s]|多少[^，。？?是\s]|数量|how many",
        ),
        ("number", r"多少|几成|how much"),
        ("person", r"谁|哪[一]?位|什么人|姓什么|叫啥名|who\b|whose"),
        ("place", r"哪里|哪儿|在哪|地址|位置|什么地方|啥地方|怎么走|何处|\bwhere\b|located|address"),
        (
            "list",
            r"哪些|有什么|有啥|都有|什么企业|哪几|包括什么|包含|哪[两三四]|列举|分别|which|what (?:companies|projects|facilities|services|are)",
        ),
        ("how", r"怎么|咋|如何|怎样|\bhow\b"),
        (
            "yes_no",
            r"吗|有没有|有无|是否|能不能|可不可以|是不是|会不会|对不对|有木有|没有\?|不\?$|没\?$|(?<!什)(?<!怎)么\?$|吧\?$"
            r"|^(?:is|are|do|does|did|can|could|will|has|have|was|were)\b",
        ),
        ("what", r"什么|啥|哪[个家所种]|是指|介绍|what"),
    ]
]


def asked_kind(question: str) -> Kind:
    """Return the kind of thing that `question` (normalised) asks for; "what" when nothing says."""
    text = question.lower()
    for name, cue in _CUES:
        if cue.search(text):
            return KINDS[name]
    return KINDS["what"]
