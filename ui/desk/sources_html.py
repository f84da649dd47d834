"""Sources of an answer as escaped HTML: what was found in the reports, and what was chosen. Pure: knows no Gradio."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote as url_quote

from rag.records import Citation
from rag.staff_answers import PassageSource, Source
from ui.render import report_url

AROUND = 160
"""Characters of the passage shown before and after the quote."""


def results(found: Sequence[Citation]) -> str:
    """Return what was found, each with its quote marked in its passage and buttons to choose it by its place from 0."""
    if not found:
        return '<p class="nothing" role="status">资料里没有找到相近的内容，换个说法再试试。</p>'
    cards = "".join(_result(place, citation) for place, citation in enumerate(found))
    return f'<ol class="source-cards" aria-label="找到的内容">{cards}</ol>'


def chosen(sources: Sequence[Source]) -> str:
    """Return the chosen sources in their order, with buttons to move and remove each."""
    if not sources:
        return '<p class="nothing">还没有来源。请在下面查找资料，或添加工作人员知识。</p>'
    last = len(sources) - 1
    cards = "".join(_chosen(place, source, place == last) for place, source in enumerate(sources))
    return f'<ol class="source-cards" aria-label="已选来源">{cards}</ol>'


def source_card(source: Source) -> str:
    """Return what a source is: the report and its words, or who told it and when."""
    if isinstance(source, PassageSource):
        link = f'<a href="{escape(_url(source))}" target="_blank">查看原文</a>'
        return (
            f'<div class="source-head"><span class="tag">资料</span><strong>{escape(source.title)}</strong>'
            f"<small>{escape(source.path)}</small>{link}</div><blockquote>{escape(source.quote)}</blockquote>"
        )
    return (
        f'<div class="source-head"><span class="tag">工作人员</span><strong>{escape(source.name)}</strong>'
        f"<small>{source.told_on.isoformat()}</small></div>"
    )


def _result(place: int, citation: Citation) -> str:
    where = " › ".join(citation.headings)
    facts = " · ".join(filter(None, (where, citation.date)))
    whole = "" if citation.passage.strip() == citation.quote.strip() else _button(f"passage:{place}", "选用整段")
    return (
        f'<li><div class="source-head"><strong>{escape(citation.document)}</strong><small>{escape(facts)}</small>'
        f'<a href="{escape(report_url(citation))}" target="_blank">查看原文</a></div><p>{_marked(citation)}</p>'
        f'<div class="source-acts">{_button(f"quote:{place}", "选用")}{whole}</div></li>'
    )


def _marked(citation: Citation) -> str:
    """Return the quote marked in its passage, of which only what is near it is shown."""
    start = citation.start - citation.passage_start
    end = start + len(citation.quote)
    before, after = citation.passage[:start], citation.passage[end:]
    head = ("…" if len(before) > AROUND else "") + before[-AROUND:]
    tail = after[:AROUND] + ("…" if len(after) > AROUND else "")
    return f"{escape(head)}<mark>{escape(citation.quote)}</mark>{escape(tail)}"


def _chosen(place: int, source: Source, is_last: bool) -> str:
    up = _button(f"up:{place}", "上移", place == 0)
    down = _button(f"down:{place}", "下移", is_last)
    remove = _button(f"remove:{place}", "移除")
    return f'<li>{source_card(source)}<div class="source-acts">{up}{down}{remove}</div></li>'


def _button(pick: str, words: str, is_disabled: bool = False) -> str:
    disabled = " disabled" if is_disabled else ""
    return f'<button type="button" data-pick="{pick}"{disabled}>{words}</button>'


def _url(source: PassageSource) -> str:
    return f"/reports/{url_quote(source.document_id, safe='')}?start={source.start}&end={source.end}#mark"
