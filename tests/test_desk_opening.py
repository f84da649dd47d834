"""The desk's database is opened once, by whoever comes first, and again after a failure."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk.errors import DatabaseUnavailableError
from desk.opening import Opening
from settings import Settings


def test_it_is_opened_once(tmp_path: Path) -> None:
    opening = Opening(Settings(home=tmp_path))
    assert not (tmp_path / "desk.sqlite3").exists()
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: opening.opened(), range(8)))
    assert len(set(map(id, opened))) == 1 and opening.database() is opened[0].database
    assert opened[0].accounts.list() == ()
    opening.close()
    opening.close()
    assert opening.opened() is not opened[0]
    opening.close()


def test_after_a_failure_it_is_opened_when_it_can_be(tmp_path: Path, made_file: Path) -> None:
    path = tmp_path / "desk.sqlite3"
    path.mkdir()
    opening = Opening(Settings(home=tmp_path), pause=0.3)
    with pytest.raises(DatabaseUnavailableError) as first:
        opening.opened()
    path.rmdir()
    shutil.copy(made_file, path)
    with pytest.raises(DatabaseUnavailableError) as second:  # not tried again at once
        opening.opened()
    assert str(second.value) == str(first.value) and second.value is not first.value
    time.sleep(0.35)
    assert opening.opened().accounts.list() == ()
    opening.close()
