"""Open questions as escaped HTML: the list, one of them, how it was asked and what visitors got. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from desk.question_records import AlikeEntry, AskedOnce, Question, QuestionPage, TurnPage
from desk.tables import Reason
from desk.unanswered import comparable
from desk.words import MODES, QUESTION_STATES
from desk.words import moment as to_the_minute
from desk.words import reason as reason_given
from rag.china import CHINA

REASONS: dict[Reason, str] = {"unhelpful": "没帮助", "refused": "未答", "unsure": "把握不大"}
_OUT = '<button type="button" data-pick="split:{turn}" title="不是一个意思：移出去，单独成为一个问题">移出</button>'
_EMPTY = {
    "open": "没有待答的问题。机器人答不好的问题会自动出现在这里。",
    "mine": "没有指派给您的问题。",
    "answered": "还没有回答过问题。",
    "dismissed": "没有忽略过问题。",
}


def moment(at: datetime, now: datetime) -> str:
    """Return a moment as China's clocks show it, shortly: today by the minute, this year by the day."""
    here, today = at.astimezone(CHINA), now.astimezone(CHINA)
    if here.date() == today.date():
        return f"今天 {here:%H:%M}"
    return f"{here.month}月{here.day}日" if here.year == today.year else f"{here:%Y-%m-%d}"


def rows(page: QuestionPage, wanted: str, words: str, selected: int | None, now: datetime) -> str:
    """Return the open questions of a page as rows that can be picked by their number."""
    if not page.questions:
        told = "没有找到。换个词试试。" if words.strip() else _EMPTY[wanted]
        return f'<p class="nothing" role="status">{told}</p>'
    items = "".join(_row(question, question.id == selected, now) for question in page.questions)
    return f'<ul class="rows" aria-label="问题">{items}</ul>'


def _row(question: Question, is_selected: bool, now: datetime) -> str:
    current = ' aria-current="true"' if is_selected else ""
    assignee = f"<span>→ {escape(question.assignee)}</span>" if question.assignee else ""
    return (
        f'<li><button type="button" data-pick="{question.id}"{current}>'
        f'<span class="title">{escape(question.title)}</span><span class="facts">'
        f"<span><b>{question.asked}</b> 次</span><span>{moment(question.last_at, now)}</span>"
        f"{tags(question.reasons)}{assignee}</span></button></li>"
    )


def tags(reasons: Mapping[Reason, int]) -> str:
    """Return why it waits: each reason that any of its turns has."""
    return "".join(
        f'<span class="tag{" warn" if reason == "unhelpful" else ""}">{words}</span>'
        for reason, words in REASONS.items()
        if reasons.get(reason)
    )


def head(question: Question | None, now: datetime) -> str:
    """Return what an open question is and how it stands."""
    if question is None:
        return '<p class="nothing">从左边选一个问题：看访客怎么问、当时怎么答，写一次答案，以后机器人就会了。</p>'
    note = f'<p class="waiting-note">备注：{escape(question.note)}</p>' if question.note else ""
    entry = f"<span>由常见问答 #{question.faq_entry_id} 回答</span>" if question.faq_entry_id else ""
    assignee = f"<span>负责人：{escape(question.assignee)}</span>" if question.assignee else ""
    return (
        f'<header class="waiting-head" data-question="{question.id}"><h2>{escape(question.title)}</h2>'
        f'<p class="facts"><span class="tag off">{QUESTION_STATES[question.state]}</span>{tags(question.reasons)}'
        f"<span>问了 <b>{question.asked}</b> 次</span><span>最近 {moment(question.last_at, now)}</span>"
        f"<span>最早 {moment(question.first_at, now)}</span>{assignee}{entry}</p>{note}</header>"
    )


def alike(entries: Sequence[AlikeEntry]) -> str:
    """Return that there is an entry about this already, if there is."""
    if not entries:
        return ""
    found = "；".join(f"#{one.id}「{escape(one.question)}」" for one in entries)
    return f'<p class="waiting-alike" role="status">已有相近的常见问答：{found}。意思相同的话，不用再写一条。</p>'


def turns(page: TurnPage, shown: int, is_whole: bool) -> str:
    """Return how it was asked and what visitors got; `is_whole` leaves out the buttons that move a turn out."""
    if not page.total:
        return '<p class="nothing">这些提问已过保留期，只留下了次数。</p>'
    items = "".join(_turn(turn, is_whole or page.total < 2) for turn in page.turns)
    more = page.total - shown
    button = f'<button type="button" class="waiting-more" data-pick="more">再看 {more} 条</button>' if more > 0 else ""
    return f'<ol class="waiting-turns" aria-label="访客怎么问的">{items}</ol>{button}'


def _turn(turn: AskedOnce, is_whole: bool) -> str:
    read_as = (
        f'<p class="waiting-read">理解为：{escape(turn.standalone_question)}</p>'
        if comparable(turn.standalone_question) not in ("", comparable(turn.question))
        else ""
    )
    out = "" if is_whole else _OUT.format(turn=escape(turn.turn_id))
    return (
        f'<li><div class="waiting-asked"><strong>{escape(turn.question)}</strong>{out}</div>{read_as}'
        f'<p class="facts"><span>{to_the_minute(turn.asked_at)}</span>'
        f"{tags({turn.reason: 1})}<span>{MODES[turn.mode]}</span><span>把握 {turn.confidence:.0%}</span></p>"
        f"{_verdict(turn)}<details><summary>访客得到的回答</summary><p>{escape(turn.answer)}</p></details></li>"
    )


def _verdict(turn: AskedOnce) -> str:
    if turn.verdict != "unhelpful":
        return ""
    why = "、".join(escape(reason_given(reason)) for reason in turn.feedback) or "没有说原因"
    comment = f"：{escape(turn.comment)}" if turn.comment else ""
    return f'<p class="waiting-verdict">访客说没帮助（{why}）{comment}</p>'


def found_nothing(fits: bool) -> str:
    """Return what is said of a draft: from what it is made, or why there is none."""
    if fits:
        return '<p class="waiting-draft" role="status">草稿由下列资料原句拼成，来源已附上。请核对、改写后再发布。</p>'
    told = "资料里没有贴切的内容，没有拟草稿。请直接填写答案，来源可用“工作人员知识”。"
    return f'<p class="waiting-draft" role="status">{told}</p>'
