import os
import time
from pathlib import Path

import pytest

from index.build import sync
from index.errors import IndexMissingError
from index.inventory import Holdings
from index.shelf import Shelf
from settings import Settings
from tests.homes import REPORTS, TOY, settings_in, write_corpus


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, REPORTS | {"空.md": " "})


@pytest.fixture
def holdings(settings: Settings) -> Holdings:
    return Holdings(settings, Shelf(settings))


def states(holdings: Holdings) -> dict[str, str]:
    return {item.path: item.state for item in holdings.inventory().items}


def test_each_file_and_document_has_its_state(holdings: Holdings, settings: Settings) -> None:
    sync(settings, TOY)
    assert states(holdings) == dict.fromkeys(REPORTS, "indexed") | {"空.md": "skipped"}
    later = time.time() + 5
    for name in ("新.md", "食堂.md"):
        (settings.corpus / name).write_text("新的内容。", "utf-8")
        os.utime(settings.corpus / name, (later, later))
    (settings.corpus / "企业.txt").unlink()
    (settings.corpus / "空.md").unlink()
    expected = {"住房.md": "indexed", "食堂.md": "changed", "企业.txt": "gone", "新.md": "new"}
    assert states(holdings) == expected
    sync(settings, TOY)
    os.utime(settings.corpus / "食堂.md", (0, 0))
    os.utime(settings.corpus / "新.md", (0, 0))
    assert states(holdings) == dict.fromkeys(("住房.md", "新.md"), "indexed") | {"食堂.md": "skipped"}, "a duplicate"


def test_a_file_that_was_left_out_and_mended_waits_for_the_next_build(holdings: Holdings, settings: Settings) -> None:
    sync(settings, TOY)
    (item,) = (item for item in holdings.inventory().items if item.state == "skipped")
    assert (item.path, item.reason, item.document_id) == ("空.md", "空文件 (empty file)", "")
    (settings.corpus / "空.md").write_text("不空了。", "utf-8")
    assert states(holdings)["空.md"] == "new"


def test_documents_chunks_and_texts_are_those_of_the_catalog(holdings: Holdings, settings: Settings) -> None:
    sync(settings, TOY)
    document = holdings.document("住房.md")
    first, second = holdings.chunks(document.id, 0, 5)
    assert holdings.chunks(document.id, 1, 5) == [second]
    assert document.text[first.start : first.end] == first.text
    assert holdings.paths_of_text(document.text) == ["住房.md"]
    with pytest.raises(LookupError):
        holdings.document("空.md")


def test_before_the_first_build_there_is_none(holdings: Holdings, settings: Settings) -> None:
    write_corpus(settings.corpus, REPORTS)
    with pytest.raises(IndexMissingError):
        holdings.inventory()
