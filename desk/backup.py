"""A whole copy of the SQLite database while the service writes; for a database on PostgreSQL, the command to use.

Made entirely or not at all, also when it is killed. Knows nothing of what is in the tables.
"""

import shlex
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Literal

from sqlalchemy import URL

from desk.errors import DeskError
from desk.sqlite_files import check_whole, connect, copy_database, explained, sync


def back_up(url: URL, to: Path, force: bool = False) -> int:
    """Copy the database at `url` to a new file, as of one moment, checked; return its size in bytes.

    Only the owner may read it. Raises DeskError when it cannot be made, or is there already and not `force`d; what was
    there before is then still there.
    """
    source = database_file(url, "pg_dump", to)
    if not source.is_file():
        raise DeskError(f"还没有数据库 / there is no database yet: {source}")
    _check_free(to, source, force)
    with explained("备份失败，未留下任何文件 / the backup failed and left no file", to):
        with tempfile.TemporaryDirectory(prefix=".desk-backup-", dir=to.parent) as folder:
            copy = Path(folder) / "copy"
            with closing(connect(source)) as connection:
                copy_database(connection, copy)
            check_whole(copy)
            sync(copy)
            _check_free(to, source, force)
            size = copy.stat().st_size
            copy.replace(to)
        sync(to.parent)
    return size


def _check_free(to: Path, source: Path, force: bool) -> None:
    if not to.exists():
        return
    if not to.is_file():
        raise DeskError(f"不是普通文件 / it is not a plain file: {to}")
    if to.samefile(source):
        raise DeskError(f"这就是正在使用的数据库 / this is the database itself: {to}")
    if not force:
        raise DeskError(f"文件已存在；如要覆盖，请加 --force / the file exists, --force overwrites it: {to}")


def database_file(url: URL, tool: Literal["pg_dump", "pg_restore"], file: Path) -> Path:
    """Return where SQLite's file is; raises DeskError with the command to use when the database is on a server."""
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "")
    command = postgresql_command(url, tool, file)
    raise DeskError(
        f"数据库在 PostgreSQL 上，请用它自己的命令（密码另行输入，或写在 ~/.pgpass 中）/ the database is on "
        f"PostgreSQL, use its own command (it asks for the password, or reads ~/.pgpass): {command}"
    )


def postgresql_command(url: URL, tool: Literal["pg_dump", "pg_restore"], file: Path) -> str:
    """Return the command that backs up or restores a PostgreSQL database, without any password."""
    query = {name: value for name, value in url.query.items() if "password" not in name}
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    to = f"--dbname={shown.render_as_string()}"
    if tool == "pg_dump":
        return shlex.join([tool, "--format=custom", "--no-owner", f"--file={file}", to])
    return shlex.join([tool, "--clean", "--if-exists", "--no-owner", "--single-transaction", to, str(file)])
