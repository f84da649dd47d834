"""The list of open questions: looked for by words and by how they stand, a page at a time; new ones are announced."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from desk.open_questions import PAGE, OpenQuestions
from desk.question_records import Order, Wanted
from ui.desk import waiting_html
from ui.desk.context import Desk
from ui.desk.events import picker, show

STATES: dict[Wanted, str] = {"open": "待答", "mine": "我负责的", "answered": "已答", "dismissed": "已忽略"}
_ORDERS: list[tuple[str, Order]] = [("问得多的在前", "asked"), ("最近问的在前", "newest")]


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for, and the newest question that staff have seen announced."""

    words: str
    state: Wanted
    order: Order
    page: int
    newest: int


class QuestionList:
    """The components of the list, put where Gradio is building."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with gr.Row(elem_id="waiting-tools", equal_height=False):
            self.words = gr.Textbox(
                label="查找", placeholder="标题或问法里的词，回车查找", max_lines=1, elem_id="waiting-words", scale=3,
                min_width=140,
            )  # fmt: skip
            self.order = gr.Dropdown(_ORDERS, value="asked", label="排列", filterable=False, scale=2, min_width=130)
        self.state = gr.Radio(_choices({}), value="open", label="状态", show_label=False, elem_id="waiting-state")
        self.refresh = gr.Button("刷新", size="sm", elem_id="waiting-refresh")
        self.rows = picker(opens="waiting-right", elem_id="waiting-rows")
        self.page, self.newest, self.ids = gr.State(1), gr.State(0), gr.State(())
        with gr.Row(elem_id="waiting-paging"):
            self.previous = gr.Button("上一页", size="sm", min_width=72, scale=0)
            self.where = show(elem_id="waiting-where")
            self.next = gr.Button("下一页", size="sm", min_width=72, scale=0)

    @property
    def inputs(self) -> list[Any]:
        """The components that hold what is looked for."""
        return [self.words, self.state, self.order, self.page, self.newest]

    @property
    def outputs(self) -> list[Any]:
        """The components that `found` fills."""
        return [
            *(self.state, self.rows, self.page, self.newest, self.ids, self.refresh),
            *(self.previous, self.where, self.next),
        ]

    def found(self, looked: Looked, name: str, selected: int | None) -> dict[Any, Any]:
        """Return the list's values for what is looked for by `name`, the question that is open marked."""
        questions = OpenQuestions(self._desk.database())
        newest = questions.newest()
        found = questions.find(looked.state, name, looked.words, looked.order, looked.page)
        pages = max(1, -(-found.total // PAGE))
        page = min(max(1, looked.page), pages)
        return {
            self.state: gr.update(choices=_choices(questions.counts(name))),
            self.rows: waiting_html.rows(found, looked.state, looked.words, selected, datetime.now(UTC)),
            self.page: page,
            self.newest: newest,
            self.ids: tuple(question.id for question in found.questions),
            self.refresh: gr.update(value="刷新", variant="secondary"),
            self.previous: gr.update(interactive=page > 1),
            self.where: f"<p>共 {found.total} 个 · 第 {page} / {pages} 页</p>",
            self.next: gr.update(interactive=page < pages),
        }

    def announced(self, newest: int) -> Any:  # noqa: ANN401 - an update, or none
        """Return the button that says how many questions are new since the list was shown."""
        count = OpenQuestions(self._desk.database()).newer(newest)
        return gr.update(value=f"刷新：有 {count} 个新问题", variant="primary") if count else gr.skip()


def _choices(counts: dict[Wanted, int]) -> list[tuple[str, str]]:
    return [(f"{words} {counts[state]}" if state in counts else words, state) for state, words in STATES.items()]
