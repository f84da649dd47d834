"""资料: the park's documents, their state, and how each was cut; put on the shelf, replaced, taken out, put back."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from desk.accounts import Account
from index.errors import IndexMissingError, ParkError
from index.inventory import Inventory, Item
from ui.desk import documents_html as html
from ui.desk import documents_preview as preview
from ui.desk.context import Desk
from ui.desk.documents_upload import UploadPanel, uploader
from ui.desk.documents_work import Documents
from ui.desk.events import picker, run, run_picked, show

KEY = "documents"
TITLE = "资料"

TICK = 1.0
"""Seconds between two looks at a running build."""

_INTO_SIGHT = """() => setTimeout(() => {
  document.getElementById("doc-staging")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}, 150)"""
_ANY = "全部状态"
_STATES = {_ANY: "", **{text: state for state, (text, _) in html.STATES.items()}}
_TEXT, _CHUNKS = "正文", "切分"
_PICK = '<p class="nothing">选一份资料，查看它的正文和切分。</p>'


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """Put the view where Gradio is building."""
    _View(desk, Documents(desk)).wire(opening)


class _View:
    """The components of the view, and what happens at them. `current` is the path of the document that is shown."""

    def __init__(self, desk: Desk, documents: Documents) -> None:
        self._desk = desk
        self._documents = documents
        self.timer = gr.Timer(TICK, active=False)
        self.page, self.current, self.preview_page = gr.State(1), gr.State(""), gr.State(1)
        with gr.Row(elem_id="doc-tools"):
            self.add = uploader("添加资料", file_count="multiple", variant="primary", elem_id="doc-add", scale=0)
            self.again = gr.Button("立即重新入库", size="md", elem_id="doc-again", scale=0)
            self.status = show(elem_id="doc-status")
        self.panel = UploadPanel(documents)
        with gr.Row(elem_id="doc-columns"):
            with gr.Column(scale=7, min_width=480):
                self._lay_out_list()
            with gr.Column(scale=5, min_width=380, elem_id="doc-preview"):
                self._lay_out_preview()

    def _lay_out_list(self) -> None:
        with gr.Row(elem_id="doc-filter"):
            self.words = gr.Textbox(
                "",
                show_label=False,
                placeholder="按标题、文件名、来源查找",
                elem_id="doc-words",
                scale=3,
                container=False,
            )
            self.state = gr.Dropdown(
                list(_STATES), value=_ANY, show_label=False, elem_id="doc-state", scale=1, container=False
            )
        self.table = picker(opens="doc-preview", elem_id="doc-table")
        with gr.Accordion("已移出和被替换的资料", open=False, elem_id="doc-removed"):
            self.removed = picker()

    def _lay_out_preview(self) -> None:
        self.head = show(_PICK, elem_id="doc-head")
        with gr.Row(visible=False, elem_id="doc-actions") as self.actions:
            self.mode = gr.Radio([_TEXT, _CHUNKS], value=_TEXT, show_label=False, elem_id="doc-mode", container=False)
            self.exchange = uploader("用新文件替换", elem_id="doc-exchange", scale=0)
            self.out = gr.Button("移出资料库", size="md", elem_id="doc-out", scale=0)
        with gr.Column(visible=False, elem_id="doc-outing") as self.outing:
            self.told = show()
            with gr.Row():
                self.out_now = gr.Button("确认移出", size="md", variant="stop", elem_id="doc-out-now", scale=0)
                self.stay = gr.Button("取消", size="md", elem_id="doc-stay", scale=0)
        self.body = picker(elem_id="doc-body")

    def wire(self, opening: Sequence[Any]) -> None:
        """Say what happens when."""
        seen = [self.words, self.state, self.page, self.current]
        news = [self.status, self.timer, self.table, self.removed]
        shown = [self.current, self.preview_page, self.head, self.actions, self.outing, self.body]
        on = self._on
        on(opening, self._news, seen, news)
        on([self.words.submit, self.words.blur, self.state.change], self._filtered, seen, [self.page, self.table])
        on(
            [self.timer.tick],
            self._ticked,
            [*seen, self.mode, self.preview_page],
            [*news, *shown],
            self._while_signed_in,
        )
        on([self.again.click], self._again, seen, news)
        on([self.add.upload], lambda _, files: self.panel.look(files), [self.add], self.panel.outputs)
        on([self.panel.let_go.click], lambda _: self.panel.shown(()), [], self.panel.outputs)
        staged = [self.panel.staged, self.panel.confirmed]
        on([self.panel.go.click], self._put, [*staged, *seen], [*self.panel.outputs, *news])
        on(
            [self.table.select],
            self._picked,
            [*seen[:2], self.current, self.mode],
            [self.page, self.table, *shown],
            run_picked,
        )
        on([self.removed.select], self._restore, [], self.panel.outputs, run_picked)
        on([self.mode.change], self._turned, [self.current, self.mode], [self.preview_page, self.body])
        on([self.body.select], self._paged, [self.current, self.mode], [self.preview_page, self.body], run_picked)
        on([self.exchange.upload], self._exchange, [self.exchange, self.current], self.panel.outputs)
        on([self.out.click], self._ask, [self.current], [self.outing, self.told])
        on([self.stay.click], lambda _: gr.Column(visible=False), [], [self.outing])
        on([self.out_now.click], self._take_out, [*seen], [*news, *shown])

    def _on(
        self,
        events: Sequence[Any],
        work: Callable[..., Any],
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        through: Callable[[Desk, Callable[..., Any]], Callable[..., Any]] = run,
    ) -> None:
        options = {"api_visibility": "private", "show_progress": "hidden"}
        done = gr.on(list(events), through(self._desk, work), list(inputs), list(outputs), **options)
        if outputs == self.panel.outputs:  # it may lie above of what is in sight
            done.then(None, js=_INTO_SIGHT)

    def _while_signed_in(self, desk: Desk, work: Callable[..., Any]) -> Callable[..., Any]:
        """Run as `run` does, but stop looking, without a word a second, once nobody is signed in."""
        running = run(desk, work)

        def ticking(request: gr.Request, *values: Any) -> Any:  # noqa: ANN401 - whatever the components hold
            if desk.signed_in(request.cookies) is None:
                return [gr.skip(), gr.Timer(active=False), *[gr.skip()] * 8]
            return running(request, *values)

        return ticking

    def _news(self, _: Account, words: str, state: str, page: int, current: str) -> list[Any]:
        """Return what is going on, the list as it is now, and what was taken out."""
        work = self._documents.build.work
        return [
            html.progress(work),
            gr.Timer(active=work.is_busy),
            html.table(self._inventory(), words, _STATES.get(state, ""), page, current),
            html.removed(self._documents.shelf.removed()),
        ]

    def _ticked(
        self, account: Account, words: str, state: str, page: int, current: str, mode: str, preview_page: int
    ) -> list[Any]:
        work = self._documents.build.work
        if work.is_busy:
            return [html.progress(work), *[gr.skip()] * 9]
        return [*self._news(account, words, state, page, current), *self._shown(current, mode, preview_page)]

    def _filtered(self, _: Account, words: str, state: str, page: int, current: str) -> list[Any]:
        return [1, html.table(self._inventory(), words, _STATES.get(state, ""), 1, current)]

    def _again(self, account: Account, *seen: Any) -> list[Any]:  # noqa: ANN401 - as `_news` takes it
        self._documents.rebuild(account.name)
        return self._news(account, *seen)

    def _put(self, account: Account, staged: Sequence[Any], confirmed: bool, *seen: Any) -> list[Any]:  # noqa: ANN401
        self.panel.put(account.name, staged, confirmed)
        return [*self.panel.shown(()), *self._news(account, *seen)]

    def _picked(self, _: Account, pick: str, words: str, state: str, current: str, mode: str) -> list[Any]:
        kind, place = pick.split(":", 1)
        if kind == "page":
            table = html.table(self._inventory(), words, _STATES.get(state, ""), int(place), current)
            return [int(place), table, *[gr.skip()] * 6]
        return [gr.skip(), gr.skip(), *self._shown(place, mode, 1)]

    def _restore(self, _: Account, key: str) -> list[Any]:
        return self.panel.shown([self._documents.stage_removed(key)])

    def _exchange(self, _: Account, files: Sequence[tuple[str, str]], current: str) -> list[Any]:
        return self.panel.look(files, current)

    def _turned(self, _: Account, current: str, mode: str) -> list[Any]:
        return [1, self._body(self._item(current), mode, 1)]

    def _paged(self, _: Account, pick: str, current: str, mode: str) -> list[Any]:
        page = int(pick.removeprefix("page:"))
        return [page, self._body(self._item(current), mode, page)]

    def _ask(self, _: Account, current: str) -> list[Any]:
        """Say what taking it out means, before it is done."""
        item = self._item(current)
        if item is None:
            raise ParkError("这份资料已不在列表中，请刷新。")
        return [gr.Column(visible=True), html.before_removal(item, self._documents.citing(item.path))]

    def _take_out(self, account: Account, words: str, state: str, page: int, current: str) -> list[Any]:
        self._documents.take_out(current, account.name)
        return [*self._news(account, words, state, page, ""), *self._shown("", _TEXT, 1)]

    def _shown(self, path: str, mode: str, page: int) -> list[Any]:
        """Return the updates that show a document, or none."""
        inventory = self._inventory()
        item = next((item for item in inventory.items if item.path == path), None)
        head = preview.head(item, inventory) if item else _PICK
        return [
            item.path if item else "",
            page,
            head,
            gr.Row(visible=item is not None),
            gr.Column(visible=False),
            self._body(item, mode, page),
        ]

    def _body(self, item: Item | None, mode: str, page: int) -> str:
        if item is None or not item.document_id:
            return ""
        if mode == _TEXT:
            return preview.text_page(self._documents.holdings.document(item.path), page)
        first = (page - 1) * preview.PAGE_CHUNKS
        before = min(first, 1)  # the last chunk of the page before: its end is where this page's overlap ends
        chunks = self._documents.holdings.chunks(item.document_id, first - before, preview.PAGE_CHUNKS + before)
        return preview.chunks_page(chunks, page, item.chunks)

    def _item(self, path: str) -> Item | None:
        return next((item for item in self._inventory().items if item.path == path), None)

    def _inventory(self) -> Inventory:
        try:
            return self._documents.holdings.inventory()
        except IndexMissingError:
            return Inventory(())
