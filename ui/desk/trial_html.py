"""The view 试问 as escaped HTML. Pure: knows an Explanation, nothing of Gradio."""

from collections.abc import Iterable, Sequence
from html import escape

from desk.words import MODES
from rag.asked import KindName
from rag.explain import Entry, Explanation, Found, Judged, Part, Place, Signal
from rag.records import AnswerEvent
from ui import render
from ui.strings import ZH
from ui.talk import grown
from ui.view import View

KINDS: dict[KindName, str] = {
    "money": "金额",
    "phone": "电话",
    "clock": "钟点",
    "date": "日期",
    "duration": "时长",
    "area": "面积",
    "percent": "比例",
    "people": "人数",
    "floor": "楼层",
    "line_number": "线路",
    "count": "数目",
    "number": "数字",
    "person": "谁",
    "use": "用途",
    "place": "地点",
    "list": "有哪些",
    "yes_no": "是否",
    "why": "原因",
    "how": "怎样做",
    "what": "情况",
}
SIGNALS = {
    "": "起点",
    "similarity": "最佳句与问题的相似度",
    "coverage": "问题的词被说到（含标题与上文）",
    "own_coverage": "问题的词在本句说到",
    "clause_coverage": "同一分句说到",
    "missing": "最重要的词没说到",
    "kind_match": "有所问的那类内容",
    "hard_miss": "缺所问的那类内容",
    "number_conflict": "数字或年份对不上",
    "stranger": "问到的名称资料里没有",
    "attribute": "所问的方面没说到",
    "thin": "问题太笼统",
    "unlike": "几乎没有相同的词",
    "enumerated": "句中只是其中一项",
    "told": "阅读模型的判断",
}
STEPS = {
    "staff": "常见问答",
    "question": "读题",
    "retrieve": "检索",
    "evidence": "判断",
    "rewrite": "改写追问",
    "compose": "成文",
    "verify": "核对",
    "write": "写作",
    "total": "合计",
}
_STRONGEST = 6.0
"""Log-odds that fill a bar."""


def explanation(told: Explanation) -> str:
    """Return the whole: the decision, the answer as a visitor sees it, and why."""
    return (
        f'<div class="trial">{_decision(told)}{_as_seen(told)}{_entries(told.entries)}'
        f"{''.join(_part(part, told) for part in told.parts)}{_times(told)}</div>"
    )


def nothing_asked() -> str:
    """Return what stands there before the first question."""
    return '<p class="nothing">像访客一样提问，这里会说明：两路检索各找到什么、为什么这样回答或不回答。</p>'


def _decision(told: Explanation) -> str:
    answer = told.answer
    state = "warn" if answer.refused else ""
    sure = f"资料能回答的把握 {told.confidence:.0%}，门槛 {told.threshold:.0%}"
    readings = "".join(
        f"<li{' class=taken' if reading == answer.standalone_question else ''}>{escape(reading)}</li>"
        for reading in told.readings
    )
    return (
        f'<section class="decision"><h3><span class="tag {state}">{MODES[answer.mode]}</span>'
        f" {sure}</h3>{_meter(told.confidence, told.threshold, sure)}"
        f'<p class="facts"><span>理解为</span></p><ul class="readings">{readings}</ul></section>'
    )


def _meter(value: float, threshold: float, label: str) -> str:
    return (
        f'<div class="meter" role="img" aria-label="{label}"><i style="width:{value:.1%}"></i>'
        f'<b style="left:{threshold:.1%}"></b></div>'
    )


def _as_seen(told: Explanation) -> str:
    view = grown(View("trial", told.answer.question), AnswerEvent(told.answer))
    return (
        f'<section><h3>访客看到的</h3><div class="as-seen" inert>{render.turn(view, ZH)}</div>'
        f"<details><summary>引用的原文</summary>{render.evidence(view, ZH)}</details></section>"
    )


def _entries(entries: Sequence[Entry]) -> str:
    if not entries:
        return ""
    rows = "".join(
        f"<tr><td>#{entry.id}</td><td>{escape(entry.question)}</td><td class=figure>{entry.probability:.0%}</td>"
        f"<td>{'<span class=tag>由它作答</span>' if entry.chosen else ''}</td></tr>"
        for entry in entries
    )
    return f"<section><h3>相近的常见问答</h3>{_table(('编号', '标准问题', '#同义的把握', ''), rows)}</section>"


