"""The list of entries: looked for by words and by how they stand, a page at a time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import gradio as gr

from desk.entries import Entries, State
from rag.china import CHINA
from ui.desk import faq_html
from ui.desk.context import Desk
from ui.desk.events import picker, show

STATES: dict[State, str] = {
    "all": "全部",
    "on": "启用",
    "off": "停用",
    "review": "需复核",
    "due": "待复查",
    "expired": "已过期",
}
SIZE = 30
"""Entries on a page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    words: str
    state: State
    page: int


def today() -> date:
    """Return which day it is in China."""
    return datetime.now(CHINA).date()


class EntryList:
    """The components of the list, put where Gradio is building."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.words = gr.Textbox(
            label="查找", placeholder="问题、问法或答案里的词", max_lines=1, elem_id="faq-words", scale=0
        )
        self.state = gr.Radio(_choices({}), value="all", label="状态", show_label=False, elem_id="faq-state")
        self.rows = picker(opens="faq-editor", elem_id="faq-rows")
        self.page = gr.State(1)
        with gr.Row(elem_id="faq-paging"):
            self.previous = gr.Button("上一页", size="sm", min_width=72, scale=0)
            self.where = show(elem_id="faq-where")
            self.next = gr.Button("下一页", size="sm", min_width=72, scale=0)

    @property
    def inputs(self) -> list[Any]:
        """The components that hold what is looked for."""
        return [self.words, self.state, self.page]

    @property
    def outputs(self) -> list[Any]:
        """The components that `found` fills."""
        return [self.state, self.rows, self.page, self.previous, self.where, self.next]

    def found(self, wanted: Wanted, selected: int | None) -> dict[Any, Any]:
        """Return the list's values for what is wanted, the entry that is open marked."""
        entries = Entries(self._desk.database())
        found = entries.find(wanted.words, wanted.state, wanted.page, SIZE)
        if not found.entries and found.total:  # the last of its page has gone
            found = entries.find(wanted.words, wanted.state, found.pages, SIZE)
        counts = {state: entries.find(wanted.words, state, 1, 1).total for state in STATES}
        return {
            self.state: gr.update(choices=_choices(counts)),
            self.rows: faq_html.rows(found, today(), selected),
            self.page: found.page,
            self.previous: gr.update(interactive=found.page > 1),
            self.where: f"<p>共 {found.total} 条 · 第 {found.page} / {found.pages} 页</p>",
            self.next: gr.update(interactive=found.page < found.pages),
        }


def _choices(counts: dict[State, int]) -> list[tuple[str, str]]:
    return [(f"{words} {counts[state]}" if state in counts else words, state) for state, words in STATES.items()]
