"""`python -m desk user | export | backup | restore | status`: the staff desk's data from the command line.

Exit status: 0 well, 2 it could not be done, 130 interrupted.
"""

import argparse
import getpass
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from desk.arguments import parser
from desk.errors import DeskError
from index.errors import ParkError
from settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from desk.accounts import Accounts
    from desk.database import Database


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _speak_utf8()
    options = parser().parse_args(arguments)
    try:
        _COMMANDS[options.command](load_settings(home=options.home), options)
    except (ParkError, SettingsError) as error:
        return _failed(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains again at its end
        return _failed("输出被中断 / whoever read the output has left")
    except OSError as error:
        return _failed(f"无法读写文件 / a file cannot be read or written: {error}")
    except KeyboardInterrupt:
        print("已中断 / interrupted", file=sys.stderr)
        return 130
    return 0


def _failed(reason: str) -> int:
    print(f"错误 / error: {' '.join(reason.split())}", file=sys.stderr)
    return 2


def _speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale; what is not valid is shown rather than ends a command."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def _database(settings: Settings) -> "Iterator[Database]":
    # Each command imports what it needs: `--help` should not wait for the database's libraries.
    from desk.database import open_database

    with closing(open_database(settings)) as database:
        yield database


@contextmanager
def _accounts(settings: Settings) -> "Iterator[Accounts]":
    from desk.accounts import Accounts

    with _database(settings) as database:
        yield Accounts(database)


def _by() -> str:
    """Return who is at the command line, as the audit shows it."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"command line ({os.getuid()})"


def _asked_password(options: argparse.Namespace) -> str:
    from desk.account_rules import AccountError

    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        first = getpass.getpass("密码 / password: ")
        again = getpass.getpass("再输一次 / again: ")
    except EOFError:
        raise AccountError("没有输入密码 / no password was given") from None
    if first != again:
        raise AccountError("两次输入的密码不同 / the two passwords differ")
    return first


def _add(settings: Settings, options: argparse.Namespace) -> None:
    from desk.account_rules import clean_name

    clean_name(options.name)  # before anybody types a password
    with _accounts(settings) as accounts:
        account = accounts.add(options.name, _asked_password(options), options.role, by=_by())
    print(f"已新建账号 account added: {account.name} ({account.role})")


def _password(settings: Settings, options: argparse.Namespace) -> None:
    with _accounts(settings) as accounts:
        accounts.change_password(options.name, _asked_password(options), by=_by())
    print(f"密码已更改 password changed: {options.name}")


def _role(settings: Settings, options: argparse.Namespace) -> None:
    with _accounts(settings) as accounts:
        accounts.set_role(options.name, options.role, by=_by())
    print(f"角色已设为 role is now {options.role}: {options.name}")


def _active(settings: Settings, options: argparse.Namespace, is_active: bool) -> None:
    with _accounts(settings) as accounts:
        accounts.set_active(options.name, is_active, by=_by())
    print(f"{'账号已启用 enabled' if is_active else '账号已停用 disabled'}: {options.name}")


def _list(settings: Settings, options: argparse.Namespace) -> None:
    with _accounts(settings) as accounts:
        found = accounts.list()
    if options.json:
        told = ("id", "name", "role", "is_active", "created_at", "password_changed_at")
        rows = [{name: getattr(account, name) for name in told} for account in found]
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    for account in found:
        print(f"{account.name}\t{account.role}\t{'可用 active' if account.is_active else '已停用 disabled'}")
    if not found:
        print("还没有账号 no accounts yet: python -m desk user add NAME --role admin")


def _export(settings: Settings, options: argparse.Namespace) -> None:
    from desk.export import export

    days = (options.since, options.until)
    with _database(settings) as database, _output(options.output) as out:
        count = export(database, options.what, options.format, days, out, by=_by())
    print(f"已导出 exported: {count}", file=sys.stderr)


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """Give what to write to; a file is there when it is whole, and only its owner may read it."""
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(newline="")
        yield sys.stdout
        sys.stdout.flush()
        return
    if path.exists() and not path.is_file():
        raise DeskError(f"不是普通文件 / it is not a plain file: {path}")
    with tempfile.TemporaryDirectory(prefix=".desk-export-", dir=path.parent) as folder:
        made = Path(folder) / "export"
        made.touch(mode=0o600)
        with made.open("w", encoding="utf-8", newline="") as out:
            yield out
        made.replace(path)


def _backup(settings: Settings, options: argparse.Namespace) -> None:
    from desk.backup import back_up
    from desk.engine import database_url

    size = back_up(database_url(settings), options.file, options.force)
    print(f"已备份 backed up: {options.file} ({size} bytes)")


def _restore(settings: Settings, options: argparse.Namespace) -> None:
    from desk.engine import database_url
    from desk.restore import restore

    aside = restore(database_url(settings), options.file, options.force, by=_by())
    print(f"已恢复 restored: {options.file}")
    if aside:
        print(f"原数据库在 the former database is: {aside}")


def _status(settings: Settings, options: argparse.Namespace) -> None:
    from desk.engine import database_url
    from desk.status import status

    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DeskError(f"还没有数据库 / there is no database yet: {url.database}")
    with _database(settings) as database:
        figures = status(database)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    for key, value in figures.items():
        print(f"{key}: {value}")


_COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], None]] = {
    "user add": _add,
    "user list": _list,
    "user password": _password,
    "user disable": partial(_active, is_active=False),
    "user enable": partial(_active, is_active=True),
    "user role": _role,
    "export": _export,
    "backup": _backup,
    "restore": _restore,
    "status": _status,
}

if __name__ == "__main__":
    sys.exit(main())
