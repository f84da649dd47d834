import hashlib
import os
import time
from pathlib import Path

import pytest

from index.whole_files import digest, digest_of, read, settle, written


def test_a_file_is_there_once_it_is_whole_and_named(tmp_path: Path) -> None:
    with written(tmp_path, [b"ab", b"c"]) as part:
        assert part.name.startswith("."), "nobody who lists the folder sees it"
        part.rename(tmp_path / "whole")
    settle(tmp_path)
    assert (tmp_path / "whole").read_bytes() == b"abc"
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_what_fails_or_is_not_named_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), written(tmp_path, (1 // 0 and b"" for _ in range(1))):
        pass
    with written(tmp_path, [b"abc"]):
        pass
    assert [path.name for path in tmp_path.iterdir()] == []


def test_the_parts_of_a_killed_process_go_in_time_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    old, new = tmp_path / ".part-old", tmp_path / ".part-new"
    old.touch()
    new.touch()
    os.utime(old, (0, time.time() - 7_200))
    with written(tmp_path, []):
        assert not old.exists()
        assert new.exists()


def test_digests_and_reading(tmp_path: Path) -> None:
    file = tmp_path / "a"
    assert (digest(file), read(file, 3)) == ("", None)
    file.write_bytes(b"abcdef")
    assert digest(file) == digest_of(b"abcdef") == hashlib.sha256(b"abcdef").hexdigest()
    assert read(file, 3) == b"abcd"