def _part(part: Part, told: Explanation) -> str:
    words = " ".join(
        f'<span class="tag off" title="权重 {weight:.1f}">{escape(text)}</span>' for text, weight in part.words
    )
    kind = KINDS[part.kind]
    head = f"问：{escape(part.question)}" if len(told.parts) > 1 else "为什么"
    return (
        f'<section class="part"><h3>{head}</h3>'
        f'<p class="facts"><span>所问：{kind}</span><span>把握：{part.probability:.0%}</span>'
        f"<span>关键词：{words or '无'}</span></p>"
        f"{_found(part.found)}{_judged(part.judged)}{_signals(part.signals)}</section>"
    )


def _found(found: Sequence[Found]) -> str:
    if not found:
        return '<p class="nothing">两路检索都没有找到任何段落。</p>'
    rows = "".join(
        f"<tr><td class=figure>{place}</td><td>{_where(one.where)}</td>"
        f"<td class=figure>{_place(one.dense_place)}</td><td class=figure>{one.dense:.3f}</td>"
        f"<td class=figure>{_place(one.lexical_place)}</td><td class=figure>{one.lexical:.1f}</td>"
        f"<td class=figure>{one.score:.2f}</td></tr>"
        for place, one in enumerate(found, 1)
    )
    heads = ("#名次", "段落与其中最近的一句", "#语义名次", "#相似度", "#词面名次", "#BM25", "#合计")
    return f"<h4>两路检索</h4>{_table(heads, rows)}"


def _judged(judged: Sequence[Judged]) -> str:
    if not judged:
        return ""
    rows = "".join(
        f"<tr{' class=chosen' if one.chosen else ''}><td>{'✓' if one.chosen else ''}</td><td>{_where(one.where)}</td>"
        f"<td class=figure>{one.similarity:.3f}</td><td class=figure>{one.coverage:.0%}</td>"
        f"<td class=figure>{one.share:.0%}</td><td class=figure>{one.score:.2f}</td></tr>"
        for one in judged
    )
    heads = ("证据", "句子", "#相似度", "#说到的词", "#阅读模型", "#得分")
    return f"<h4>逐句判断</h4>{_table(heads, rows)}"


def _signals(signals: Sequence[Signal]) -> str:
    rows = "".join(
        f"<tr><td>{escape(SIGNALS.get(signal.name, signal.name))}</td>"
        f"<td class=figure>{'' if signal.name == '' else f'{signal.value:.2f}'}</td>"
        f"<td class=figure>{signal.pull:+.2f}</td><td>{_pull(signal.pull)}</td></tr>"
        for signal in signals
        if signal.name == "" or abs(signal.pull) >= 0.005
    )
    if not rows:
        return ""
    total = sum(signal.pull for signal in signals)
    rows += f"<tr class=total><td>合计（对数几率）</td><td></td><td class=figure>{total:+.2f}</td><td></td></tr>"
    return f"<h4>怎样判定</h4>{_table(('信号', '#取值', '#加减', ''), rows)}"


def _pull(pull: float) -> str:
    share = min(1.0, abs(pull) / _STRONGEST) * 50
    side = f"left:50%;width:{share:.1f}%" if pull >= 0 else f"right:50%;width:{share:.1f}%"
    return f'<div class="pull {"for" if pull >= 0 else "against"}" aria-hidden="true"><i style="{side}"></i></div>'


def _place(place: int | None) -> str:
    return "—" if place is None else str(place)


def _where(where: Place) -> str:
    address = f"/reports/{escape(where.document_id)}?start={where.start}&amp;end={where.end}#mark"
    above = " › ".join((where.document, *where.headings))
    return f'<a href="{address}" target="_blank">{escape(above)}</a><span class="quote">{escape(where.quote)}</span>'


def _times(told: Explanation) -> str:
    steps = told.answer.timings_ms.items()
    times = "".join(f"<span>{escape(STEPS.get(step, step))} {ms:.0f} 毫秒</span>" for step, ms in steps)
    return f'<p class="facts">{times}</p>'


def _table(heads: Iterable[str], rows: str) -> str:
    """Return a table; the heads of columns of figures begin with #."""
    cells = "".join(
        f"<th scope=col{' class=figure' if head.startswith('#') else ''}>{head.lstrip('#')}</th>" for head in heads
    )
    return f'<div class="scroll"><table class="grid"><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'
