import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from desk.__main__ import main
from desk.accounts import Account, Accounts
from desk.database import Database, open_database
from desk.export import BOM
from desk.tables import AuditEvent
from settings import Settings
from tests.desk_command import ROOT, command, outcome, run
from tests.desk_homes import PostgresServer
from tests.desk_rows import conversation, entry, lead, turn
from tests.test_backup import counts, url_in, written_by_another

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD, OTHER = "plum tree 42", "pear tree 43"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without a database."""
    return tmp_path / "家"


@pytest.fixture
def filled(home: Path) -> Path:
    """A home with something to export."""
    with closing(open_database(Settings(home=home))) as database, database.writing() as session:
        session.add_all([conversation(turns=[turn(question="=有几套？"), turn(number=2)]), lead(), entry()])
    return home


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing, for commands in this process."""
    monkeypatch.setattr("desk.accounts.default_hasher", lambda: CHEAP)


def signed_in(home: Path, name: str, password: str, hasher: PasswordHasher | None = None) -> object:
    with closing(Database(url_in(home))) as database:
        return Accounts(database, hasher).verify(name, password)


def events(home: Path) -> list[tuple[str, str, object]]:
    with closing(Database(url_in(home))) as database, database.session() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [(row.action, row.subject, row.detail) for row in rows if row.by.startswith("command line (")]


def typed(line: Sequence[str], *answers: str) -> tuple[int, str]:
    """Run a command at a terminal, type an answer at each question, return its exit status and what was shown."""
    terminal, end = pty.openpty()
    with subprocess.Popen(line, cwd=ROOT, stdin=end, stdout=end, stderr=end, start_new_session=True) as process:
        os.close(end)
        shown, waiting = b"", list(answers)
        while read := _read(terminal):
            shown += read
            if waiting and shown.count(b": ") > len(answers) - len(waiting):
                time.sleep(0.1)  # getpass throws away what was typed before it asked
                os.write(terminal, waiting.pop(0).encode() + b"\n")
    os.close(terminal)
    return process.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""


def test_a_script_opens_an_account(home: Path) -> None:
    assert run(home, "user", "add", "王芳", "--role", "admin", "--password-stdin", given=f"{GOOD}\n".encode()) == (
        0, "已新建账号 account added: 王芳 (admin)\n", "",
    )  # fmt: skip
    assert isinstance(signed_in(home, "王芳", GOOD), Account)
    code, out, _ = run(home, "user", "list", "--json")
    (account,) = json.loads(out)
    assert (code, account["name"], account["role"], account["is_active"]) == (0, "王芳", "admin", True)
    assert "argon2" not in out
    assert events(home) == [("account.add", "account 1", {"name": "王芳", "role": "admin"})]


def test_a_person_is_asked_twice_and_shown_no_password(home: Path) -> None:
    code, shown = typed(command(home, "user", "add", "王芳"), GOOD, GOOD)
    assert (code, shown.count("password:"), shown.count("again:")) == (0, 1, 1)
    assert "已新建账号 account added: 王芳 (staff)" in shown
    assert GOOD not in shown
    assert isinstance(signed_in(home, "王芳", GOOD), Account)


def test_two_different_passwords_open_nothing(home: Path) -> None:
    code, shown = typed(command(home, "user", "add", "王芳"), GOOD, OTHER)
    assert code == 2
    assert "两次输入的密码不同 / the two passwords differ" in shown
    assert GOOD not in shown
    assert run(home, "user", "list") == (
        0,
        "还没有账号 no accounts yet: python -m desk user add NAME --role admin\n",
        "",
    )


