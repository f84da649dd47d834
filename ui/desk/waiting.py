"""The view 待答: what the bot could not answer, answered once by staff and by the bot from then on.

What is typed for a question is kept while another one is looked at, and stays where publishing fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from desk.accounts import Account
from desk.entries import Entries
from desk.errors import DatabaseUnavailableError, DeskError
from desk.open_questions import TURNS, OpenQuestions
from desk.question_records import OpenQuestionError, Question
from ui.desk.context import Desk
from ui.desk.events import run, run_picked, run_quietly
from ui.desk.waiting_editor import Kept, QuestionEditor, Written, colleague
from ui.desk.waiting_list import Looked, QuestionList

KEY = "waiting"
TITLE = "待答"
EVERY = 15.0
"""Seconds between two looks for new questions."""

Values = dict[Any, Any]
_KEPT = "没有发布，您填写的内容都还在。"


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view's components where Gradio is building; the list is filled anew on each of `opening`."""
    _View(desk).listen(opening)


@dataclass(frozen=True, slots=True)
class _At:
    """Where staff are: what is looked for, which questions are listed, what is open, what is typed."""

    looked: Looked
    ids: tuple[int, ...]
    question: Question | None
    first: Written
    kept: Kept
    alike: int | None
    shown: int
    assignee: str | None
    into: int | None
    note: str
    written: Written

    @property
    def left(self) -> Kept:
        """What is kept when the question that is open is left: also what was typed for it."""
        if self.question is None or self.written == self.first:
            return self.kept
        return self.kept | {self.question.id: self.written}

    def opened(self) -> Question:
        """Return the question that is open."""
        if self.question is None:
            raise OpenQuestionError("请先从左边选一个问题。")
        return self.question


