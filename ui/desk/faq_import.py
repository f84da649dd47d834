"""Import of entries from a file, in two steps: what it would do is shown, and done when staff say so."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from desk.accounts import Account
from desk.transfer import MOST_BYTES, Plan, apply, plan
from desk.transfer_cells import Reports, TransferError
from index.records import Document
from ui.desk import faq_plan_html
from ui.desk.context import Desk
from ui.desk.events import run, show

EXPORTS = (
    '<p class="faq-exports">导出 <a href="/desk/files/faq.csv" download>CSV</a>'
    '<a href="/desk/files/faq.xlsx" download>XLSX</a></p>'
)


class ImportPanel:
    """The components, put where Gradio is building: `chooser` in one place, `place` builds the rest in another."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.chooser = gr.UploadButton(
            "导入…", file_types=[".csv", ".tsv", ".txt", ".xlsx"], elem_id="faq-import", scale=0, min_width=88
        )
        show(EXPORTS, elem_id="faq-exports")

    def place(self) -> None:
        """Put the dry run and its buttons here."""
        self._plan = gr.State(None)
        with gr.Column(visible=False, elem_id="faq-plan") as self._panel:
            self._told = show()
            with gr.Row(elem_id="faq-plan-acts"):
                self.confirm = gr.Button("确认导入", variant="primary", scale=0, min_width=112)
                self.cancel = gr.Button("取消", scale=0, min_width=88)
        silent: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
        self.chooser.upload(run(self._desk, self._read), self.chooser, self.outputs, **silent)
        self.cancel.click(run(self._desk, lambda _: self.closed()), None, self.outputs, **silent)

    @property
    def plan(self) -> gr.State:
        """What was planned."""
        return self._plan

    @property
    def outputs(self) -> list[Any]:
        """The components of the dry run."""
        return [self._plan, self._panel, self._told, self.confirm]

    def closed(self) -> dict[Any, Any]:
        """Return the values when there is no dry run."""
        return {self._plan: None, self._panel: gr.update(visible=False), self._told: ""}

    def apply(self, account: Account, planned: Plan | None) -> int:
        """Do what was shown; return how many entries were added or changed."""
        if planned is None:
            raise TransferError("预览已经不在了，请重新选择文件")
        return apply(self._desk.database(), planned, by=account.name)

    def _read(self, _: Account, chosen: str | None) -> dict[Any, Any]:
        if not chosen:
            raise TransferError("请选择一个文件")
        planned = plan(self._desk.database(), _content(Path(chosen)), Path(chosen).name, _reports(self._desk))
        return {
            self._plan: planned,
            self._panel: gr.update(visible=True),
            self._told: faq_plan_html.plan(planned),
            self.confirm: gr.update(interactive=bool(planned.steps) and not planned.problems),
        }


def _content(path: Path) -> bytes:
    """Return what was uploaded, which is not kept; of what is too large only enough to be refused."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    path.unlink(missing_ok=True)
    return data


def _reports(desk: Desk) -> Reports:
    """Return the reports by their paths; they are read when the first is asked for."""
    by_path: Callable[[], dict[str, Document]] = cache(
        lambda: {document.path: document for document in desk.service.opened().index.documents()}
    )
    return lambda path: by_path().get(path)
