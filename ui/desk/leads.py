"""The view 线索: visitors who asked to be called, each with a state and a note for those who call them."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from desk import words
from desk.accounts import Account
from desk.days import read_days
from desk.leads import LeadDetail, Leads
from desk.tables import LeadState
from ui.desk import leads_html
from ui.desk.context import Desk
from ui.desk.events import picker, run, run_picked, show

KEY = "leads"
TITLE = "线索"

_ALL = "全部"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class _Filters:
    """The inputs that say what is looked for."""

    def __init__(self) -> None:
        with gr.Row(elem_id="leads-filters", elem_classes="filters"):
            self.words = gr.Textbox(label="姓名、电话、公司或需求里的词", scale=3, min_width=220, max_lines=1)
            self.since = gr.Textbox(label="从哪天", placeholder="2024-05-06", scale=1, min_width=120, max_lines=1)
            self.until = gr.Textbox(label="到哪天", placeholder="2024-05-06", scale=1, min_width=120, max_lines=1)
            states = [_ALL, *words.LEAD_STATES.values()]
            self.state = gr.Dropdown(states, value=_ALL, label="状态", scale=1, min_width=120, filterable=False)
            self.go = gr.Button("查找", variant="primary", scale=0, min_width=80)

    @property
    def all(self) -> list[Any]:
        """The inputs in the order that `_page` takes them."""
        return [self.state, self.words, self.since, self.until]

    @property
    def events(self) -> list[Any]:
        """Whatever means: look again."""
        return [self.go.click, self.state.input, *(box.submit for box in (self.words, self.since, self.until))]


class _Detail:
    """One lead, and what can be done with it."""

    def __init__(self) -> None:
        self.chosen, self.before = gr.State(""), gr.State("")
        self.about = show(leads_html.nothing_chosen(), elem_id="leads-about")
        with gr.Column(visible=False, elem_id="leads-work") as self.work:
            with gr.Row(elem_id="leads-states"):
                self.states = {
                    state: gr.Button(f"设为{name}", size="sm", elem_id=f"leads-{state}")
                    for state, name in words.LEAD_STATES.items()
                }
            self.note = gr.Textbox(label="备注（只有工作人员看得到）", lines=3, max_lines=8, elem_id="leads-note")
            self.save = gr.Button("保存备注", variant="primary", size="sm", elem_id="leads-save")
            with gr.Accordion("应本人要求删除", open=False, elem_id="leads-deleting"):
                show('<p class="facts">联系方式、需求和对话都会被永久删除，不能恢复。</p>')
                self.delete = gr.Button("永久删除这条线索", variant="stop", size="sm", elem_id="leads-delete")
        self.transcript = show(elem_id="leads-transcript")

    @property
    def outputs(self) -> list[Any]:
        """What `_shown` returns values for."""
        return [self.chosen, self.before, self.about, self.work, self.note, *self.states.values(), self.transcript]


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view's components where Gradio is building."""
    filters, number = _Filters(), gr.State(1)
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=380):
            counts, rows = show(elem_id="leads-counts"), picker(opens="leads-about", elem_id="leads-rows")
            with gr.Row(elem_classes="paging"):
                newer = gr.Button("← 更新的", size="sm", interactive=False)
                older = gr.Button("更早的 →", size="sm", interactive=False)
        with gr.Column(scale=6, min_width=420, elem_classes=["beside"]):
            detail = _Detail()
    listed = [rows, counts, number, newer, older]

    def turn_to(step: int | None) -> Any:  # noqa: ANN401 - what Gradio calls
        """Return the event that goes to the first page, or some pages on."""
        return run(desk, lambda _, chosen, number, *values: _page(desk, chosen, number + step if step else 1, *values))

    asked = [detail.chosen, number, *filters.all]
    gr.on([*opening, *filters.events], turn_to(None), asked, listed, **_QUIET)
    older.click(turn_to(1), asked, listed, **_QUIET)
    newer.click(turn_to(-1), asked, listed, **_QUIET)
    rows.select(
        run_picked(desk, lambda _, pick: _shown(Leads(desk.database()).lead(pick))), None, detail.outputs, **_QUIET
    )
    _connect_work(desk, detail, [number, *filters.all], listed)


def _connect_work(desk: Desk, detail: _Detail, asked: list[Any], listed: list[Any]) -> None:
    """Let the buttons change the lead, and the list show it."""

    def change_to(state: LeadState) -> Any:  # noqa: ANN401 - what Gradio calls
        def change(account: Account, chosen: str, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as inputs hold them
            told = Leads(desk.database()).set_state(chosen, state, by=account.name)
            return *_without_note(told), *_page(desk, chosen, *values)

        return run(desk, change)

    def keep_note(account: Account, chosen: str, note: str, before: str) -> tuple[str, str]:
        told = Leads(desk.database()).set_note(chosen, note or "", before=before, by=account.name)
        gr.Info("备注已保存。", title="完成", duration=4)
        return leads_html.lead(told), told.note

    def forget(account: Account, chosen: str, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as inputs hold them
        Leads(desk.database()).delete(chosen, by=account.name)
        gr.Info("这条线索已永久删除。", title="完成", duration=6)
        nobody = (
            "",
            "",
            leads_html.nothing_chosen(),
            gr.Column(visible=False),
            "",
            *(gr.Button() for _ in detail.states),
            "",
        )
        return *nobody, *_page(desk, "", *values)

    detail.delete.click(run(desk, forget), [detail.chosen, *asked], [*detail.outputs, *listed], **_QUIET)
    touched = [detail.about, *detail.states.values()]
    for state, button in detail.states.items():
        button.click(change_to(state), [detail.chosen, *asked], [*touched, *listed], **_QUIET)
    kept = [detail.chosen, detail.note, detail.before]
    detail.save.click(run(desk, keep_note), kept, [detail.about, detail.before], **_QUIET)


def _page(desk: Desk, chosen: str, number: int, state: str, looked: str, since: str, until: str) -> tuple[Any, ...]:
    wanted = next((key for key, name in words.LEAD_STATES.items() if name == state), None)
    page = Leads(desk.database()).find(wanted, looked or "", read_days(since or "", until or ""), number)
    buttons = gr.Button(interactive=page.page > 1), gr.Button(interactive=page.page < page.pages)
    return leads_html.lines(page, chosen), leads_html.counts(page), page.page, *buttons


def _shown(told: LeadDetail) -> tuple[Any, ...]:
    about, *states = _without_note(told)
    return told.id, told.note, about, gr.Column(visible=True), told.note, *states, leads_html.transcript(told)


def _without_note(told: LeadDetail) -> tuple[Any, ...]:
    """Return what a change of state changes; a note that is being written stays."""
    return leads_html.lead(told), *(gr.Button(interactive=told.state != state) for state in words.LEAD_STATES)
