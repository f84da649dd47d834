"""Files on their way to the shelf: uploaded or taken from what was removed, looked at, then confirmed or let go."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData, ListFiles

from index.errors import ParkError
from index.load import READERS
from ui.desk.documents_html import staged as staged_html
from ui.desk.documents_work import MOST_BYTES, MOST_FILES, Documents, Staged
from ui.desk.events import show

NOT_CONFIRMED = "有同名的现有资料：请先核对上面的变化，再勾选「确认替换」。"


def uploader(label: str, **options: Any) -> gr.UploadButton:  # noqa: ANN401 - handed on to Gradio
    """Return an upload button for what there is a reader for; it hands on each file's place and the name it was given.

    Gradio's own hands on the place only, whose name has lost what some file systems do not take.
    """
    button = gr.UploadButton(label, file_types=list(READERS), size="md", **options)
    # Of this one button, not in a subclass: for each of those Gradio writes a file beside the source.
    button.preprocess = _handed_on  # type: ignore[method-assign, assignment]
    return button


def _handed_on(payload: ListFiles | FileData | None) -> list[tuple[str, str]]:
    files = [] if payload is None else payload.root if isinstance(payload, ListFiles) else [payload]
    return [(file.path, file.orig_name or Path(file.path).name) for file in files]


class UploadPanel:
    """What was looked at, and whether to go on; not there while nothing waits."""

    def __init__(self, documents: Documents) -> None:
        """Create the components where Gradio is building."""
        self._documents = documents
        self.staged = gr.State(())
        with gr.Column(visible=False, elem_id="doc-staging") as self._column:
            self._list = show()
            self.confirmed = gr.Checkbox(label="确认替换现有的同名资料", visible=False, elem_id="doc-confirm-replace")
            with gr.Row():
                self.go = gr.Button("放入资料库", size="md", variant="primary", elem_id="doc-put", scale=0)
                self.let_go = gr.Button("放弃", size="md", elem_id="doc-let-go", scale=0)
        self.outputs = [self.staged, self._column, self._list, self.confirmed, self.go]

    def look(self, files: Sequence[tuple[str, str]], path: str = "") -> list[Any]:
        """Look at uploaded files, the only one meant for the place `path` if given; return the panel's updates."""
        try:
            return self.shown(self._looked_at(files, path))
        finally:
            for place, _ in files:
                Path(place).unlink(missing_ok=True)

    def shown(self, staged: Sequence[Staged]) -> list[Any]:
        """Return the updates that show these, or close the panel when there are none."""
        fates = {item.fate for item in staged}
        return [
            tuple(staged),
            gr.Column(visible=bool(staged)),
            staged_html(staged, self._documents.build.seconds_a_text) if staged else "",
            gr.Checkbox(value=False, visible="replace" in fates),
            gr.Button(visible=bool(fates - {"refuse"})),
        ]

    def put(self, by: str, staged: Sequence[Staged], confirmed: bool) -> None:
        """Put what was looked at on the shelf; raises ParkError, naming what could not be put."""
        if not confirmed and any(item.fate == "replace" for item in staged):
            raise ParkError(NOT_CONFIRMED)
        done, failures = self._documents.put(staged, by)
        if failures:
            told = f"已放入 {done} 份；" if done else ""
            raise ParkError(told + "没有放入：" + "；".join(failures))

    def _looked_at(self, files: Sequence[tuple[str, str]], path: str) -> list[Staged]:
        if len(files) > MOST_FILES:
            raise ParkError(f"一次最多上传 {MOST_FILES} 个文件，这次有 {len(files)} 个。")
        limit = self._documents.most_bytes + 1
        read = [(name, _beginning(Path(place), limit)) for place, name in files]
        if sum(len(data) for _, data in read) > max(MOST_BYTES, limit):
            raise ParkError(f"一次最多上传 {MOST_BYTES // 1_000_000} MB，请分几次。")
        return _without_repeats([self._documents.stage(name, data, path) for name, data in read])


def _beginning(file: Path, most: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(most)


def _without_repeats(staged: Sequence[Staged]) -> list[Staged]:
    """Return the files, those that would take each other's place, or say the same, refused but for the first."""
    taken: dict[str, str] = {}
    kept = []
    for item in staged:
        if item.candidate and item.fate != "refuse":
            keys = (f"path {item.path}", f"text {item.candidate.document.text_hash}")
            earlier = next((taken[key] for key in keys if key in taken), "")
            if earlier:
                item = Staged(item.path, reason=f"与这次上传的「{earlier}」重复", given_name=item.given_name)
            else:
                taken |= dict.fromkeys(keys, item.given_name)
        kept.append(item)
    return kept
