"""The view 对话: conversations are looked for on the left, and one is read on the right as the visitor saw it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import gradio as gr

from desk import words
from desk.accounts import Account
from desk.days import read_days
from desk.putting import put
from desk.talk_records import Judged, Place, Wanted
from desk.talks import Talks
from rag.records import Mode
from ui.desk import talks_html
from ui.desk.context import Desk
from ui.desk.events import picker, run, run_picked

KEY = "talks"
TITLE = "对话"

ANSWERS: Mapping[str, tuple[Mode, ...]] = {
    "全部": (),
    "已答出": ("quote", "written", "faq"),
    **{name: (mode,) for mode, name in words.MODES.items()},
}
FEEDBACK: Mapping[str, Judged | None] = {"不限": None, "没帮助": "unhelpful", "有帮助": "helpful", "有反馈": "any"}
CONFIDENCE: Mapping[str, float | None] = {
    "不限": None,
    **{f"不高于 {limit}%": limit / 100 for limit in (20, 40, 60, 80)},
}
_Key = TypeVar("_Key")
_ANY = "不限"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class _Filters:
    """The inputs that say what is looked for."""

    def __init__(self) -> None:
        with gr.Row(elem_id="talks-filters", elem_classes="filters"):
            self.words = gr.Textbox(label="问题或回答里的词", placeholder="多个词用空格隔开", scale=3, min_width=220)
            self.since = gr.Textbox(label="从哪天", placeholder="2024-05-06", scale=1, min_width=120, max_lines=1)
            self.until = gr.Textbox(label="到哪天", placeholder="2024-05-06", scale=1, min_width=120, max_lines=1)
            self.answers = _choice("回答", ANSWERS)
            self.feedback = _choice("反馈", FEEDBACK)
            self.confidence = _choice("可信度", CONFIDENCE)
            self.channel = _choice("渠道", [_ANY, *words.CHANNELS.values()])
            self.language = _choice("语言", [_ANY, *words.LANGUAGES.values()])
            self.go = gr.Button("查找", variant="primary", scale=0, min_width=80)

    @property
    def all(self) -> list[gr.components.Component]:
        """The inputs in the order that `_wanted` takes them."""
        chosen = [self.answers, self.feedback, self.confidence, self.channel, self.language]
        return [self.words, self.since, self.until, *chosen]

    @property
    def events(self) -> list[Any]:
        """Whatever means: look again."""
        typed = [box.submit for box in (self.words, self.since, self.until)]
        chosen = (self.answers, self.feedback, self.confidence, self.channel, self.language)
        return [self.go.click, *typed, *(choice.input for choice in chosen)]


def _choice(label: str, names: Sequence[str] | Mapping[str, Any]) -> gr.Dropdown:
    options = list(names)
    return gr.Dropdown(options, value=options[0], label=label, scale=1, min_width=112, filterable=False)


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view's components where Gradio is building."""
    filters = _Filters()
    trail, further, chosen = gr.State([]), gr.State(None), gr.State("")
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=380):
            rows = picker(opens="talks-detail", elem_id="talks-rows")
            with gr.Row(elem_classes="paging"):
                newer = gr.Button("← 更新的", size="sm", interactive=False, elem_id="talks-newer")
                older = gr.Button("更早的 →", size="sm", interactive=False, elem_id="talks-older")
        with gr.Column(scale=6, min_width=420, elem_classes=["beside"]):
            detail = picker(talks_html.nothing_chosen(), elem_id="talks-detail")
    outputs = [rows, trail, further, newer, older]

    def first(_: Account, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as the filters hold them
        return _page(desk, [], values)

    def go_older(_: Account, trail: list[Place], further: Place | None, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
        return _page(desk, [*trail, further] if further else trail, values)

    def go_newer(_: Account, trail: list[Place], *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
        return _page(desk, trail[:-1], values)

    gr.on([*opening, *filters.events], run(desk, first), filters.all, outputs, **_QUIET)
    older.click(run(desk, go_older), [trail, further, *filters.all], outputs, **_QUIET)
    newer.click(run(desk, go_newer), [trail, *filters.all], outputs, **_QUIET)
    rows.select(run_picked(desk, lambda _, pick: (_read(desk, pick), pick)), None, [detail, chosen], **_QUIET)

    def put_open(account: Account, pick: str, chosen: str) -> str:
        number = put(desk.database(), pick, by=account.name)
        gr.Info(f"已放进待答，编号 {number}。", title="完成", duration=5)
        return _read(desk, chosen)

    detail.select(run_picked(desk, put_open), [chosen], detail, **_QUIET)


def _read(desk: Desk, conversation_id: str) -> str:
    return talks_html.talk(Talks(desk.database()).talk(conversation_id))


def _page(desk: Desk, trail: list[Place], values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the page after the last place of the trail, and what the buttons need to go on from it."""
    page = Talks(desk.database()).find(_wanted(*values), trail[-1] if trail else None)
    buttons = gr.Button(interactive=bool(trail)), gr.Button(interactive=page.last is not None)
    return talks_html.lines(page.lines), trail, page.last, *buttons


def _wanted(
    looked: str, since: str, until: str, answers: str, feedback: str, confidence: str, channel: str, language: str
) -> Wanted:
    """Return what the filters say."""
    return Wanted(
        words=looked or "",
        days=read_days(since or "", until or ""),
        modes=ANSWERS.get(answers, ()),
        feedback=FEEDBACK.get(feedback),
        channel=_named(words.CHANNELS, channel),
        language=_named(words.LANGUAGES, language),
        below=CONFIDENCE.get(confidence),
    )


def _named(names: Mapping[_Key, str], chosen: str) -> _Key | None:
    return next((key for key, name in names.items() if name == chosen), None)