def test_the_life_of_an_account(
    home: Path, cheap: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def desk(*words: str) -> int:
        monkeypatch.setattr(
            "sys.stdin.readline", lambda: f"{OTHER if words[1] == 'password' else GOOD}\r\n", raising=False
        )
        return main([*words, "--home", str(home)])

    assert desk("user", "add", "Wang Fang", "--role", "admin", "--password-stdin") == 0
    assert desk("user", "disable", "wang fang") == desk("user", "role", "wang fang", "staff") == 2
    assert capsys.readouterr().err.count("错误 / error: 这是最后一个可用的管理员") == 2
    assert desk("user", "add", "李雷", "--password-stdin") == 0
    assert desk("user", "add", "WANG FANG", "--password-stdin") == 2
    assert desk("user", "role", "李雷", "admin") == desk("user", "disable", "Wang Fang") == 0
    capsys.readouterr()
    assert desk("user", "list") == 0
    assert capsys.readouterr().out == "Wang Fang\tadmin\t已停用 disabled\n李雷\tadmin\t可用 active\n"
    assert desk("user", "enable", "Wang Fang") == desk("user", "password", "Wang Fang", "--password-stdin") == 0
    assert isinstance(signed_in(home, "Wang Fang", OTHER, CHEAP), Account)
    assert [action for action, *_ in events(home)] == [
        "account.add", "account.add", "account.role", "account.disable", "account.enable", "account.password",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("user", "add", "王\n芳"), b"", "姓名不能含控制字符"),
        (("user", "add", "王芳", "--password-stdin"), b"", "密码至少10个字符"),
        (("user", "add", "王芳", "--password-stdin"), b"password123", "太常见"),
        (("user", "add", "王芳", "--password-stdin"), b"\xff" * 12, "密码最长"),
        (("user", "password", "nobody", "--password-stdin"), b"plum tree 42", "没有这个账号"),
        (("status",), b"", "还没有数据库 / there is no database yet"),
        (("backup", "b"), b"", "还没有数据库"),
        (("restore", "none"), b"", "没有这个文件"),
    ],
)
def test_what_cannot_be_done_is_said_chinese_first_and_is_exit_status_2(
    home: Path, words: Sequence[str], given: bytes, said: str
) -> None:
    code, out, error = run(home, *words, given=given)
    assert (code, out) == (2, "")
    assert error.startswith(f"错误 / error: {said}") or said in error
    assert error.count("\n") == 1
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--what", "all", "--format", "csv"),
        ("export", "--what", "faq", "--format", "csv", "--since", "yesterday"),
        ("user",),
        (),
    ],
)
def test_what_is_no_command_is_exit_status_2(
    home: Path, words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*words])
    assert "usage" in capsys.readouterr().err
    assert not home.exists()


def test_help_needs_no_libraries_and_speaks_utf8_in_any_locale() -> None:
    code = (
        "import sys; from desk.__main__ import main\n"
        "try: main(['--help'])\n"
        "finally: assert not {'sqlalchemy', 'argon2', 'alembic'} & sys.modules.keys()"
    )
    code, out, error = outcome([sys.executable, "-c", code], LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (code, error) == (0, "")
    assert "退出码：0 成功" in out


def test_export_to_the_screen_and_to_a_file(filled: Path, tmp_path: Path) -> None:
    code, out, error = run(filled, "export", "--what", "conversations", "--format", "csv", LC_ALL="C")
    assert (code, error) == (0, "已导出 exported: 2\n")
    assert out.startswith(f"{BOM}conversation,number,")
    assert ",'=有几套？," in out
    to = tmp_path / "out.jsonl"
    to.write_text("before")
    words = ("export", "--what", "conversations", "--format", "jsonl", "--since", "2024-05-06", "--until", "2024-05-06")
    assert run(filled, *words, "-o", to) == (0, "", "已导出 exported: 2\n")
    assert [json.loads(line)["question"] for line in to.read_text("utf-8").splitlines()] == [
        "=有几套？",
        "公寓有几套？",
    ]
    assert to.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"家", "out.jsonl"}
    assert [event[:2] for event in events(filled)] == [("export", "conversations")] * 2
    assert events(filled)[1][2] == {"format": "jsonl", "since": "2024-05-06", "until": "2024-05-06"}


def test_an_export_that_fails_leaves_the_file_as_it_was(filled: Path, tmp_path: Path) -> None:
    words = ("export", "--what", "leads", "--format", "csv", "-o")
    code, _, error = run(filled, *words, tmp_path / "none" / "out")
    assert (code, "无法读写文件" in error) == (2, True)
    assert run(filled, *words, os.devnull)[0] == 2
    assert Path(os.devnull).is_char_device()


