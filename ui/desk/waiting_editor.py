"""One open question: how it was asked, what can be done with it, and the form in which its answer is written."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from desk.entries import EntryDraft
from desk.open_questions import TURNS, OpenQuestions
from desk.question_records import AlikeEntry, Question
from rag.records import Citation
from rag.staff_answers import Source
from ui.desk import waiting_html
from ui.desk.context import Desk
from ui.desk.drafting import drafted, fitting
from ui.desk.events import picker, show
from ui.desk.sources import FOUND, SourcePicker, verbatim
from ui.desk.sources_html import results
from ui.door import Rejection

_NOBODY = "（无人）"


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form."""

    question: str = ""
    similar: str = ""
    answer: str = ""
    sources: tuple[Source, ...] = ()

    def draft(self, owner: str) -> EntryDraft:
        """Return the entry that is to be published."""
        return EntryDraft(
            self.question, self.answer, tuple(self.similar.split("\n")), sources=self.sources, owner=owner
        )


Kept = dict[int, Written]
"""What was typed for questions that were left without publishing, by their ids."""


class QuestionEditor:
    """The components, put where Gradio is building; `open` is a gr.State with the open question, None: none."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.open, self.first, self.kept = gr.State(None), gr.State(Written()), gr.State({})
        self.alike, self.shown = gr.State(None), gr.State(TURNS)
        self._head = show(waiting_html.head(None, datetime.now(UTC)), elem_id="waiting-head")
        with gr.Column(visible=False) as self._whole:
            self.turns = picker(elem_id="waiting-turns")
            with gr.Row(visible=False, elem_id="waiting-alike-row", equal_height=False) as self._alike_row:
                self._alike = show(scale=1)
                self.add = gr.Button("加为它的相似问法", scale=0, min_width=140)
            with gr.Column(elem_id="waiting-form") as self._form:
                self._place_form(desk)
            self._place_aside()
            self.reopen = gr.Button("重新打开", visible=False)

    def _place_form(self, desk: Desk) -> None:
        self.question = gr.Textbox(label="标准问题", max_lines=2, elem_id="waiting-question")
        self.similar = gr.Textbox(label="相似问法（一行一个）", lines=2, max_lines=8, elem_id="waiting-similar")
        self._said = show(elem_id="waiting-said")
        self.answer = gr.Textbox(
            label="答案", lines=5, max_lines=16, elem_id="waiting-answer", placeholder="访客会逐字看到这里写的话"
        )
        with gr.Column(elem_id="waiting-sources"):
            self.picker = SourcePicker(desk)
        with gr.Row(elem_id="waiting-acts"):
            self.publish = gr.Button("发布", variant="primary", scale=0, min_width=96, elem_id="waiting-publish")
            self.draft = gr.Button("根据资料草拟", scale=0, min_width=120)

    def _place_aside(self) -> None:
        with gr.Accordion("其他处理：指派、合并、忽略", open=False, elem_id="waiting-more") as self._aside:
            with gr.Row(elem_classes="waiting-aside", equal_height=False):
                self.assignee = gr.Dropdown([_NOBODY], value=_NOBODY, label="负责人", scale=1)
                self.assign = gr.Button("指派", scale=0, min_width=88)
            with gr.Row(elem_classes="waiting-aside", equal_height=False):
                self.into = gr.Dropdown([], value=None, label="合并到（最相近的在前）", scale=1)
                self.merge = gr.Button("合并", scale=0, min_width=88)
            with gr.Row(elem_classes="waiting-aside", equal_height=False):
                self.note = gr.Textbox(label="忽略的原因（可不填）", max_lines=1, scale=1)
                self.dismiss = gr.Button("忽略", scale=0, min_width=88)

    @property
    def form(self) -> list[Any]:
        """The components that hold what is written."""
        return [self.question, self.similar, self.answer, self.picker.chosen]

    @property
    def inputs(self) -> list[Any]:
        """All that what is pressed depends on."""
        return [
            *(self.open, self.first, self.kept, self.alike, self.shown),
            *(self.assignee, self.into, self.note, *self.form),
        ]

    @property
    def outputs(self) -> list[Any]:
        """The components that the methods fill."""
        return [
            *(self.open, self.first, self.kept, self.alike, self.shown, self._head, self._whole, self.turns),
            *(self._alike_row, self._alike, self.add, self._form, self.question, self.similar, self._said, self.answer),
            *(*self.picker.outputs, self._aside, self.assignee, self.into, self.note, self.reopen),
        ]

    def nothing(self) -> dict[Any, Any]:
        """Return the values for no question."""
        head = waiting_html.head(None, datetime.now(UTC))
        return {self.open: None, self._head: head, self._whole: gr.update(visible=False)}

    def opened(self, question: Question, kept: Kept, name: str) -> dict[Any, Any]:
        """Return the values for a question: what was typed for it before, else a first draft; `name` is signed in."""
        questions = OpenQuestions(self._desk.database())
        is_open = question.state == "open"
        nearest = self._nearest(question.title) if is_open else ()
        first = Written(
            question.title, "\n".join(questions.wordings(question.id)), *self._drafted(question.title, nearest)
        )
        written = kept.get(question.id, first)
        alike = questions.alike_entries(question.title) if is_open else []
        return {
            **self.headed(question),
            **self.listed(question, TURNS),
            **self._offered(alike),
            **self.filled(written, nearest, question.title, name),
            self.first: first,
            self._said: waiting_html.found_nothing(bool(first.answer)),
            self._whole: gr.update(visible=True),
            self._form: gr.update(visible=is_open),
            self._aside: gr.update(visible=is_open),
            self.note: "",
            self.into: gr.update(choices=_targets(questions.like(question.id)) if is_open else [], value=None),
            self.reopen: gr.update(visible=not is_open and question.merged_into is None),
        }

    def headed(self, question: Question) -> dict[Any, Any]:
        """Return the values that say how a question stands."""
        names = OpenQuestions(self._desk.database()).colleagues()
        choices = [_NOBODY, *dict.fromkeys([*names, *filter(None, [question.assignee])])]
        return {
            self.open: question,
            self._head: waiting_html.head(question, datetime.now(UTC)),
            self.assignee: gr.update(choices=choices, value=question.assignee or _NOBODY),
        }

    def listed(self, question: Question, shown: int) -> dict[Any, Any]:
        """Return the values that show so many of a question's turns."""
        page = OpenQuestions(self._desk.database()).turns(question.id, 1, shown)
        return {self.turns: waiting_html.turns(page, shown, question.asked < 2), self.shown: shown}

    def filled(self, written: Written, nearest: tuple[Citation, ...], words: str, name: str) -> dict[Any, Any]:
        """Return the form's values, the nearest passages ready to be chosen."""
        chosen = self.picker.load(written.sources, words, name)
        found = {self.picker.outputs[3]: nearest, self.picker.outputs[4]: results(nearest)}
        return {
            self.question: written.question,
            self.similar: written.similar,
            self.answer: written.answer,
            **dict(zip(self.picker.outputs, chosen, strict=True)),
            **(found if nearest else {}),
        }

    def redrafted(self, title: str, name: str, similar: str) -> dict[Any, Any]:
        """Return the form with the draft that the reports give at present."""
        nearest = self._nearest(title)
        written = Written(title, similar, *self._drafted(title, nearest))
        return self.filled(written, nearest, title, name) | {
            self._said: waiting_html.found_nothing(bool(written.answer))
        }

    def _nearest(self, title: str) -> tuple[Citation, ...]:
        try:
            return self._desk.service.opened().nearest(title, FOUND)
        except Rejection:  # the reports are being opened; a question can be read, and answered, without
            return ()

    def _drafted(self, title: str, nearest: tuple[Citation, ...]) -> tuple[str, tuple[Source, ...]]:
        fits = fitting(title, nearest)
        return drafted(fits), tuple(verbatim(self._desk.service, one) for one in fits)

    def _offered(self, alike: list[AlikeEntry]) -> dict[Any, Any]:
        best = alike[0] if alike else None
        return {
            self.alike: best.id if best else None,
            self._alike_row: gr.update(visible=best is not None),
            self._alike: waiting_html.alike(alike),
            self.add: gr.update(value=f"加为 #{best.id} 的相似问法" if best else ""),
        }


def colleague(chosen: str | None) -> str | None:
    """Return who was chosen, None for nobody."""
    return None if chosen in (None, "", _NOBODY) else chosen


def _targets(questions: list[Question]) -> list[tuple[str, int]]:
    return [(f"{_short(one.title)}（{one.asked} 次）", one.id) for one in questions]


def _short(title: str) -> str:
    return title if len(title) <= 40 else f"{title[:39]}…"
