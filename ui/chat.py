"""The Gradio page: where a visitor asks, reads, and checks. The conversation lives in the browser, none of it here."""

import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from rag.records import AnswerEvent, DeltaEvent, Event, PassagesEvent, Request
from ui import door, render
from ui.door import Rejection
from ui.gate import VISITOR_COOKIE
from ui.render import View
from ui.service import Service
from ui.strings import EN, ZH, Strings, strings_for

if TYPE_CHECKING:
    import gradio as gr

logger = logging.getLogger(__name__)

# So many questions are worked on at once; the rest wait their turn in the queue.
CONCURRENCY = 24
QUEUE_SIZE = 500
# Gradio keeps some hundred kilobytes for every session it has seen; nothing of ours is in them.
SESSIONS_KEPT = 200
FONTS = ("system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")


def views(service: Service, request: Request, key: str) -> Iterator[View]:
    """Yield the exchange as it grows: the evidence before the words, the whole answer last."""
    view = View(key, request.question)
    for event in service.opened().stream(request):
        view = grown(view, event)
        yield view


def grown(view: View, event: Event) -> View:
    """Return the exchange after one more event."""
    match event:
        case PassagesEvent(citations, nearby):
            return replace(view, citations=citations, nearby=nearby, refused=bool(nearby and not citations))
        case DeltaEvent(text):
            return replace(view, text=view.text + text)
        case AnswerEvent(answer):
            return replace(
                view,
                text=answer.answer,
                citations=answer.citations,
                nearby=answer.nearby,
                refused=answer.refused,
                done=True,
            )


def respond(
    service: Service, question: object, history: object, strings: Strings, visitor: tuple[str, str]
) -> Iterator[View]:
    """Answer one question of the page; whatever stands in the way is said in the visitor's language, not raised.

    `visitor` is the cookie and the address.
    """
    key = secrets.token_hex(4)
    shown = question if isinstance(question, str) else ""
    try:
        request = Request(door.read_question(question, service.settings.question_chars), door.read_history(history))
        service.opened()
        service.admit(*visitor)
        yield from views(service, request, key)
    except Rejection as rejection:
        yield View(key, shown[:200], notice=_notice(rejection, shown, service, strings))
    # A visitor must see a sentence, not a stack trace or a spinner that never stops.
    except Exception:
        logger.exception("answering failed")
        yield View(key, shown[:200], notice=strings.failed)


def _notice(rejection: Rejection, question: str, service: Service, strings: Strings) -> str:
    limit = service.settings.question_chars
    texts = {
        "question_too_long": strings.too_long.format(length=len(question.strip()), limit=limit),
        "too_many_questions": strings.too_many.format(seconds=rejection.retry_after),
        "starting": strings.starting,
    }
    return texts.get(rejection.code, strings.failed)


def header(park: str, strings: Strings) -> str:
    """Return the head of the page."""
    return (
        f'<div class="brand"><img src="/ui/icon.svg" alt="" width="36" height="36">'
        f"<div><h1>{escape(park)}</h1><p>{escape(strings.promise)}</p></div></div>"
    )


