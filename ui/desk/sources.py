"""The picker of sources that an answer rests on: words of a report, found by search, or what staff know themselves."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import gradio as gr

from desk.accounts import Account
from desk.days import read_day
from desk.errors import DeskError
from rag.china import CHINA
from rag.records import Citation
from rag.staff_answers import PassageSource, Source, StaffSource
from ui.desk.context import Desk
from ui.desk.events import picker, run, run_picked
from ui.desk.sources_html import chosen, results
from ui.service import Service

FOUND = 8
"""Passages shown for one search."""

Sources = tuple[Source, ...]
Found = tuple[Citation, ...]


class SourceError(DeskError):
    """A source that cannot be chosen."""


class SourcePicker:
    """Components where Gradio is building; `chosen` is a gr.State with the chosen sources in their order.

    Set `outputs` to what `load` returns to begin with other sources; `search` runs a search for other words than
    those typed here.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.chosen = gr.State(())
        self._found = gr.State(())
        self._list = picker(chosen(()), elem_classes="sources-chosen")
        self._words, self._results = self._search_box()
        self._name, self._day = self._staff_box()
        self.outputs: list[gr.components.Component] = [
            *(self.chosen, self._list, self._words, self._found, self._results, self._name, self._day)
        ]
        change: dict[str, Any] = {
            "outputs": [self.chosen, self._list],
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        self._results.select(run_picked(desk, self._choose), [self._found, self.chosen], **change)
        self._list.select(run_picked(desk, _arrange), self.chosen, **change)

    def load(self, sources: Sequence[Source], words: str = "", name: str = "") -> list[Any]:
        """Return the values of `outputs` for these sources; `words` stand in the search box, `name` with staff's."""
        today = datetime.now(CHINA).date().isoformat()
        return [tuple(sources), chosen(sources), words, (), "", name, today]

    def _search_box(self) -> tuple[gr.Textbox, gr.HTML]:
        with gr.Row(equal_height=False, elem_classes="source-row"):
            words = gr.Textbox(
                label="在资料中查找", placeholder="输入关键词或问题，回车查找", max_lines=1, scale=5, min_width=200
            )
            button = gr.Button("查找", scale=0, min_width=96)
        found = picker("", elem_classes="sources-found")
        for event in (words.submit, button.click):
            event(
                run(self._desk, self._search), words, [self._found, found],
                api_visibility="private", show_progress="minimal",
            )  # fmt: skip
        return words, found

    def _staff_box(self) -> tuple[gr.Textbox, gr.Textbox]:
        with gr.Row(equal_height=False, elem_classes="source-row"):
            name = gr.Textbox(
                label="工作人员知识：姓名", placeholder="不填即您本人", max_lines=1, scale=3, min_width=150
            )
            day = gr.Textbox(label="日期", placeholder="不填即今天", max_lines=1, scale=2, min_width=130)
            button = gr.Button("添加", scale=0, min_width=96)
        for event in (button.click, day.submit):
            event(
                run(self._desk, self._told), [name, day, self.chosen], [self.chosen, self._list],
                api_visibility="private", show_progress="hidden",
            )  # fmt: skip
        return name, day

    def _search(self, _: Account, words: str | None) -> tuple[Found, str]:
        if not (words or "").strip():
            raise SourceError("请先输入要查找的内容。")
        found = self._desk.service.opened().nearest(str(words), FOUND)
        return found, results(found)

    def _choose(self, _: Account, pick: str, found: Found, sources: Sources) -> tuple[Sources, str]:
        extent, _sep, place = pick.partition(":")
        if not place.isdigit() or int(place) >= len(found):
            raise SourceError("这条结果已经不在了，请重新查找。")
        return _shown(_added(sources, verbatim(self._desk.service, found[int(place)], extent == "passage")))

    def _told(self, account: Account, name: str | None, day: str | None, sources: Sources) -> tuple[Sources, str]:
        told_on = read_day("日期", day) or datetime.now(CHINA).date()
        if told_on > datetime.now(CHINA).date():
            raise SourceError(f"工作人员知识的日期不能晚于今天：{told_on.isoformat()}")
        return _shown(_added(sources, staff_source(account, name, told_on)))


def staff_source(account: Account, name: str | None, told_on: date) -> StaffSource:
    """Return staff's own knowledge as a source, of whoever is signed in where no name is given."""
    return StaffSource(" ".join((name or "").split()) or account.name, told_on)


def verbatim(service: Service, citation: Citation, whole_passage: bool = False) -> PassageSource:
    """Return a found quote, or the passage around it, as a source; raise SourceError unless the report says so now."""
    start = citation.passage_start if whole_passage else citation.start
    quote = citation.passage if whole_passage else citation.quote
    end = start + len(quote)
    if service.document(citation.document_id).text[start:end] != quote:
        raise SourceError("资料已经变了，这段话不再是原文，请重新查找。")
    return PassageSource(citation.document_id, citation.path, citation.document, quote, start, end)


def _added(sources: Sources, source: Source) -> Sources:
    if source in sources:
        gr.Info("这个来源已经选过了。", title="", duration=4)
        return sources
    return (*sources, source)


def _arrange(_: Account, pick: str, sources: Sources) -> tuple[Sources, str]:
    """Move or remove one of the sources, as a button of the list says."""
    act, _sep, number = pick.partition(":")
    rest = list(sources)
    if number.isdigit() and int(number) < len(rest):
        place = int(number)
        source = rest.pop(place)
        if act != "remove":
            rest.insert(max(0, place + (-1 if act == "up" else 1)), source)
    return _shown(tuple(rest))


def _shown(sources: Sources) -> tuple[Sources, str]:
    return sources, chosen(sources)
