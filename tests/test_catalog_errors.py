import sqlite3
from pathlib import Path

import pytest

from index.catalog_errors import explained
from index.errors import IndexBusyError, IndexDamagedError, ParkError, StorageError


@pytest.mark.parametrize(
    ("raised", "told", "words"),
    [
        (sqlite3.OperationalError("database is locked"), IndexBusyError, "正忙"),
        (sqlite3.OperationalError("disk I/O error"), StorageError, "磁盘空间"),
        (sqlite3.DatabaseError("file is not a database"), IndexDamagedError, "已损坏"),
        (OSError("no"), StorageError, "无法写入"),
    ],
)
def test_what_goes_wrong_is_told_with_what_to_do(raised: Exception, told: type[ParkError], words: str) -> None:
    with pytest.raises(told, match=words) as caught, explained(Path("x/catalog.sqlite3")):
        raise raised
    assert caught.value.__cause__ is raised


def test_our_own_errors_pass() -> None:
    with pytest.raises(LookupError), explained(Path("x")):
        raise LookupError
