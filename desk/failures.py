"""What a database and its disk say when they cannot, turned into one of our errors, with what to do next.

Errors of the program itself, such as a broken constraint, go through unchanged.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, exc

from desk.errors import DatabaseUnavailableError

BUSY = "数据库正忙，请稍后再试 / the database is busy, try again"
FULL = "数据库所在磁盘已满，请腾出空间 / the database's disk is full, make room on it"
DAMAGED = "数据库文件已损坏，请从备份恢复 / the database's file is damaged, restore it from a backup"
REFUSED = "无法读写数据库，请检查文件权限和磁盘 / the database cannot be used, check its rights and its disk"
DOWN = (
    "无法连接数据库，请检查服务器和 PARK_DATABASE_URL "
    "/ the database cannot be reached, check its server and PARK_DATABASE_URL"
)

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_READONLY: REFUSED,
    sqlite3.SQLITE_IOERR: REFUSED,
    sqlite3.SQLITE_CANTOPEN: REFUSED,
    sqlite3.SQLITE_PERM: REFUSED,
}
_BY_SQLSTATE = {
    "25006": REFUSED,  # the server is a read-only copy
    "40001": BUSY,  # two writers in each other's way
    "40P01": BUSY,
    "53100": FULL,
    "53300": BUSY,  # too many connections
    "55P03": BUSY,  # waited too long for a lock
    "57014": BUSY,  # took too long
}


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Raise DatabaseUnavailableError when the database at `url` cannot be used, for whatever reason outside of us."""
    try:
        yield
    except exc.TimeoutError as error:
        raise DatabaseUnavailableError(f"{BUSY}: {place(url)}") from error
    except exc.DBAPIError as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise DatabaseUnavailableError(f"{meaning}: {place(url)} ({first_line(error, url)})") from error


def place(url: URL) -> str:
    """Return where a database is, fit to be shown: neither user nor password nor options."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    host = url.host or url.query.get("host", "")
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}/{url.database or ''}"


def first_line(error: exc.DBAPIError, url: URL) -> str:
    """Return what the database itself said, in a line, without the passwords even where it repeats them."""
    said = str(error.orig).strip().partition("\n")[0]
    told = [str(value) for name, value in url.query.items() if "password" in name]
    for secret in filter(None, [url.password and str(url.password), *told]):
        said = said.replace(secret, "***")
    return said


def _meaning(error: exc.DBAPIError) -> str | None:
    """Return what an error means to whoever runs the service; None for one that they can do nothing about."""
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return None if code is None else _BY_SQLITE_CODE.get(code & 0xFF)  # the rest of the bits say why
    known = _BY_SQLSTATE.get(getattr(error.orig, "sqlstate", None) or "")
    if known is None and isinstance(error, exc.OperationalError | exc.InterfaceError):
        return DOWN
    return known
