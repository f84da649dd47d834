import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desk.errors import DatabaseUnavailableError, DeskError
from desk.sqlite_files import check_whole, connect, copy_database, explained, make_single


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a thousand rows, in WAL mode."""
    with closing(connect(tmp_path / "a")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE one (id INTEGER PRIMARY KEY, words TEXT, parent REFERENCES one)")
        connection.executemany("INSERT INTO one VALUES (?, ?, NULL)", ((n, f"words {n}" * 20) for n in range(1000)))
    return tmp_path / "a"


def count(path: Path) -> int:
    with closing(connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM one").fetchone()[0])


def test_a_copy_is_one_file_that_only_its_owner_reads(path: Path) -> None:
    copy = path.with_name("b")
    with closing(connect(path)) as source:
        copy_database(source, copy)
        source.execute("DELETE FROM one")
    check_whole(copy)
    assert (count(copy), count(path)) == (1000, 0)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.glob("b*")) == ["b"]


def test_what_is_beside_a_file_is_brought_into_it(path: Path) -> None:
    with closing(connect(path)) as other:
        other.execute("INSERT INTO one VALUES (1000, '', NULL)")
        before = path.read_bytes()
        with pytest.raises(sqlite3.OperationalError, match="locked"):  # another has it open
            make_single(path)
        other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        assert path.read_bytes() != before
    make_single(path)
    assert path.read_bytes()[18:20] == b"\x01\x01"
    assert count(path) == 1001


def test_damage_is_found(path: Path) -> None:
    make_single(path)
    held = bytearray(path.read_bytes())
    held[4096 * 3 : 4096 * 3 + 200] = b"\xff" * 200
    path.write_bytes(held)
    with pytest.raises((DeskError, sqlite3.DatabaseError), match=r"damaged|malformed"):
        check_whole(path)


def test_a_row_that_points_nowhere_is_found(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE one SET parent = 5000 WHERE id = 3")
    with pytest.raises(DeskError, match="damaged: ok; one"):
        check_whole(path)


def test_what_the_disk_refuses_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseUnavailableError, match=r"it failed: .*file.*No such file"),
        explained("it failed", tmp_path / "file"),
    ):
        (tmp_path / "file").read_bytes()
