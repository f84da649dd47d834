"""The kind of thing a question asks for (an amount, a date, a person…), and where a sentence holds one.

Patterns over normalised, simplified Chinese (or lower-case English), the asking words from `asked.toml`. Knows
nothing of the corpus.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.lexicon import lexicon
from rag.terms import Term

KindName = Literal[
    "money", "phone", "clock", "date", "duration", "area", "percent", "people", "floor", "line_number",
    "count", "number", "person", "use", "place", "list", "yes_no", "why", "how", "what",
]  # fmt: skip

CATEGORY_TAG = "q"
_CATEGORY = 0.4  # of its weight is what the sort of an answer keeps
_TABLE = tomllib.loads(Path(__file__).with_name("asked.toml").read_text(encoding="utf-8"))
_CLASSIFIERS = _TABLE["classifiers"]
ASKING: dict[str, str] = _TABLE["asking"]
"""How each kind asks in Chinese."""

# The quantifiers are possessive: given back and tried again, a run of 500 digits would cost a second.
_DIGITS = r"(?:\d[\d,]*+(?:\.\d+)?+|[零〇一二两三四五六七八九十百千]++)"
NUMBER = _DIGITS + r"\s*(?:[万亿千百]|多|余|几)*"
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
    r"\d{2,4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:底|初|末)?|\d{1,2}月(?:\d{1,2}[日号])?(?:初|底|中旬|上旬|下旬)?"
    r"|\d{1,2}[日号]|[今去明前]年(?:内|底|初|末)?|年[底内末初](?:前)?|[上本下]半年|五一|国庆|春节|近日|一周年"
)
_PLACE = (
    r"位于|坐落|地处|毗邻|地址|[a-z]?\d+[号栋幢]|[一二三四五六七八九十\d]+[层楼]|[东南西北]侧|旁|街|大道"
    r"|[^公网]路\d|镇|街道|组团|城区|在[^，。；]{2,14}(?:开设|举行|建设|建|设|落户|开业|投产)|依托[^，。；]{2,16}"
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
    "people": _kind("people", r"(?!一[名位个])" + NUMBER + r"\s*(?:余|多)?(?:人|名|位|口)", hard=True),
    "percent": _kind(
        "percent",
        r"\d+(?:\.\d+)?\s*[%％]|百分之[\d一二三四五六七八九十百]+|[一二三四五六七八九]成|" + NUMBER + "倍",
        hard=True,
    ),
    "area": _kind("area", NUMBER + r"\s*" + _AREA, hard=True),
    "duration": _kind(
        "duration",
        r"(?<!\d)(?!\d{4}年)" + NUMBER + r"\s*(?:余|多)?" + _SPAN_OF_TIME + r"|不到一年|半年|一周年",
        hard=True,
    ),
    "floor": _kind("floor", r"[a-z]\d*座|[a-z]?\d+[栋幢号]|[一二三四五六七八九十\d]+[层楼]", hard=True),
    "date": _kind("date", _DATE, hard=True),
    "count": _kind("count", NUMBER + rf"\s*[余多]?[{_CLASSIFIERS}]|" + NUMBER + r"[余多]?(?![年月日号])", hard=True),
    "number": _kind("number", r"(?<!第)" + NUMBER + r"(?![年月日号])", hard=True),
    "person": _kind("person", None),
    "place": _kind("place", _PLACE),
    "list": _kind("list", r"、|和|与|等|分别|另一|\d+[余多]?[条个家项]"),
    "why": _kind(
        "why", r"因|由于|为了|为[^，。]{2,20}[，、]|以便|从而|让|使|得益于|解决|困扰|旨在|满足|助力|有利于|节约"
    ),
    "use": _kind(
        "use",
        r"提供|助力|降低|减少|带动|帮助?|解决|方便|满足|支持|节[约省]|省下|完善|有助|促进|提升|得到|能够?|可以?|培育",
    ),
    "how": _kind("how"),
    "yes_no": _kind("yes_no"),
    "what": _kind("what"),
}
ORGANISATION = re.compile(_ORGANISATION)


def _cue(kind: str, zh: list[str], en: list[str]) -> tuple[Kind, re.Pattern[str]]:
    return KINDS[kind], re.compile("|".join((*zh, *en)).replace("{classifier}", f"[{_CLASSIFIERS}]"))


_CUES = [_cue(**row) for row in _TABLE["cue"]]


def asked_kind(question: str) -> Kind:
    """Return the kind of thing that `question` (normalised) asks for; "what" when nothing says."""
    text = question.lower()
    return next((kind for kind, cue in _CUES if cue.search(text)), KINDS["what"])


IMPLIED: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "money": "价格 价钱 费用 金额 资金 总额 收费",
        "phone": "电话 号码 联系方式 手机 联系电话",
        "clock": "时间 几点 钟点",
        "date": "月份 年份 时间 日期 日子",
        "duration": "时间 时长 工期",
        "area": "面积 规模 大小 占地 占地面积 建筑面积",
        "percent": "幅度 比例 百分比 幅度",
        "people": "人数 人员",
        "count": "数量 数目 个数",
        "place": "位置 地址 地点 方位",
        "person": "名字 姓名",
        "what": "名字 名称 全称 简称 称呼 叫法",
        "why": "原因 理由",
        "use": "作用 用处 好处 意义 用途 实惠 帮助 效果",
    }.items()
}
"""Words that only name the kind: a sentence that holds such a thing need not say them."""


@dataclass(frozen=True)
class Asked:
    """One single question, taken apart: its kind, its weighted words, its vector."""

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    vector: NDArray[np.float32]

    @classmethod
    def of(cls, text: str, terms: tuple[Term, ...], vector: NDArray[np.float32]) -> "Asked":
        """Take `text` (normalised) apart."""
        kind = asked_kind(text)
        sorts = [term for term in terms if _is_category(term, text)]
        if any(term not in sorts and term.text not in lexicon().generic for term in terms):
            terms = tuple(_as_category(term) if term in sorts else term for term in terms)
        telling = tuple(term for term in terms if term.text not in IMPLIED.get(kind.name, frozenset()))
        # "园区的面积" has nothing else to be told by
        vague = all(term.text in lexicon().generic for term in telling)
        return cls(text, kind, terms if vague else telling, vector)


def _is_category(term: Term, question: str) -> bool:
    """Whether the question names the sort of its answer by this word: "哪些功能", "哪栋建筑", not "什么产品"."""
    return re.search(rf"(?:哪|何种).{{0,2}}{re.escape(term.text)}", question) is not None


def _as_category(term: Term) -> Term:
    """A sentence that gives an answer of some sort seldom names the sort."""
    return replace(term, weight=_CATEGORY * term.weight, tag=CATEGORY_TAG)
