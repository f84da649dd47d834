import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import gradio as gr
import pytest
from gradio.data_classes import FileData, ListFiles

from desk.database import Database
from index.errors import ParkError
from tests.desk_serving import toy_desk
from tests.homes import settings_in
from ui.desk.documents_upload import NOT_CONFIRMED, UploadPanel, uploader
from ui.desk.documents_work import MOST_FILES, Documents

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
Made = TypeVar("Made")


def building(make: Callable[[], Made]) -> Made:
    """Make components where Gradio is building, inside an event loop: outside of one it never closes those it makes."""

    async def made() -> Made:
        with gr.Blocks(analytics_enabled=False):
            return make()

    return asyncio.run(made())


@pytest.fixture
def panel(tmp_path: Path, database: Database) -> UploadPanel:
    documents = Documents(toy_desk(database, settings=settings_in(tmp_path, max_file_bytes=1_000)))
    return building(lambda: UploadPanel(documents))


def uploaded(folder: Path, *files: tuple[str, bytes]) -> list[tuple[str, str]]:
    """Lay files where Gradio would, under names that say nothing."""
    for number, (_, data) in enumerate(files):
        (folder / f"upload{number}").write_bytes(data)
    return [(str(folder / f"upload{number}"), name) for number, (name, _) in enumerate(files)]


def fates(updates: Sequence[object]) -> list[tuple[str, str]]:
    staged = updates[0]
    assert isinstance(staged, tuple)
    return [(item.path, item.fate) for item in staged]


def test_the_name_that_was_given_is_handed_on(panel: UploadPanel) -> None:
    button = building(lambda: uploader("添加"))
    file = FileData(path="/tmp/x/b", orig_name="<b>.md")
    assert button.preprocess(None) == []
    assert button.preprocess(file) == [("/tmp/x/b", "<b>.md")]
    assert button.preprocess(ListFiles([file, FileData(path="/tmp/c.md")]))[1] == ("/tmp/c.md", "c.md")


def test_files_are_looked_at_and_not_kept_where_they_were_uploaded(panel: UploadPanel, tmp_path: Path) -> None:
    files = uploaded(
        tmp_path, ("地铁.md", "地铁在北门。".encode()), ("空.md", b""), ("大.md", b"x" * 2_000), ("食堂.md", b"new.")
    )
    updates = panel.look(files)
    assert fates(updates) == [("地铁.md", "add"), ("空.md", "refuse"), ("大.md", "refuse"), ("食堂.md", "replace")]
    assert not any(Path(place).exists() for place, _ in files)


def test_of_files_that_say_the_same_or_bear_one_name_the_first_counts(panel: UploadPanel, tmp_path: Path) -> None:
    text = "地铁在北门。".encode()
    files = uploaded(tmp_path, ("a.md", text), ("b.md", text), ("x/a.md", b"other."), ("c.md", b"third."))
    assert [fate for _, fate in fates(panel.look(files))] == ["add", "refuse", "refuse", "add"]


def test_too_many_are_refused_and_gone(panel: UploadPanel, tmp_path: Path) -> None:
    files = uploaded(tmp_path, *[(f"{n}.md", b"a.") for n in range(MOST_FILES + 1)])
    with pytest.raises(ParkError, match="最多上传"):
        panel.look(files)
    assert not any(Path(place).exists() for place, _ in files)


def test_a_replacement_is_confirmed_first(panel: UploadPanel, tmp_path: Path) -> None:
    updates = panel.look(uploaded(tmp_path, ("食堂.md", "食堂搬走了。".encode())))
    with pytest.raises(ParkError, match=NOT_CONFIRMED):
        panel.put("王芳", updates[0], False)
    panel.put("王芳", updates[0], True)
    assert (tmp_path / "corpus" / "食堂.md").read_text("utf-8") == "食堂搬走了。"
    with pytest.raises(ParkError, match="没有放入：食堂"):
        panel.put("王芳", updates[0], True)
