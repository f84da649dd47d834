"""FAQ entries as escaped HTML: the list, how one stands, its history, what visitors see. Pure: knows no Gradio."""

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from itertools import pairwise

from desk.entries import Action, Entry, EntryDraft, EntryPage, Revision
from desk.transfer_rows import Difference, differences
from desk.words import moment
from ui.desk.sources_html import source_card

ACTIONS: dict[Action, str] = {
    "publish": "发布",
    "change": "修改",
    "on": "启用",
    "off": "停用",
    "undo": "撤销",
    "confirm": "复核通过",
    "delete": "删除",
    "restore": "恢复",
    "sources": "资料有变",
}
HISTORY = 30
"""Changes shown."""
_CLAUSE = re.compile(r"[^。！？；，、\n]*[。！？；，、\n]|[^。！？；，、\n]+")
_SHORT = 400  # characters that are compared one by one; longer texts clause by clause


def rows(page: EntryPage, today: date, selected: int | None) -> str:
    """Return the entries of a page as rows that can be picked by their number."""
    if not page.entries:
        return '<p class="nothing" role="status">没有这样的常见问答。换个条件，或点“新建”写一条。</p>'
    items = "".join(_row(entry, today, entry.id == selected) for entry in page.entries)
    return f'<ul class="rows" aria-label="常见问答">{items}</ul>'


def _row(entry: Entry, today: date, is_selected: bool) -> str:
    current = ' aria-current="true"' if is_selected else ""
    draft = entry.draft
    owner = f"<span>{escape(draft.owner)}</span>" if draft.owner else ""
    similar = f"<span>{len(draft.similar)} 种问法</span>" if draft.similar else ""
    return (
        f'<li><button type="button" data-pick="{entry.id}"{current}><span class="title">{escape(draft.question)}</span>'
        f'<span class="facts">{tags(entry, today)}<span>#{entry.id}</span>{similar}{owner}'
        f"<span>{moment(entry.updated_at)}</span></span></button></li>"
    )


def tags(entry: Entry, today: date) -> str:
    """Return why an entry is not answered at present, and what is to be done about it."""
    draft = entry.draft
    told = [
        (entry.is_stopped, "warn", "已停答"),
        (entry.needs_review, "warn", "需复核"),
        (not draft.is_on, "off", "停用"),
        (bool(draft.valid_to and draft.valid_to < today), "off", "过期"),
        (bool(draft.valid_from and draft.valid_from > today), "off", "未生效"),
        (bool(draft.review_by and draft.review_by <= today), "warn", "待复查"),
    ]
    return "".join(f'<span class="tag {kind}">{words}</span>' for holds, kind, words in told if holds)


def about(entry: Entry | None, today: date) -> str:
    """Return the head of the editor: which entry this is and how it stands."""
    if entry is None:
        return '<div class="faq-about"><h2>新建常见问答</h2><p>保存后，访客下一次问到，就按它回答。</p></div>'
    reason = f'<p class="faq-reason">{escape(entry.review_reason)}</p>' if entry.review_reason else ""
    told = tags(entry, today) or '<span class="tag">回答中</span>'
    return (
        f'<div class="faq-about"><h2>#{entry.id} {told}</h2><p>第 {entry.revision} 版 · '
        f"{escape(entry.updated_by)} {moment(entry.updated_at)} 修改</p>{reason}</div>"
    )


def preview(draft: EntryDraft, day: date) -> str:
    """Return an answer as visitors see it, with what it rests on."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in draft.answer.split("\n") if line.strip())
    cited = "".join(f"<li>{source_card(source)}</li>" for source in draft.sources)
    return (
        f'<section class="faq-preview" aria-label="访客看到的答复"><p class="faq-asked">{escape(draft.question)}</p>'
        f'<div class="faq-answer"><span class="tag">园区工作人员答复 · {day.isoformat()}</span>{paragraphs}'
        f'<ol class="source-cards">{cited}</ol></div></section>'
    )


def history(revisions: Sequence[Revision]) -> str:
    """Return the changes of an entry, the newest first, each with what it changed; nothing for a new entry."""
    if not revisions:
        return ""
    before = [later_and_earlier[1] for later_and_earlier in pairwise(revisions)]
    shown = zip(revisions[:HISTORY], [*before, None], strict=False)
    items = "".join(_revision(revision, former) for revision, former in shown)
    more = f"<p>更早的 {len(revisions) - HISTORY} 次没有列出。</p>" if len(revisions) > HISTORY else ""
    head = f"<summary>历史（{len(revisions)} 次改动）</summary>"
    return f'<details class="faq-history">{head}<ol>{items}</ol>{more}</details>'


def _revision(revision: Revision, former: Revision | None) -> str:
    changed = differences(former.draft, revision.draft) if former else ()
    told = changes(changed) or ("" if former else "<p>最初的版本</p>")
    return (
        f"<li><p><strong>第 {revision.number} 版</strong> {ACTIONS.get(revision.action, revision.action)} · "
        f"{escape(revision.by)} · {moment(revision.at)}</p>{told}</li>"
    )


def changes(changed: Sequence[Difference]) -> str:
    """Return which columns changed, with what went struck out and what came underlined."""
    told = "".join(f"<dt>{escape(one.column)}</dt><dd>{diff(one.old, one.new)}</dd>" for one in changed)
    return f'<dl class="faq-changes">{told}</dl>' if told else ""


def diff(old: str, new: str) -> str:
    """Return what became of a text: what went in <del>, what came in <ins>."""
    return "".join(_pieces(old, new))


def _pieces(old: str, new: str) -> Iterator[str]:
    is_short = len(old) <= _SHORT and len(new) <= _SHORT
    before, after = (list(text) if is_short else _CLAUSE.findall(text) for text in (old, new))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.4:  # shreds of a text that was written anew tell nobody anything
        yield _marked("del", old) + _marked("ins", new)
        return
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind == "equal":
            yield escape("".join(before[start:end]))
        else:
            yield _marked("del", "".join(before[start:end])) + _marked("ins", "".join(after[other_start:other_end]))


def _marked(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""
