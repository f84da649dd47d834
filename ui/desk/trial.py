"""The view 试问: ask as a visitor does, see why the answer is what it is, and keep it as a case to watch.

What is asked here is no visitor's question: it is neither kept nor counted.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from desk.accounts import Account
from desk.cases import Cases
from rag.records import Answer, Request
from ui import door
from ui.desk import trial_html
from ui.desk.context import Desk
from ui.desk.events import run, show

KEY = "trial"
TITLE = "试问"

History = list[list[str]]


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view's components where Gradio is building; nothing of it needs to be filled anew."""
    history, last = gr.State([]), gr.State(None)
    with gr.Row(elem_id="trial-ask"):
        question = gr.Textbox(label="问题", placeholder="像访客一样提问，回车发送", elem_id="trial-question", scale=1)
        ask = gr.Button("提问", variant="primary", elem_id="trial-send", scale=0, min_width=88)
    with gr.Row(elem_id="trial-tools"):
        goes_on = gr.Checkbox(label="接着上面的对话问", value=False, elem_id="trial-goes-on", scale=0, min_width=180)
        keep = gr.Button("加入回归集", elem_id="trial-keep", interactive=False, scale=0, min_width=120)
    told = show(trial_html.nothing_asked(), elem_id="trial-told")
    silent: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}
    gr.on(
        [question.submit, ask.click],
        run(desk, lambda account, *values: _ask(desk, *values)),
        [question, goes_on, history],
        [told, history, last, keep],
        **silent,
    )
    keep.click(run(desk, lambda account, *values: _keep(desk, account, *values)), [history, last], keep, **silent)


def _ask(desk: Desk, asked: object, goes_on: bool, history: History) -> tuple[Any, ...]:
    """Answer, and explain; the conversation goes on, or begins anew."""
    question = door.read_question(asked, desk.service.settings.question_chars)
    before = history if goes_on else []
    told = desk.service.opened().explain(Request(question, door.read_history(before)))
    kept = gr.Button(value="加入回归集", interactive=True)
    return trial_html.explanation(told), [*before, [question, told.answer.answer]], told.answer, kept


def _keep(desk: Desk, account: Account, history: History, answer: Answer) -> Any:  # noqa: ANN401 - a component's update
    """Keep the last answer as what is expected from now on."""
    Cases(desk.database()).add(answer.question, door.read_history(history[:-1]), answer, by=account.name)
    return gr.Button(value="已加入回归集", interactive=False)
