"""What `python -m desk` can be told. Knows nothing of what the commands do."""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """Return the parser; the command that it finds is named by `command`."""
    whole = argparse.ArgumentParser(
        prog="python -m desk",
        description="管理工作人员账号，导出和备份数据 / accounts of staff, exports and backups",
        epilog="退出码：0 成功，2 未完成，130 中断 / exit status: 0 well, 2 it could not be done, 130 interrupted",
    )
    commands = whole.add_subparsers(required=True, metavar="user | export | backup | restore | status")
    made = [*_user_parsers(commands.add_parser("user", help="工作人员账号 / accounts of staff"))]
    export = commands.add_parser("export", help="导出 / write conversations, leads or answers to a file")
    export.add_argument(
        "--what", required=True, choices=("conversations", "leads", "faq"), help="对话、线索或问答 / what to export"
    )
    export.add_argument("--format", required=True, choices=("csv", "jsonl"), help="格式 / format")
    export.add_argument("--since", type=_day, help="起始日期（含），如 2024-05-06 / first day, China's")
    export.add_argument("--until", type=_day, help="截止日期（含） / last day, China's")
    export.add_argument("-o", "--output", type=Path, help="输出文件，默认标准输出 / file; standard output if none")
    export.set_defaults(command="export")
    backup = commands.add_parser("backup", help="备份，服务可照常运行 / copy the database while the service runs")
    backup.add_argument("file", type=Path, help="备份文件 / file to make")
    backup.add_argument("--force", action="store_true", help="覆盖已有文件 / overwrite a file that is there")
    backup.set_defaults(command="backup")
    restore = commands.add_parser("restore", help="恢复备份，先停止服务 / put a backup back, the service being stopped")
    restore.add_argument("file", type=Path, help="备份文件 / the backup")
    restore.add_argument("--force", action="store_true", help="替换已有数据库 / replace the database there is")
    restore.set_defaults(command="restore")
    status = commands.add_parser("status", help="数据概况 / what there is")
    status.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    status.set_defaults(command="status")
    for command in (*made, export, backup, restore, status):
        command.add_argument("--home", type=Path, help="运行数据文件夹 / folder made at run time (PARK_HOME)")
    return whole


def _user_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    commands = parser.add_subparsers(required=True, metavar="add | list | password | disable | enable | role")
    add = commands.add_parser("add", help="新建账号 / open an account")
    add.add_argument("name", help="姓名 / name")
    add.add_argument("--role", choices=("staff", "admin"), default="staff", help="角色，默认 staff / role")
    add.set_defaults(command="user add")
    password = commands.add_parser("password", help="重设密码 / set another password")
    password.add_argument("name", help="姓名 / name")
    password.set_defaults(command="user password")
    for command in (add, password):
        command.add_argument(
            "--password-stdin", action="store_true", help="从标准输入读一行密码 / read the password as a line of stdin"
        )
    role = commands.add_parser("role", help="更改角色 / make someone admin or staff")
    role.add_argument("name", help="姓名 / name")
    role.add_argument("role", choices=("staff", "admin"), help="角色 / role")
    role.set_defaults(command="user role")
    disable = commands.add_parser("disable", help="停用账号 / let someone no longer sign in")
    enable = commands.add_parser("enable", help="启用账号 / let someone sign in again")
    for command, name in ((disable, "user disable"), (enable, "user enable")):
        command.add_argument("name", help="姓名 / name")
        command.set_defaults(command=name)
    listed = commands.add_parser("list", help="列出账号 / list the accounts")
    listed.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    listed.set_defaults(command="user list")
    yield from (add, password, role, disable, enable, listed)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"应为日期，如 2024-05-06 / a day was expected: {text}") from None
