"""Uploads lie in the home folder, and do not stay there."""

import os
import time
from pathlib import Path

from ui.desk.uploads import KEPT, folder, remove_old


def test_only_what_is_old_is_deleted(tmp_path: Path) -> None:
    remove_old(tmp_path)  # there is no folder yet
    for name in ("old", "new"):
        (folder(tmp_path) / name).mkdir(parents=True)
        (folder(tmp_path) / name / "faq.csv").write_text("x")
    (folder(tmp_path) / "old.txt").write_text("x")
    before = time.time() - KEPT - 1
    for name in ("old", "old.txt"):
        os.utime(folder(tmp_path) / name, (before, before))
    remove_old(tmp_path)
    assert [path.name for path in folder(tmp_path).iterdir()] == ["new"]
    remove_old(tmp_path, time.time() + KEPT + 1)
    assert list(folder(tmp_path).iterdir()) == []


def test_what_cannot_be_deleted_does_not_stop_the_service(tmp_path: Path) -> None:
    folder(tmp_path).write_text("a file")
    remove_old(tmp_path)
    assert folder(tmp_path).read_text() == "a file"
