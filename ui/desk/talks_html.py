"""The view 对话 as escaped HTML: the list, and one conversation as the visitor saw it. Pure: knows no Gradio."""

from collections.abc import Iterable
from html import escape

from desk import words
from desk.talk_records import Line, Talk, TalkTurn
from rag.records import Mode
from ui.desk.seen import exchange


def lines(found: Iterable[Line], chosen: str = "") -> str:
    """Return the list; every row can be picked by its conversation's id."""
    rows = "".join(f"<li>{_line(line, chosen)}</li>" for line in found)
    if not rows:
        return '<p class="nothing">没有找到对话。可以换个词，或放宽条件再找。</p>'
    return f'<ul class="rows" aria-label="对话列表">{rows}</ul>'


def _line(line: Line, chosen: str) -> str:
    current = ' aria-current="true"' if line.conversation_id == chosen else ""
    facts = [f"<span>{words.moment(line.asked_at)}</span>", f"<span>{len(line.modes)} 问</span>"]
    facts += [_mode(mode, count) for mode, count in _counted(line.modes)]
    facts += [_verdict_tag(verdict) for verdict in dict.fromkeys(line.verdicts)]
    if line.channel != "web":
        facts.append(f"<span>{words.CHANNELS[line.channel]}</span>")
    if line.language != "zh":
        facts.append(f"<span>{words.LANGUAGES[line.language]}</span>")
    return (
        f'<button type="button" data-pick="{escape(line.conversation_id)}"{current}>'
        f'<span class="title">{escape(line.question)}</span><span class="facts">{"".join(facts)}</span></button>'
    )


def _counted(modes: tuple[Mode, ...]) -> list[tuple[Mode, int]]:
    return [(mode, modes.count(mode)) for mode in words.MODES if mode in modes]


def _mode(mode: Mode, count: int = 1) -> str:
    style = {"refused": " warn", "faq": ""}.get(mode, " off")
    times = f" {count}" if count > 1 else ""
    return f'<span class="tag{style}">{words.MODES[mode]}{times}</span>'


def _verdict_tag(verdict: str) -> str:
    return '<span class="tag warn">没帮助</span>' if verdict == "unhelpful" else '<span class="tag">有帮助</span>'


def nothing_chosen() -> str:
    """Return what stands beside the list before a row is picked."""
    return '<p class="nothing">在左侧选择一次对话，这里会像访客当时看到的那样显示全文和出处。</p>'


def talk(told: Talk) -> str:
    """Return a whole conversation."""
    facts = (
        words.moment(told.started_at),
        f"{words.CHANNELS[told.channel]}访问",
        words.LANGUAGES[told.language],
        f"共 {len(told.turns)} 问",
    )
    about = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    turns = "".join(f"<li>{_turn(turn)}</li>" for turn in told.turns)
    return (
        f'<section class="talk" aria-label="对话全文"><header><h3>对话全文</h3><p class="facts">{about}</p></header>'
        f"<ol>{turns}</ol></section>"
    )


def _turn(turn: TalkTurn) -> str:
    seen = exchange(
        turn.id, turn.question, turn.answer, turn.citations, turn.nearby, refused=turn.refused, staff=turn.staff
    )
    return f"{seen}{_facts(turn)}{_feedback(turn)}{_links(turn)}"


def _facts(turn: TalkTurn) -> str:
    facts = [
        _mode(turn.mode),
        f"<span>第 {turn.number} 问</span>",
        f"<span>{words.moment(turn.asked_at)}</span>",
        f"<span>可信度 {words.percent(turn.confidence)}</span>",
        f"<span>用时 {words.duration(turn.total_ms)}</span>",
    ]
    if turn.standalone_question not in ("", turn.question):
        facts.append(f"<span>按“{escape(turn.standalone_question)}”查找</span>")
    if turn.opened is None and turn.mode != "faq":
        facts.append(f'<button type="button" class="put" data-pick="{escape(turn.id)}">放进待答</button>')
    return f'<div class="facts">{"".join(facts)}</div>'


def _feedback(turn: TalkTurn) -> str:
    if turn.verdict is None:
        return ""
    told = "、".join(words.reason(reason) for reason in turn.reasons)
    said = "：".join(filter(None, (told, turn.comment)))
    return f'<p class="facts said">{_verdict_tag(turn.verdict)}<span>{escape(said)}</span></p>'


def _links(turn: TalkTurn) -> str:
    told = []
    if turn.entry:
        told.append(f"由常见问答 {turn.entry[0]} 回答：{turn.entry[1]}")
    if turn.opened:
        number, title, state = turn.opened
        told.append(f"属于待答问题 {number}（{words.QUESTION_STATES[state]}）：{title}")
    return "".join(f'<p class="facts">{escape(line)}</p>' for line in told)
