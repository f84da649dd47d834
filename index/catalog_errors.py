"""What SQLite and the disk say of a catalog file, as one of our errors that says what to do next."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexBusyError, IndexDamagedError, StorageError

RUN_BUILD = "请运行 / run: python -m index build"


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what goes wrong inside into one of our errors."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise IndexBusyError(f"目录库正忙，请稍后再试 / the catalog is busy, try again: {path}") from error
        raise StorageError(
            f"无法读写 {path}，请检查磁盘空间和权限 / cannot use it, check space and rights: {error}"
        ) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamagedError(
            f"目录库已损坏 / the catalog is damaged: {path} ({error}). 请删除此文件 / delete the file. {RUN_BUILD}"
        ) from error
    except OSError as error:
        raise StorageError(f"无法写入 {path.parent} / cannot write there: {error}") from error
