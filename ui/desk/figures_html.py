"""The view 统计 as escaped HTML: key figures, lists with bars, and the tables behind the plots. Pure: no Gradio."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TypeVar

from desk import words
from desk.figure_records import MODES, Told, Topic, Totals, Unanswered
from desk.figure_tables import Table, What, table

SHOWN = 12
"""So many topics are shown; the table to keep has more."""
_Name = TypeVar("_Name")
_KINDS = {"section": "资料", "faq": "常见问答"}


def tiles(told: Told) -> str:
    """Return the key figures, each with its change against the span before."""
    now, before = told.totals, told.before
    shown = [
        ("提问", _thousands(now.asked), _growth(now.asked, before.asked)),
        ("对话", _thousands(now.conversations), _growth(now.conversations, before.conversations)),
        ("答出", words.percent(_answered(now)), _points(_answered(now), _answered(before))),
        ("由常见问答答出", words.percent(now.share("faq")), _points(now.share("faq"), before.share("faq"))),
        ("未答出", _thousands(_refused(now)), _growth(_refused(now), _refused(before))),
        ("认为有帮助", words.percent(now.helpful_share), _points(now.helpful_share, before.helpful_share)),
        ("一半的回答快于", words.duration(now.p50_ms), _against(words.duration(before.p50_ms))),
        ("95% 的回答快于", words.duration(now.p95_ms), _against(words.duration(before.p95_ms))),
    ]
    tiles = "".join(
        f"<li><span>{name}</span><strong>{value}</strong><small>{change}</small></li>" for name, value, change in shown
    )
    length = len(told.daily)
    span = f"{told.since.isoformat()} 至 {told.until.isoformat()}，共 {length} 天；与之前 {length} 天相比"
    return f'<p class="facts">{span}</p><ul class="tiles">{tiles}</ul>'


def _answered(totals: Totals) -> float | None:
    refused = totals.share("refused")
    return None if refused is None else 1 - refused


def _refused(totals: Totals) -> int:
    return totals.by_mode.get("refused", 0)


def _thousands(count: int) -> str:
    return f"{count:,}"


def _growth(now: int, before: int) -> str:
    if not before:
        return "之前没有"
    change = round((now - before) / before * 100)
    if not change:
        return f"持平（之前 {_thousands(before)}）"
    return f"{'+' if change > 0 else ''}{change}%（之前 {_thousands(before)}）"


def _points(now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return _against(words.percent(before))
    change = round(now * 100) - round(before * 100)
    if not change:
        return f"持平（之前 {words.percent(before)}）"
    return f"{'+' if change > 0 else ''}{change} 个百分点（之前 {words.percent(before)}）"


def _against(before: str) -> str:
    return "之前没有" if before == words.NONE else f"之前 {before}"


def questions_text(told: Told) -> str:
    """Return what the plot of questions shows, in a sentence and as a table."""
    if not told.totals.asked:
        return '<p class="nothing">这些天没有提问。</p>'
    most = max(told.daily, key=lambda day: day.asked)
    mean = told.totals.asked / len(told.daily)
    modes = "，".join(f"{words.MODES[mode]} {told.totals.by_mode.get(mode, 0):,} 次" for mode in MODES)
    said = f"平均每天 {mean:.1f} 次；最多的是 {most.day.isoformat()}，{most.asked:,} 次。{modes}。"
    return f'<p class="said">{said}</p>{_folded("每天的数字", table(told, "days"))}'


def times_text(told: Told) -> str:
    """Return what the plot of times shows, in a sentence."""
    slow = [day for day in told.daily if day.p95_ms is not None]
    if not slow:
        return '<p class="nothing">这些天没有回答。</p>'
    slowest = max(slow, key=lambda day: day.p95_ms or 0)
    said = (
        f"一半的回答快于 {words.duration(told.totals.p50_ms)}，95% 快于 {words.duration(told.totals.p95_ms)}；"
        f"最慢的一天是 {slowest.day.isoformat()}，95% 快于 {words.duration(slowest.p95_ms)}。"
    )
    return f'<p class="said">{said}每天的数字见上表。</p>'


def topics(found: Sequence[Topic]) -> str:
    """Return what is asked about most."""
    rows = [(topic.title, _KINDS[topic.kind], topic.asked) for topic in found[:SHOWN]]
    return _bars(rows, "这些天的回答没有引用资料。")


def unanswered(found: Sequence[Unanswered]) -> str:
    """Return the open questions that are asked most."""
    return _bars([(one.title, f"待答 {one.id}", one.asked) for one in found[:SHOWN]], "这些天没有待答的问题。")


def feedback(told: Told) -> str:
    """Return what visitors thought of the answers, and why not much."""
    now = told.totals
    rows = [("有帮助", "", now.helpful), ("没帮助", "", now.unhelpful)]
    rows += [(f"没帮助：{words.reason(reason)}", "", count) for reason, count in told.reasons]
    return _bars([row for row in rows if row[2]], "这些天没有访客评价。")


def shares(told: Told) -> str:
    """Return by which way and in which language visitors asked."""
    if not told.totals.asked:
        return '<p class="nothing">这些天没有提问。</p>'
    return _share("渠道", told.channels, words.CHANNELS) + _share("语言", told.languages, words.LANGUAGES)


def _share(name: str, counts: Sequence[tuple[_Name, int]], names: Mapping[_Name, str]) -> str:
    whole = sum(count for _, count in counts)
    rows = [(names[key], words.percent(count / whole), count) for key, count in counts]
    return f"<h4>{name}</h4>{_bars(rows)}"


def _bars(rows: Sequence[tuple[str, str, int]], nothing: str = "") -> str:
    """Return a table whose rows have a bar as long as their count."""
    if not rows:
        return f'<p class="nothing">{nothing}</p>'
    most = max(count for _, _, count in rows)
    lines = "".join(
        f'<tr><th scope="row">{escape(title)}{f" <span class=tag>{escape(kind)}</span>" if kind else ""}</th>'
        f'<td class="bar"><i style="width:{count / most * 100:.1f}%"></i></td><td class="figure">{count:,}</td></tr>'
        for title, kind, count in rows
    )
    return f'<table class="bars"><tbody>{lines}</tbody></table>'


def _folded(name: str, content: Table) -> str:
    columns, rows = content
    head = "".join(f'<th scope="col" class="figure">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="figure">{"—" if cell is None else escape(str(cell))}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    return (
        f"<details><summary>{name}</summary><div class=scroll tabindex=0 role=group aria-label={name}>"
        f'<table class="grid"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>'
    )


def section(title: str, what: What, told: Told) -> str:
    """Return the head of a section, with the link to its table."""
    address = f"/desk/files/figures.csv?what={what}&since={told.since.isoformat()}&until={told.until.isoformat()}"
    return f'<div class="section"><h3>{title}</h3><a href="{escape(address)}" download>CSV</a></div>'
