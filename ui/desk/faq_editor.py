"""The editor of one entry: its form, what can be done with it, what is asked back, its preview and history."""

from datetime import datetime
from html import escape
from typing import Any, Literal

import gradio as gr

from desk.entries import Entry, EntryDraft, Revision
from rag.china import CHINA
from ui.desk import faq_html
from ui.desk.context import Desk
from ui.desk.events import show
from ui.desk.faq_form import EntryForm, Typed
from ui.desk.faq_list import today

Act = Literal["open", "new", "delete", "restore", "overwrite", "add"]
Asked = tuple[Act, int | None]
"""What is done when staff say yes, and with which entry."""
BLANK = EntryDraft("", "")

# Whoever closes the page with something typed is asked first, by the browser.
_GUARD = """
let typed = false;
document.addEventListener("input", (event) => { typed ||= !!event.target.closest("#faq-form"); });
document.addEventListener("click", (event) => { typed ||= !!event.target.closest("#faq-form [data-pick]"); });
window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
watch("value", () => { typed = false; });
"""


class Editor:
    """The components, put where Gradio is building; `entry` is a gr.State with what is open, None: a new entry."""

    def __init__(self, desk: Desk) -> None:
        self.entry, self.waiting = gr.State(None), gr.State(None)
        self._about = gr.HTML(
            faq_html.about(None, today()), js_on_load=_GUARD, apply_default_css=False, elem_id="faq-about"
        )
        with gr.Column(elem_id="faq-form"):
            self.form = EntryForm(desk)
        with gr.Column(elem_id="faq-acts"):
            self._place_question()
            self._place_buttons()
        self._preview = show(elem_id="faq-preview")
        self._history = show(elem_id="faq-history")

    def _place_question(self) -> None:
        with gr.Row(visible=False, elem_id="faq-ask") as self._bar:
            self._words = show(scale=1)
            self.yes = gr.Button("确定", variant="primary", scale=0, min_width=88, elem_id="faq-yes")
            self.no = gr.Button("取消", scale=0, min_width=72, elem_id="faq-no")

    def _place_buttons(self) -> None:
        with gr.Row(elem_id="faq-buttons"):
            self.save = gr.Button("保存", variant="primary", scale=0, min_width=88, elem_id="faq-save")
            self.show = _button("预览")
            self.discard = _button("放弃修改")
            self.switch = _button("停用", visible=False)
            self.confirm = _button("复核通过", visible=False)
            self.undo = _button("撤销上次修改", visible=False)
            self.delete = _button("删除", visible=False)

    @property
    def outputs(self) -> list[Any]:
        """The components that the methods fill."""
        return [
            *(self.entry, self._about, *self.form.outputs, self.switch, self.confirm, self.undo, self.delete),
            *(self._preview, self._history, self.waiting, self._bar, self._words, self.yes),
        ]

    def opened(self, entry: Entry | None, revisions: list[Revision], name: str) -> dict[Any, Any]:
        """Return the values for an entry, or for a new one; `name` is who is signed in."""
        draft = entry.draft if entry else blank(name)
        opened_at = f'<span hidden data-at="{datetime.now(CHINA).isoformat()}"></span>'
        return {
            self.entry: entry,
            self._about: faq_html.about(entry, today()) + opened_at,
            self.switch: gr.update(visible=entry is not None, value="停用" if draft.is_on else "启用"),
            self.confirm: gr.update(visible=bool(entry and entry.needs_review)),
            self.undo: gr.update(visible=len(revisions) > 1),
            self.delete: gr.update(visible=entry is not None),
            self._preview: "",
            self._history: faq_html.history(revisions),
            **self.form.filled(draft, name),
            **self.asked(None),
        }

    def asked(self, asked: Asked | None, words: str = "", yes: str = "", more: str = "") -> dict[Any, Any]:
        """Return the values that ask staff something; `more` is HTML, None asks nothing any more."""
        told = f'<p role="alert">{escape(words)}</p>{more}' if words else ""
        return {
            self.waiting: asked,
            self._bar: gr.update(visible=asked is not None),
            self._words: told,
            self.yes: gr.update(value=yes),
        }

    def previewed(self, draft: EntryDraft) -> dict[Any, Any]:
        """Return the value that shows an answer as visitors see it."""
        return {self._preview: faq_html.preview(draft, today())}


def blank(name: str) -> EntryDraft:
    """Return the draft of a new entry, its owner whoever writes it."""
    return EntryDraft("", "", owner=name)


def is_changed(entry: Entry | None, typed: Typed, name: str) -> bool:
    """Whether something was typed that is not saved."""
    if entry is None:
        return typed not in (Typed.of(BLANK), Typed.of(blank(name)))
    return typed != Typed.of(entry.draft)


def _button(words: str, visible: bool = True) -> gr.Button:
    return gr.Button(words, scale=0, min_width=72, visible=visible)
