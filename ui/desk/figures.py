"""The view 统计: how much is asked and how it is answered, in any span of days, against the span before."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import gradio as gr

from desk.accounts import Account
from desk.days import china_day, read_days
from desk.figure_records import Told
from desk.figures import Figures
from desk.types import utc_now
from ui.desk import figures_html, figures_plots
from ui.desk.context import Desk
from ui.desk.events import run, show

KEY = "figures"
TITLE = "统计"

SPANS = {"近 7 天": 7, "近 30 天": 30, "近 90 天": 90}
_OWN = "自选"
_FIRST = "近 30 天"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

_PARTS: dict[str, Callable[[Told], str]] = {
    "tiles": figures_html.tiles,
    "questions": lambda told: figures_html.section("每天的提问（次）", "days", told),
    "questions-text": figures_html.questions_text,
    "times": lambda told: figures_html.section("每天的响应时间（毫秒）", "days", told),
    "times-text": figures_html.times_text,
    "topics": lambda told: figures_html.section("问得最多的话题", "topics", told) + figures_html.topics(told.topics),
    "unanswered": lambda told: (
        figures_html.section("还没有答案的问题", "unanswered", told) + figures_html.unanswered(told.unanswered)
    ),
    "feedback": lambda told: figures_html.section("访客评价", "feedback", told) + figures_html.feedback(told),
    "shares": lambda told: figures_html.section("渠道和语言", "shares", told) + figures_html.shares(told),
}
_PLOTS = (figures_plots.questions, figures_plots.times)


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view's components where Gradio is building."""
    with gr.Row(elem_id="figures-span", elem_classes="filters"):
        span = gr.Radio([*SPANS, _OWN], value=_FIRST, label="看哪些天", scale=3, elem_id="figures-spans")
        since = gr.Textbox(label="从哪天", placeholder="2024-05-06", scale=1, min_width=130, max_lines=1)
        until = gr.Textbox(label="到哪天", placeholder="2024-05-06", scale=1, min_width=130, max_lines=1)
        own = gr.Button("查看", scale=0, min_width=80)
    parts, plots = _layout()
    outputs = [since, until, *parts, *plots]

    def of_span(_: Account, chosen: str, since: str, until: str) -> list[Any]:
        days = SPANS.get(chosen)
        return _told(desk, *_last_days(days)) if days else _told_of(desk, since, until)

    def of_days(_: Account, since: str, until: str) -> list[Any]:
        return [_OWN, *_told_of(desk, since, until)]

    gr.on([*opening, span.input], run(desk, of_span), [span, since, until], outputs, **_QUIET)
    typed = [own.click, since.submit, until.submit]
    gr.on(typed, run(desk, of_days), [since, until], [span, *outputs], **_QUIET)


def _layout() -> tuple[list[gr.HTML], list[gr.Plot]]:
    """Return the parts in the order of _PARTS, and the two plots."""
    made = {"tiles": _part("tiles")}
    plots = []
    for name in ("questions", "times"):
        with gr.Column(elem_classes=["plate"]):
            made[name] = _part(name)
            plots.append(gr.Plot(show_label=False, container=False, elem_id=f"figures-{name}-plot"))
            made[f"{name}-text"] = _part(f"{name}-text")
    for pair in (("topics", "unanswered"), ("feedback", "shares")):
        with gr.Row(elem_classes="pair"):
            for name in pair:
                with gr.Column(elem_classes=["plate"]):
                    made[name] = _part(name)
    return [made[name] for name in _PARTS], plots


def _part(name: str) -> gr.HTML:
    return show(elem_id=f"figures-{name}")


def _last_days(count: int) -> tuple[date, date]:
    today = china_day(utc_now())
    return today - timedelta(days=count - 1), today


def _told_of(desk: Desk, since: str, until: str) -> list[Any]:
    """Return what the days that were typed show; a day that is left out is a month's first, or today."""
    days = read_days(since or "", until or "")
    last = days.until or china_day(utc_now())
    return _told(desk, days.since or last - timedelta(days=SPANS[_FIRST] - 1), last)


def _told(desk: Desk, since: date, until: date) -> list[Any]:
    told = Figures(desk.database()).read(since, until)
    if told.totals.asked:
        plots = [gr.Plot(figures_plots.plotted(plot(told)), visible=True) for plot in _PLOTS]
    else:
        plots = [gr.Plot(None, visible=False) for _ in _PLOTS]
    return [since.isoformat(), until.isoformat(), *(part(told) for part in _PARTS.values()), *plots]
