"""The form in which staff write an entry: its fields, read into a draft and filled from one."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from desk.days import day_words, read_day
from desk.entries import EntryDraft
from rag.staff_answers import Source
from ui.desk.context import Desk
from ui.desk.sources import SourcePicker

DAY = "如 2025-06-30"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was typed."""

    question: str
    similar: str
    negative: str
    answer: str
    sources: tuple[Source, ...]
    valid_from: str
    valid_to: str
    owner: str
    review_by: str
    is_on: bool

    @classmethod
    def of(cls, draft: EntryDraft) -> "Typed":
        """Return what stands in the form when nobody has touched it since a draft was put there."""
        return cls(
            draft.question,
            "\n".join(draft.similar),
            "\n".join(draft.negative),
            draft.answer,
            draft.sources,
            day_words(draft.valid_from),
            day_words(draft.valid_to),
            draft.owner,
            day_words(draft.review_by),
            draft.is_on,
        )

    @classmethod
    def given(cls, values: tuple[Any, ...]) -> "Typed":
        """Return what the components hold, in the order of `EntryForm.inputs`."""
        kept = [value.strip() if isinstance(value, str) else value for value in values]
        known: list[Any] = ["" if value is None else value for value in kept]
        return cls(*known)

    def draft(self) -> EntryDraft:
        """Return the draft that was typed; raise DayError for what is no day."""
        return EntryDraft(
            question=self.question,
            answer=self.answer,
            similar=tuple(self.similar.split("\n")),
            negative=tuple(self.negative.split("\n")),
            sources=self.sources,
            is_on=self.is_on,
            valid_from=read_day("生效日", self.valid_from),
            valid_to=read_day("失效日", self.valid_to),
            owner=self.owner,
            review_by=read_day("复查日", self.review_by),
        )


class EntryForm:
    """The fields, put where Gradio is building."""

    def __init__(self, desk: Desk) -> None:
        self.question = gr.Textbox(label="标准问题", max_lines=2, elem_id="faq-question")
        with gr.Row():
            self.similar = _lines("相似问法（一行一个）", "换一种说法，意思相同", "faq-similar")
            self.negative = _lines("不应匹配的问题（一行一个）", "看上去像，但不该这样回答", "faq-negative")
        self.answer = gr.Textbox(label="答案", lines=5, max_lines=16, elem_id="faq-answer")
        with gr.Column(elem_id="faq-sources"):
            self.picker = SourcePicker(desk)
        with gr.Row():
            self.valid_from = _short("生效日", DAY)
            self.valid_to = _short("失效日", DAY)
            self.review_by = _short("复查日", DAY)
            self.owner = _short("负责人", "")
        self.is_on = gr.Checkbox(label="启用（访客能得到这条答复）", value=True, elem_id="faq-on")

    @property
    def inputs(self) -> list[Any]:
        """The components that hold what is typed."""
        return [
            *(self.question, self.similar, self.negative, self.answer, self.picker.chosen),
            *(self.valid_from, self.valid_to, self.owner, self.review_by, self.is_on),
        ]

    @property
    def outputs(self) -> list[Any]:
        """The components that `filled` fills."""
        return [one for one in self.inputs if one is not self.picker.chosen] + self.picker.outputs

    def filled(self, draft: EntryDraft, name: str) -> dict[Any, Any]:
        """Return the form's values for a draft; `name` is who tells what staff know."""
        typed = Typed.of(draft)
        fields = [getattr(typed, field) for field in Typed.__dataclass_fields__]
        told = dict(zip(self.inputs, fields, strict=True))
        return told | dict(zip(self.picker.outputs, self.picker.load(draft.sources, name=name), strict=True))


def _lines(label: str, hint: str, name: str) -> gr.Textbox:
    return gr.Textbox(label=label, placeholder=hint, lines=3, max_lines=10, elem_id=name)


def _short(label: str, hint: str) -> gr.Textbox:
    return gr.Textbox(label=label, placeholder=hint, max_lines=1, min_width=120)
