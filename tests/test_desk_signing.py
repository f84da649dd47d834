"""The key that signs cookies: made once, whole, for nobody else to read."""

import multiprocessing
from pathlib import Path

import pytest

from desk.errors import DeskError
from ui.desk.signing import FILE, signing_key


def _hex(home: Path) -> str:
    return signing_key(home).hex()


def test_it_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "not" / "yet"
    key = signing_key(home)
    assert len(key) == 32 and signing_key(home) == key and signing_key(tmp_path / "other") != key
    assert (home / FILE).stat().st_mode & 0o777 == 0o600
    assert key.hex() in (home / FILE).read_text()
    (home / FILE).chmod(0o644)
    assert signing_key(home) == key and (home / FILE).stat().st_mode & 0o777 == 0o600


def test_two_processes_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        processes.map(abs, range(2))  # both have started
        for attempt in range(10):
            keys = processes.map(_hex, [tmp_path / str(attempt)] * 6, chunksize=1)
            assert len(set(keys)) == 1 and len(keys[0]) == 64


def test_what_a_killed_process_left_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / f".{FILE}.new").write_text("half")
    assert len(signing_key(tmp_path)) == 32
    assert not (tmp_path / f".{FILE}.new").exists()


@pytest.mark.parametrize("content", ["", "ab", "x" * 64, "00" * 33, "钥匙"])
def test_a_damaged_key_is_an_error_that_says_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, "utf-8")
    with pytest.raises(DeskError, match="请删除"):
        signing_key(tmp_path)


def test_a_key_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(DeskError, match="无法读写"):
        signing_key(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(DeskError, match="无法读写"):
        signing_key(tmp_path / "file" / "home")
    assert list((tmp_path / FILE).iterdir()) == []