class _View:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._timer = gr.Timer(EVERY)
        with gr.Row(elem_id="waiting-main", equal_height=False):
            with gr.Column(scale=5, min_width=340, elem_id="waiting-left"):
                self._list = QuestionList(desk)
            with gr.Column(scale=8, min_width=480, elem_id="waiting-right"):
                self._editor = QuestionEditor(desk)

    def listen(self, opening: Sequence[Any]) -> None:
        """Say what happens when something is pressed."""
        its, editor = self._list, self._editor
        self._on([*opening, its.refresh.click], lambda account, at: self._listed(account, at, at.looked.page))
        self._on([its.state.input, its.order.input, its.words.submit], lambda who, at: self._listed(who, at, 1))
        self._on([its.previous.click], lambda who, at: self._listed(who, at, at.looked.page - 1))
        self._on([its.next.click], lambda who, at: self._listed(who, at, at.looked.page + 1))
        self._on([editor.publish.click], self._publish)
        self._on([editor.draft.click], self._redraft)
        self._on([editor.add.click], self._add)
        self._on([editor.assign.click], self._assign)
        self._on([editor.merge.click], self._merge)
        self._on([editor.dismiss.click], self._dismiss)
        self._on([editor.reopen.click], self._reopen)
        for rows, work in ((its.rows, self._pick), (editor.turns, self._turn)):
            picking = run_picked(self._desk, self._picked(work))
            rows.select(picking, self._inputs, self._outputs, api_visibility="private", show_progress="hidden")
        looking = run_quietly(self._desk, lambda _, newest: its.announced(newest))
        self._timer.tick(looking, its.newest, its.refresh, api_visibility="private", show_progress="hidden")

    def _on(self, events: Sequence[Any], work: Callable[[Account, _At], Values], **options: Any) -> None:  # noqa: ANN401
        running = run(self._desk, lambda account, *values: work(account, self._at(values)))
        silent: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", **options}
        gr.on(events, running, self._inputs, self._outputs, **silent)

    def _picked(self, work: Callable[[Account, _At, str], Values]) -> Callable[..., Values]:
        return lambda account, pick, *values: work(account, self._at(values), pick)

    @property
    def _inputs(self) -> list[Any]:
        return [self._list.ids, *self._list.inputs, *self._editor.inputs]

    @property
    def _outputs(self) -> list[Any]:
        return [*self._list.outputs, *self._editor.outputs]

    def _at(self, values: tuple[Any, ...]) -> _At:
        ids, words, state, order, page, newest, question, first, kept, alike, shown, *rest = values
        assignee, into, note, title, similar, answer, sources = rest
        written = Written(title or "", similar or "", answer or "", tuple(sources))
        return _At(
            Looked(words or "", state or "open", order or "asked", page, newest), ids, question, first, kept, alike,
            shown, assignee, into, note or "", written,
        )  # fmt: skip

    def _questions(self) -> OpenQuestions:
        return OpenQuestions(self._desk.database())

    def _listed(self, account: Account, at: _At, page: int, selected: int | None = None) -> Values:
        """Return the list, the question that is open marked in it."""
        marked = selected or (at.question.id if at.question else None)
        looked = Looked(at.looked.words, at.looked.state, at.looked.order, page, at.looked.newest)
        return self._list.found(looked, account.name, marked)

    def _pick(self, account: Account, at: _At, pick: str) -> Values:
        if not pick.isdecimal():
            raise OpenQuestionError("没有这个问题")
        if at.question and at.question.id == int(pick):
            return {}
        return self._open(account, at, int(pick))

    def _open(self, account: Account, at: _At, question_id: int) -> Values:
        kept = at.left
        return self._editor.opened(self._questions().question(question_id), kept, account.name) | {
            self._editor.kept: kept
        }

    def _next(self, account: Account, at: _At) -> Values:
        """Return the list without the question that was open, and the one after it open."""
        done = at.opened().id
        kept = {one: written for one, written in at.kept.items() if one != done}
        before, _, after = _around(at.ids, done)
        found = self._listed(account, at, at.looked.page, -1)
        there = found[self._list.ids]
        following = next((one for one in (*after, *reversed(before)) if one in there), there[0] if there else None)
        if following is None:
            return found | self._editor.nothing() | {self._editor.kept: kept}
        question = self._questions().question(following)
        listed = self._listed(account, at, found[self._list.page], following)
        return listed | self._editor.opened(question, kept, account.name) | {self._editor.kept: kept}

    def _publish(self, account: Account, at: _At) -> Values:
        question = at.opened()
        try:
            entry = Entries(self._desk.database()).publish(
                at.written.draft(account.name), by=account.name, answers=question.id, origin_question=question.title
            )
        except DatabaseUnavailableError as error:
            raise DeskError(f"{_KEPT}过一会儿再点“发布”。{error}") from error
        except DeskError as error:
            raise OpenQuestionError(f"{_KEPT}{error}") from error
        self._desk.published()
        _say(f"已发布为常见问答 #{entry.id}，下一位这样问的访客就会得到这条答复。")
        return self._next(account, at)

    def _add(self, account: Account, at: _At) -> Values:
        """Make the title a similar question of the entry that is like it."""
        question, entries = at.opened(), Entries(self._desk.database())
        if at.alike is None:
            raise OpenQuestionError("没有相近的常见问答。")
        entry = self._questions().answer_by(question.id, entries.entry(at.alike), by=account.name)
        self._desk.published()
        _say(f"已加为常见问答 #{entry.id} 的相似问法。")
        return self._next(account, at)

    def _redraft(self, account: Account, at: _At) -> Values:
        """Put what the reports say now into the answer, unless staff have written there."""
        question = at.opened()
        written = at.written.answer.strip()
        if written and written != at.first.answer.strip():
            raise OpenQuestionError("答案里已有您写的内容，没有覆盖；要重新草拟，请先清空答案。")
        return self._editor.redrafted(at.written.question.strip() or question.title, account.name, at.written.similar)

    def _assign(self, account: Account, at: _At) -> Values:
        name = colleague(at.assignee)
        self._questions().assign(at.opened().id, name, by=account.name)
        _say(f"已指派给 {name}。" if name else "已取消指派。")
        return self._listed(account, at, at.looked.page) | self._editor.headed(
            self._questions().question(at.opened().id)
        )

    def _merge(self, account: Account, at: _At) -> Values:
        if at.into is None:
            raise OpenQuestionError("请先选择合并到哪个问题。")
        self._questions().merge([at.opened().id], at.into, by=account.name)
        _say("已合并。")
        listed = self._listed(account, at, at.looked.page, at.into)
        kept = {one: written for one, written in at.left.items() if one != at.opened().id}
        into = self._questions().question(at.into)
        return listed | self._editor.opened(into, kept, account.name) | {self._editor.kept: kept}

    def _dismiss(self, account: Account, at: _At) -> Values:
        self._questions().dismiss(at.opened().id, at.note, by=account.name)
        _say("已忽略；以后同样的问题也不再打扰。可在“已忽略”里重新打开。")
        return self._next(account, at)

    def _reopen(self, account: Account, at: _At) -> Values:
        self._questions().reopen(at.opened().id, by=account.name)
        _say("已重新打开，可以回答了。")
        return self._listed(account, at, at.looked.page) | self._editor.opened(
            self._questions().question(at.opened().id), at.left, account.name
        )

    def _turn(self, account: Account, at: _At, pick: str) -> Values:
        """Show more turns, or move one out."""
        question = at.opened()
        if pick == "more":
            return self._editor.listed(question, at.shown + 3 * TURNS)
        act, _, turn_id = pick.partition(":")
        if act != "split":
            raise OpenQuestionError("没有这个操作")
        self._questions().split(question.id, turn_id, by=account.name)
        _say("已移出，单独成为一个问题。")
        now = self._questions().question(question.id)
        return self._listed(account, at, at.looked.page) | self._editor.headed(now) | self._editor.listed(now, at.shown)


def _around(ids: tuple[int, ...], one: int) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
    """Return the ids before and after one."""
    place = ids.index(one) if one in ids else 0
    return ids[:place], one, ids[place + 1 :] if one in ids else ids


def _say(words: str) -> None:
    gr.Info(words, title="", duration=6)
