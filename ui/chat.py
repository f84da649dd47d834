"""The Gradio page: where a visitor asks, reads, and checks. The conversation lives in the browser, none of it here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Gradio takes seconds to import: only app.py imports this module, and only to serve.
import gradio as gr
from gradio.i18n import I18nData

from ui import render
from ui.gate import VISITOR_COOKIE
from ui.parts import translations
from ui.service import Service
from ui.strings import strings_for
from ui.talk import respond

# So many questions are worked on at once; the rest wait their turn in the queue.
CONCURRENCY = 24
QUEUE_SIZE = 500
# Gradio keeps a copy of the page's components for every session it has seen; nothing of a conversation is in them.
SESSIONS_KEPT = 200
FONTS = ("system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")


@dataclass(frozen=True, slots=True)
class Controls:
    """The components that events connect. `asked` and `history` carry what the browser's script sends."""

    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    new: gr.Button
    live: gr.HTML
    panel: gr.HTML
    asked: gr.Textbox
    history: gr.JSON


def build(service: Service) -> tuple[gr.Blocks, gr.I18n]:
    """Return the page and its translations, to be mounted."""
    park = service.settings.park_name
    i18n = gr.I18n(**translations(park))
    with gr.Blocks(title=park, analytics_enabled=False, fill_width=True) as page:
        _connect(_layout(i18n), service)
    page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=CONCURRENCY, api_open=False)
    page.state_session_capacity = SESSIONS_KEPT
    return page, i18n


def theme() -> gr.themes.Base:
    """Return the page's theme: fonts the visitor's machine has; the colours are in the style sheet."""
    return gr.themes.Base(font=list(FONTS), font_mono=["ui-monospace", "monospace"])


def _layout(i18n: gr.I18n) -> Controls:
    with gr.Row(elem_id="park-head"):
        _html(i18n("header"), "park-brand")
        gr.Button(i18n("contact"), elem_id="park-contact", size="sm", scale=0, min_width=80)
        new = gr.Button(i18n("new"), elem_id="park-new", size="sm", scale=0, min_width=80)
    with gr.Row(elem_id="park-main"):
        with gr.Column(elem_id="park-talk"):
            _html(i18n("welcome_part"), "park-welcome")
            live = _html("", "park-live")
            with gr.Column(elem_id="park-composer"):
                _html(i18n("chips_part"), "park-chips")
                question, send, stop = _composer(i18n)
                _html(i18n("footer_part"), "park-foot")
        panel = _html(i18n("panel_part"), "park-panel")
    _html(i18n("contact_part"), "park-contact-part")
    asked, history = gr.Textbox(visible=False), gr.JSON(visible=False)
    return Controls(question, send, stop, new, live, panel, asked, history)


def _html(value: str | I18nData, name: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, js_on_load=None, apply_default_css=False)


def _composer(i18n: gr.I18n) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    with gr.Row(elem_id="park-ask"):
        question = gr.Textbox(
            elem_id="park-question",
            placeholder=i18n("placeholder"),
            label=i18n("question_label"),
            container=False,
            lines=1,
            max_lines=6,
            scale=1,
        )
        send = gr.Button(i18n("send"), elem_id="park-send", variant="primary", scale=0, min_width=76)
        stop = gr.Button(i18n("stop"), elem_id="park-stop", variant="secondary", scale=0, min_width=76)
    return question, send, stop


def _connect(controls: Controls, service: Service) -> None:
    """Join the components to the browser's script, and the one event that reaches the server."""
    begun = gr.on(
        [controls.question.submit, controls.send.click],
        fn=None,
        js="(question) => window.park.begin(question)",
        inputs=[controls.question],
        outputs=[controls.question],
        show_progress="hidden",
        # The script lets one question through at a time; Gradio would wait for ever for one that was cut off.
        trigger_mode="multiple",
        api_visibility="private",
    )
    answered = begun.then(
        _answering(service),
        js="() => window.park.payload()",
        inputs=[controls.asked, controls.history],
        outputs=[controls.live, controls.panel],
        show_progress="hidden",
        trigger_mode="multiple",
        concurrency_limit=CONCURRENCY,
        api_visibility="private",
    )
    answered.then(fn=None, js="() => window.park.done()", api_visibility="private")
    for button, call in ((controls.stop, "stop"), (controls.new, "clear")):
        button.click(fn=None, js=f"() => window.park.{call}()", cancels=[answered], api_visibility="private")


def _answering(service: Service) -> Callable[[str, list[list[str]], gr.Request], Iterator[tuple[str, str]]]:
    """Return what Gradio runs for a question; the annotation of `request` is how Gradio knows to hand it in."""

    def answer(question: str, history: list[list[str]], request: gr.Request) -> Iterator[tuple[str, str]]:
        strings = strings_for(request.headers.get("accept-language", ""))
        visitor = (request.cookies.get(VISITOR_COOKIE, ""), request.client.host if request.client else "")
        for view in respond(service, question, history, strings, visitor):
            yield render.turn(view, strings), render.evidence(view, strings)

    return answer
