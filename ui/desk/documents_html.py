"""The list of documents, what is going on with them, and files before they count, as escaped HTML. Knows no Gradio."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape

from desk.citing import Citing
from desk.words import moment as to_the_minute
from index.build import SyncReport
from index.builds import Work
from index.inventory import Inventory, Item
from index.shelf import Removed
from rag.china import CHINA
from ui.desk.documents_work import Replaced, Staged

ROWS = 50
"""Documents on one page of the list."""

STATES = {
    "indexed": ("已入库", "tag"),
    "new": ("待入库", "tag warn"),
    "changed": ("有改动，待入库", "tag warn"),
    "gone": ("文件已移走，待更新", "tag warn"),
    "skipped": ("未入库", "tag bad"),
}
_MOST_NAMED = 8
_ENGLISH = re.compile(r"(?<=[\u3400-\u9fff]) \([a-z]+[ :].*$| / [a-z].*$", re.DOTALL)


def table(inventory: Inventory, words: str, state: str, page: int, current: str) -> str:
    """Return one page of the documents whose path, title or source holds `words`, of one state or of any ("")."""
    wanted = words.strip().casefold()
    found = [item for item in inventory.items if (not state or item.state == state) and _holds(item, wanted)]
    if not found:
        empty = "没有符合条件的资料。" if inventory.items else "还没有资料。点上方的「添加资料」上传 .md 或 .txt 文件。"
        return f'<p class="nothing">{empty}</p>'
    last = (len(found) - 1) // ROWS + 1
    page = min(max(page, 1), last)
    rows = "".join(_row(item, inventory, item.path == current) for item in found[(page - 1) * ROWS : page * ROWS])
    totals = f"{len(found)} 份资料，{sum(item.chunks for item in found):,} 段，{_count(found)} 字"
    return (
        f'<p class="doc-totals">{totals}</p><table class="grid docs"><thead><tr><th>资料</th><th>日期</th>'
        '<th class="figure">字数</th><th class="figure">分段</th><th>入库时间</th><th>状态</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{pages(page, last)}"
    )


def in_chinese(reason: str) -> str:
    """Return a message without its English half: "中文 (english): what to do", or "中文 / english"."""
    return _ENGLISH.sub("", reason)


def pages(page: int, last: int) -> str:
    """Return the way to the pages before and after, as what can be picked; nothing when there is only one."""
    if last <= 1:
        return ""
    ways = (
        ("首页", 1, page > 1),
        ("上一页", page - 1, page > 1),
        ("下一页", page + 1, page < last),
        ("末页", last, page < last),
    )
    buttons = "".join(
        f'<button type="button" data-pick="page:{to}">{text}</button>' if open_ else f"<span>{text}</span>"
        for text, to, open_ in ways
    )
    return f'<nav class="doc-pages" aria-label="翻页">{buttons}<span>第 {page} / {last} 页</span></nav>'


def state_tag(item: Item) -> str:
    """Return the mark of a document's state."""
    text, classes = STATES[item.state]
    return f'<span class="{classes}">{text}</span>'


def moment(text: str) -> str:
    """Return an ISO moment in China time, to the minute; empty for an empty one."""
    return to_the_minute(datetime.fromisoformat(text)) if text else ""


def indexed_when(item: Item, inventory: Inventory) -> str:
    """Return when a document was indexed, as well as it is known."""
    if not item.document_id:
        return "—"
    return moment(item.indexed_at) or (f"{moment(inventory.built_at)} 前" if inventory.built_at else "—")


def progress(work: Work) -> str:
    """Return what the builds in the background are doing, or how the last one ended; nothing before the first."""
    if work.phase == "idle":
        return ""
    if work.phase == "waiting":
        told = "另一个进程正在建立索引，等它结束后继续；现有资料照常回答。"
        return f'<div class="build" role="status"><progress></progress><span>{told}</span></div>'
    if work.phase == "running":
        bar = (
            f'<progress max="{work.texts}" value="{work.texts_done}"></progress>'
            if work.texts
            else "<progress></progress>"
        )
        return f'<div class="build" role="status">{bar}<span>{_running(work)}</span></div>'
    if work.phase == "failed" or work.report is None:
        why = escape(in_chinese(work.error))
        return f'<div class="build bad" role="alert"><strong>入库没有完成</strong><span>{why}</span></div>'
    return f'<div class="build done" role="status">{_report(work.report, work.seconds)}</div>'


def staged(items: Sequence[Staged], seconds_a_text: float) -> str:
    """Return what would become of files that were looked at: to be read before it is confirmed."""
    rows = "".join(f'<li class="{item.fate}">{_staged(item, seconds_a_text)}</li>' for item in items)
    return f'<ul class="staged">{rows}</ul>'


def consequences(citing: Sequence[Citing], text: str | None = None) -> str:
    """Return which published answers rest on a document, and what becomes of them at its new text (None: it goes)."""
    if not citing:
        return ""
    lines = "".join(f"<li>#{each.entry_id} {escape(each.question)} — {_outcome(each, text)}</li>" for each in citing)
    return f'<div class="citing"><strong>引用了这份资料的常见问答（{len(citing)} 条）</strong><ul>{lines}</ul></div>'


def before_removal(item: Item, citing: Sequence[Citing]) -> str:
    """Return what taking a document out means."""
    return (
        f"<p>移出「{escape(item.title or item.path)}」后，问答不再引用它。文件会留在「已移出」中，可以随时恢复。</p>"
        f"{consequences(citing)}"
    )