def welcome(strings: Strings) -> str:
    """Return the conversation before the first question; the page's script appends to it."""
    said = {
        "copied": strings.copied,
        "failed": strings.copy_failed,
        "thinking": strings.thinking,
        "stopped": strings.stopped,
        "lost": strings.lost,
        "close": strings.close,
        "you": strings.you,
        "report": strings.report,
        "again": strings.again,
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    return (
        f'<div id="park-words"{data}></div><div class="welcome"><h2>{escape(strings.welcome)}</h2>'
        f"<p>{escape(strings.welcome_more)}</p></div>"
        '<div id="park-log" role="log" aria-live="polite"></div>'
    )


def chips(strings: Strings) -> str:
    """Return the example questions as buttons."""
    buttons = "".join(f'<button type="button" class="chip">{escape(chip)}</button>' for chip in strings.chips)
    return f'<div class="chips" role="group" aria-label="{escape(strings.examples)}">{buttons}</div>'


def translations(park: str) -> dict[str, dict[str, str]]:
    """Return the page's translation table by locale: its plain texts and its ready-made parts."""
    return {
        locale: strings.texts()
        | {
            "title": strings.title.format(park=park),
            "header": header(park, strings),
            "welcome_part": welcome(strings),
            "chips_part": chips(strings),
            "panel_part": render.evidence(View("", ""), strings),
            "footer_part": f"<p>{escape(strings.reports_only)}</p>",
        }
        for locale, strings in (("zh", ZH), ("zh-CN", ZH), ("zh-TW", ZH), ("zh-HK", ZH), ("en", EN))
    }


def build(service: Service) -> "tuple[gr.Blocks, gr.I18n]":
    """Return the page and its translations, to be mounted."""
    # Gradio takes seconds to import; only the process that serves the page pays for it.
    import gradio as gr

    i18n = gr.I18n(**translations(service.settings.park_name))

    def answer(question: str, history: list[list[str]], request: gr.Request) -> Iterator[tuple[str, str]]:
        strings = strings_for(request.headers.get("accept-language", ""))
        visitor = (request.cookies.get(VISITOR_COOKIE, ""), request.client.host if request.client else "")
        if not question:
            return
        for view in respond(service, question, history, strings, visitor):
            yield render.turn(view, strings), render.evidence(view, strings)

    plain = {"js_on_load": None, "apply_default_css": False}
    with gr.Blocks(title=service.settings.park_name, analytics_enabled=False, fill_width=True) as page:
        with gr.Row(elem_id="park-head"):
            gr.HTML(i18n("header"), elem_id="park-brand", **plain)
            new = gr.Button(i18n("new"), elem_id="park-new", size="sm", scale=0, min_width=80)
        with gr.Row(elem_id="park-main"):
            with gr.Column(elem_id="park-talk"):
                gr.HTML(i18n("welcome_part"), elem_id="park-welcome", **plain)
                live = gr.HTML("", elem_id="park-live", **plain)
                with gr.Column(elem_id="park-composer"):
                    gr.HTML(i18n("chips_part"), elem_id="park-chips", **plain)
                    with gr.Row(elem_id="park-ask"):
                        question = gr.Textbox(
                            elem_id="park-question",
                            placeholder=i18n("placeholder"),
                            label=i18n("question_label"),
                            container=False,
                            lines=1,
                            max_lines=6,
                            scale=1,
                            autofocus=True,
                        )
                        send = gr.Button(i18n("send"), elem_id="park-send", variant="primary", scale=0, min_width=76)
                        stop = gr.Button(i18n("stop"), elem_id="park-stop", variant="secondary", scale=0, min_width=76)
                    gr.HTML(i18n("footer_part"), elem_id="park-foot", **plain)
            panel = gr.HTML(i18n("panel_part"), elem_id="park-panel", **plain)
        asked = gr.Textbox(visible=False)
        history = gr.JSON(visible=False)

        begun = gr.on(
            [question.submit, send.click],
            fn=None,
            js="(question) => window.park.begin(question)",
            inputs=[question],
            outputs=[question],
            show_progress="hidden",
            api_visibility="private",
        )
        answered = begun.then(
            answer,
            js="() => window.park.payload()",
            inputs=[asked, history],
            outputs=[live, panel],
            show_progress="hidden",
            concurrency_limit=CONCURRENCY,
            api_visibility="private",
        )
        answered.then(fn=None, js="() => window.park.done()", api_visibility="private")
        stop.click(fn=None, js="() => window.park.stop()", cancels=[answered], api_visibility="private")
        new.click(fn=None, js="() => window.park.clear()", cancels=[answered], api_visibility="private")

    page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=CONCURRENCY, api_open=False)
    page.state_session_capacity = SESSIONS_KEPT
    return page, i18n


def theme() -> "gr.themes.Base":
    """Return the page's theme: fonts the visitor's machine has, colours that the style sheet sets."""
    import gradio as gr

    return gr.themes.Base(font=list(FONTS), font_mono=["ui-monospace", "monospace"])
