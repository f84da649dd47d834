"""Who asks to be told about the park as a whole ("介绍一下园区") is shown how the report about it begins.

Such a question names nothing that a sentence could answer, so no sentence is looked for.
"""

import functools
import re
from collections.abc import Sequence

from index.records import Document
from rag.asked import Asked
from rag.calibration import Calibration
from rag.evidence import Finding
from rag.lexicon import lexicon
from rag.retrieve import Candidate
from rag.scoring import rank

SURE = 0.95
"""Probability that the report about the park is what was asked for."""
_LONGEST = 60  # characters; who writes more wants to know something
_SENTENCES = 3
_REPORT = re.compile(r"概况|概览|概述|总览|简介|介绍|基本情况|\boverview\b|\babout\b|\bintroduction\b", re.I)
_ITS = r"(?:你们|咱们|我们|你|贵|这个|那个|这|本|该|的|个)*+"
_HERE = r"(?:你们|咱们)(?:这里|这儿|这边|那里|那边|这|那)?|这里|这儿|这边|[这那](?=是)"
_PARK = rf"(?:{_ITS}(?:园(?:区|里|里面)?|地方)|{_HERE})"
_POLITE = (
    r"(?:你好|您好|请问|问一下|请|麻烦|劳驾|帮忙|帮我|能不能|能否|可不可以|可以|可否|能|我们?|想|要|先|第一次|初次|头一回"
    r"|来|过来|给|跟|向|为|对|不太|不|还|[,。!]|\s)*+"
)
_TELL = (
    r"(?:(?:简单|简要|大致|大概|整体|总体|详细|具体|好好)?地?(?:介绍|说|讲|谈|聊|摆|了解|认识|描述|概括|熟悉)+"
    r"(?:一下|一哈|下|哈|子|说|讲)*+,?)"
)
_ABOUT = (
    r"(?:大概|大致|总体|总的|整体|基本|主要|具体|到底|究竟|现在|目前|的|都|是|算|个|一|种"
    r"|啥子|什么|啥|哪样|怎么样|怎样|咋个?样|如何|干|做|搞|样|回事)*+"
)
_WHAT = r"(?:情况|概况|简介|介绍|总览|样子|状况|地方|园区?|性质|来头|来历)?(?:的|地方)?"
_ENDING = r"(?:呢|呀|啊|吗|嘛|哦|哈|吧|噻|一下|谢谢|[,。!?~…]|\s)*+"
_CHINESE = re.compile(
    rf"{_POLITE}(?:{_TELL}(?:关于)?{_PARK}|(?:{_TELL})?{_PARK}(?=.*(?:什么|啥|样|如何|情况|概况|简介|介绍|总览|来头|来历)))"
    rf"{_ABOUT}{_WHAT}{_ENDING}"
)
_ENGLISH = re.compile(
    r"(?:hi|hello|please|could you|can you|would you|i would like to|i'd like to|i want to|first time here|[,.!\s])*+"
    r"(?:briefly )?(?:tell me (?:something |more |a bit |a little )?about|introduce|describe|know (?:more )?about"
    r"|(?:give|show) me an overview of|what is|what's|what kind of (?:place|park) is|an? overview of) "
    r"(?:(?:the|this|your|of|industrial|science|high-tech|beibei) |园 ?)*+"
    r"(?:park|zone|place|园)(?: like| about)?[\s.!?]*"
)


def asks_for_overview(question: str, park: str = "") -> bool:
    """Whether `question` (normalised) asks about the park as a whole, which may be called by its name, `park`."""
    text = question.lower()
    if len(text) > _LONGEST:
        return False
    text = re.sub("园[()园的]*", "园", _names(park.lower()).sub("园", text))
    return bool(_CHINESE.fullmatch(text) or _ENGLISH.fullmatch(text))


@functools.cache
def _names(park: str) -> re.Pattern[str]:
    """What the park is called, longest first."""
    names = sorted({park, *lexicon().places} - {""}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def overview_report(documents: Sequence[Document]) -> Document | None:
    """Return the report that tells of the whole: the one whose title says so, or the only one there is."""
    named = [document for document in documents if _REPORT.search(document.title)]
    if named:
        return min(named, key=lambda document: (len(document.title), document.path))
    return documents[0] if len(documents) == 1 else None


def overview(asked: Asked, report: Document, candidates: Sequence[Candidate], calibration: Calibration) -> Finding:
    """Return the first sentences of the report among the candidates, as what answers."""
    found = rank(asked, [one for one in candidates if one.stored.chunk.document_id == report.id], calibration)
    first = tuple(sorted(found, key=lambda row: row.view.sentence.start)[:_SENTENCES])
    return Finding(asked, SURE if first else 0.0, first, first[0] if first else None, ranked=first)