def removed(items: Sequence[Removed]) -> str:
    """Return what was taken out, each with the button that puts it back."""
    if not items:
        return '<p class="nothing">没有移出或被替换的资料。</p>'
    rows = "".join(
        f"<tr><td>{escape(item.path)}</td><td>{item.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}</td>"
        f'<td class="figure">{item.size:,} 字节</td><td><button type="button" class="way" '
        f'data-pick="{escape(item.key)}">恢复<span class="sr"> {escape(item.path)}</span></button></td></tr>'
        for item in items[:200]
    )
    head = "<tr><th>资料</th><th>移出或替换的时间</th><th class='figure'>大小</th><th></th></tr>"
    return f'<table class="grid"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _holds(item: Item, words: str) -> bool:
    return not words or any(words in text.casefold() for text in (item.path, item.title, item.source))


def _count(items: Sequence[Item]) -> str:
    return f"{sum(item.characters for item in items):,}"


def _row(item: Item, inventory: Inventory, is_current: bool) -> str:
    about = escape(item.path) + (f" · {escape(item.source)}" if item.source else "")
    reason = f'<span class="reason">{escape(in_chinese(item.reason))}</span>' if item.reason else ""
    current = ' aria-current="true"' if is_current else ""
    title = escape(item.title or item.path)
    return (
        f'<tr tabindex="0" data-pick="doc:{escape(item.path)}"{current}><td><span class="title">{title}</span>'
        f'<span class="path">{about}</span>{reason}</td><td class="when">{escape(item.date) or "—"}</td>'
        f'<td class="figure">{_figure(item.characters)}</td><td class="figure">{_figure(item.chunks)}</td>'
        f'<td class="when">{indexed_when(item, inventory)}</td><td>{state_tag(item)}</td></tr>'
    )


def _figure(count: int) -> str:
    return f"{count:,}" if count else "—"


def _running(work: Work) -> str:
    if not work.texts:
        return f"正在比对资料文件夹……（{work.seconds:.0f} 秒）"
    place = f"正在入库：句子 {work.texts_done:,} / {work.texts:,}"
    if work.files:
        place += f"，资料 {work.files_done} / {work.files}"
    return f"{place}（{work.seconds:.0f} 秒）。问答照常进行。"


def _report(report: SyncReport, seconds: float) -> str:
    parts = (("新增", report.added), ("更新", report.changed), ("移出", report.removed))
    told = "；".join(f"{what} {len(paths)} 份：{_named(paths)}" for what, paths in parts if paths) or "没有变化"
    left = "".join(f"<li>{escape(item.path)}：{escape(in_chinese(item.reason))}</li>" for item in report.skipped[:20])
    more = f"<details><summary>{len(report.skipped)} 个文件未入库</summary><ul>{left}</ul></details>" if left else ""
    return f"<strong>入库完成（{seconds:.1f} 秒）</strong><span>{told}。问答已按新内容回答。</span>{more}"


def _named(paths: Sequence[str]) -> str:
    more = f" 等 {len(paths)} 份" if len(paths) > _MOST_NAMED else ""
    return "、".join(escape(path) for path in paths[:_MOST_NAMED]) + more


def _staged(item: Staged, seconds_a_text: float) -> str:
    renamed = f"（原名 {escape(item.given_name)}）" if item.given_name != item.path else ""
    name = f'<span class="title">{escape(item.path)}{renamed}</span>'
    if item.fate == "refuse" or item.candidate is None:
        return f'<span class="tag bad">不能入库</span>{name}<p class="reason">{escape(in_chinese(item.reason))}</p>'
    document, seconds = item.candidate.document, item.candidate.texts * seconds_a_text
    tag = '<span class="tag warn">替换</span>' if item.instead_of else '<span class="tag">新增</span>'
    sections = "、".join(escape(heading.title) for heading in document.headings[:_MOST_NAMED])
    facts = (
        f"<dl><dt>标题</dt><dd>{escape(document.title)}</dd><dt>日期</dt><dd>{escape(document.date) or '未写明'}</dd>"
        f"<dt>来源</dt><dd>{escape(document.source) or '未写明'}</dd>"
        f"<dt>章节</dt><dd>{len(document.headings)} 个{'：' if sections else ''}{sections}</dd>"
        f"<dt>篇幅</dt><dd>{len(document.text):,} 字，切成 {item.candidate.chunks:,} 段，"
        f"入库约需 {_duration(seconds)}</dd></dl>"
    )
    return f"{tag}{name}{facts}{_replacing(item.instead_of, item) if item.instead_of else ''}"


def _replacing(instead_of: Replaced, item: Staged) -> str:
    """Return what changes when a file takes the place of another."""
    assert item.candidate  # noqa: S101
    after, before, told = item.candidate.document, instead_of.document, instead_of.difference
    citing = consequences(instead_of.citing, after.text)
    if before is None or told is None:
        return f'<p class="reason">现有文件无法读取，将被替换；它会留在「已移出」中。</p>{citing}'
    pairs = (("标题", before.title, after.title), ("日期", before.date or "未写明", after.date or "未写明"))
    changes = [f"{what}由「{escape(old)}」改为「{escape(new)}」" for what, old, new in pairs if old != new]
    length = f"{len(before.text):,} 字 → {len(after.text):,} 字"
    sentences = f"{told.same:,} 句不变，{told.new:,} 句新增，{told.gone:,} 句删去"
    return f'<p class="change">{"；".join([*changes, length, sentences])}。现有文件会留在「已移出」中。</p>{citing}'


def _outcome(each: Citing, text: str | None) -> str:
    if not each.is_given:
        return "已停用"
    missing = each.quotes if text is None else each.missing(text)
    if missing:
        return f"所引原文{'随之消失' if text is None else '已不在新文中'}，将停止回答并标为需复核"
    return "所引原文还在，将标为需复核"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} 秒"
    return f"{round(seconds / 60)} 分钟" if seconds < 5400 else f"{seconds / 3600:.1f} 小时"