def test_a_reader_that_leaves_ends_an_export_quietly(filled: Path) -> None:
    with closing(Database(url_in(filled))) as database, database.writing() as session:
        session.add(conversation(turns=[turn(number=n, answer="长" * 2_000) for n in range(1, 200)]))
    line = command(filled, "export", "--what", "conversations", "--format", "csv")
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as export:
        assert export.stdout and export.stderr
        export.stdout.read(10)
        export.stdout.close()
        error = export.stderr.read().decode()
    assert (export.returncode, error) == (2, "错误 / error: 输出被中断 / whoever read the output has left\n")


def test_backup_and_restore_while_and_after_another_writes(filled: Path, tmp_path: Path) -> None:
    made = tmp_path / "备份"
    with written_by_another(url_in(filled)):
        code, out, error = run(filled, "backup", made)
        assert (code, error) == (0, "")
        assert out == f"已备份 backed up: {made} ({made.stat().st_size} bytes)\n"
        assert run(filled, "backup", made)[0] == 2
        assert run(filled, "backup", made, "--force")[0] == 0
        held = counts(made)
        code, _, error = run(filled, "restore", made, "--force")
        assert (code, "请先停止服务" in error) == (2, True)
    after = counts(filled / "desk.sqlite3")
    assert after > held
    assert run(filled, "restore", made)[0] == 2
    code, out, error = run(filled, "restore", made, "--force")
    assert (code, error) == (0, "")
    (aside,) = filled.glob("*.before-restore-*")
    assert out == f"已恢复 restored: {made}\n原数据库在 the former database is: {aside}\n"
    assert (counts(filled / "desk.sqlite3"), counts(aside)) == (held, after)


def test_a_restore_killed_at_any_moment_leaves_one_of_the_two(filled: Path, tmp_path: Path) -> None:
    made = tmp_path / "b"
    assert run(filled, "backup", made)[0] == 0
    new = counts(made)
    with closing(Database(url_in(filled))) as database, database.writing() as session:
        session.add_all([conversation() for _ in range(3)])
    old = counts(filled / "desk.sqlite3")
    line = command(filled, "restore", made, "--force")
    began = time.monotonic()
    assert outcome(line)[0] == 0
    whole = time.monotonic() - began
    assert outcome(command(filled, "restore", next(filled.glob("*.before-restore-*")), "--force"))[0] == 0
    for part in range(6):
        with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as restore:
            time.sleep(whole * (0.5 + part / 10))
            restore.kill()
        assert restore.returncode in (0, -signal.SIGKILL)
        assert counts(filled / "desk.sqlite3") in (old, new)


def test_status(filled: Path) -> None:
    code, out, _ = run(filled, "status", "--json")
    figures = json.loads(out)
    assert (code, figures["turns"], figures["leads_new"]) == (0, 2, 1)
    assert figures["database"] == str(filled / "desk.sqlite3")
    assert "conversations: 1\n" in run(filled, "status")[1]


def test_on_postgresql_its_own_commands_are_named_and_the_rest_works(
    postgres: PostgresServer, made_database: str, home: Path, tmp_path: Path
) -> None:
    with postgres.database(made_database) as url:
        told = url.set(drivername="postgresql", password="hush").render_as_string(hide_password=False)
        for words, tool in ((("backup", tmp_path / "b"), "pg_dump"), (("restore", tmp_path / "b"), "pg_restore")):
            code, out, error = run(home, *words, PARK_DATABASE_URL=told)
            assert (code, out, f": {tool} --" in error) == (2, "", True)
            assert "hush" not in error
        given = f"{GOOD}\n".encode()
        assert run(home, "user", "add", "王芳", "--password-stdin", given=given, PARK_DATABASE_URL=told)[0] == 0
        with closing(Database(url)) as database, database.writing() as session:
            session.add(conversation(turns=[turn()]))
        code, out, _ = run(home, "export", "--what", "conversations", "--format", "jsonl", PARK_DATABASE_URL=told)
        assert (code, json.loads(out)["number"]) == (0, 1)
        assert json.loads(run(home, "status", "--json", PARK_DATABASE_URL=told)[1])["accounts_active"] == 1
    assert not home.exists()


def test_the_password_of_a_server_that_is_down_is_not_shown(home: Path) -> None:
    code, _, error = run(home, "user", "list", PARK_DATABASE_URL="postgresql://staff:hush@127.0.0.1:9/desk")
    assert (code, "hush" in error, "PARK_DATABASE_URL" in error) == (2, False, True)
