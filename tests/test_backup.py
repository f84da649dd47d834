import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, func, make_url, select

from desk.backup import back_up, postgresql_command
from desk.database import Database
from desk.errors import DatabaseUnavailableError, DeskError
from desk.sqlite_files import check_whole, connect
from desk.tables import Conversation, Turn
from tests.desk_command import ROOT
from tests.desk_homes import INITDB, PostgresServer, sqlite_url
from tests.desk_rows import conversation, turn
from tests.waiting import wait_until

WRITER = """
import sys
from pathlib import Path
from sqlalchemy import make_url
from desk.database import Database
from tests.desk_rows import conversation, turn
database = Database(make_url(sys.argv[1]), wait=30)
while True:
    with database.writing() as session:
        session.add(conversation(turns=[turn(number=n, answer="长" * 2_000) for n in (1, 2, 3)]))
    print(flush=True)
"""


@pytest.fixture
def home(tmp_path: Path, made_file: Path) -> Path:
    """A home whose database has a turn."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(made_file, home / "desk.sqlite3")
    with closing(Database(url_in(home))) as database, database.writing() as session:
        session.add(conversation(turns=[turn()]))
    return home


def url_in(home: Path) -> URL:
    return sqlite_url(home / "desk.sqlite3")


def counts(path: Path) -> tuple[int, int]:
    with closing(Database(sqlite_url(path))) as database, database.session() as session:
        found = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Conversation, Turn)]
    return found[0], found[1]


@contextmanager
def written_by_another(url: URL) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes three turns a transaction, as fast as it can."""
    line = [sys.executable, "-c", WRITER, url.render_as_string(hide_password=False)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        try:
            writer.stdout.readline()
            yield writer
        finally:
            writer.kill()


def test_a_backup_is_the_whole_database_in_one_file(home: Path, tmp_path: Path) -> None:
    to = tmp_path / "备份 100%.sqlite3"
    assert back_up(url_in(home), to) == to.stat().st_size > 0
    assert to.stat().st_mode & 0o777 == 0o600
    check_whole(to)
    assert to.read_bytes()[18:20] == b"\x01\x01", "no WAL beside it is needed"
    assert counts(to) == (1, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"home", to.name}


def test_while_another_writes_each_backup_is_of_one_moment(home: Path, tmp_path: Path) -> None:
    with written_by_another(url_in(home)) as writer:
        found = []
        for number in range(5):
            back_up(url_in(home), tmp_path / f"{number}")
            check_whole(tmp_path / f"{number}")
            found.append(counts(tmp_path / f"{number}"))
            before = counts(home / "desk.sqlite3")
            assert wait_until(lambda before=before: counts(home / "desk.sqlite3") > before, 30), "the writer goes on"
        assert writer.poll() is None
    assert all(turns == 3 * conversations - 2 for conversations, turns in found), "no transaction is there in part"
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_what_is_there_stays_unless_forced(home: Path, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("before")
    with pytest.raises(DeskError, match="--force overwrites"):
        back_up(url_in(home), tmp_path / "b")
    assert (tmp_path / "b").read_text() == "before"
    back_up(url_in(home), tmp_path / "b", force=True)
    assert counts(tmp_path / "b") == (1, 1)


def test_the_database_is_never_its_own_backup(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home / "desk.sqlite3")
    for to in (home / "desk.sqlite3", tmp_path / "link"):
        with pytest.raises(DeskError, match="the database itself"):
            back_up(url_in(home), to, force=True)
    for to in (tmp_path, Path(os.devnull)):
        with pytest.raises(DeskError, match="plain file"):
            back_up(url_in(home), to, force=True)
    assert counts(home / "desk.sqlite3") == (1, 1)


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="no database yet"):
        back_up(url_in(tmp_path / "home"), tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_no_backup(home: Path, tmp_path: Path) -> None:
    path = home / "desk.sqlite3"
    held = bytearray(path.read_bytes())
    held[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    path.write_bytes(held)
    (tmp_path / "b").write_text("before")
    with pytest.raises(DeskError, match=r"damaged|malformed"):
        back_up(url_in(home), tmp_path / "b", force=True)
    assert (tmp_path / "b").read_text() == "before"
    assert {one.name for one in tmp_path.iterdir()} == {"home", "b"}


def test_a_database_that_is_locked_is_waited_for_only_so_long(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.sqlite_files.WAIT", 0.2)
    with closing(connect(home / "desk.sqlite3")) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailableError, match="busy"):
            back_up(url_in(home), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_folder_that_is_not_there_is_told(home: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError, match="the backup failed"):
        back_up(url_in(home), tmp_path / "none" / "b")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("postgresql://staff:hush@db:5433/desk", "--dbname=postgresql://staff@db:5433/desk"),
        ("postgresql+psycopg://staff:hush@/desk?host=/run/pg", "--dbname=postgresql://staff@/desk?host=%2Frun%2Fpg"),
        ("postgresql://db/desk?sslmode=require&password=hush&user=staff&sslpassword=hush", "--dbname=postgresql://db/desk?sslmode=require&user=staff"),
        ("postgresql://db/desk", "--dbname=postgresql://db/desk"),
    ],
)  # fmt: skip
def test_postgresql_has_its_own_commands_which_hold_no_password(told: str, shown: str) -> None:
    with pytest.raises(DeskError, match="pg_dump --format=custom") as caught:
        back_up(make_url(told), Path("b c"))
    assert "hush" not in str(caught.value)
    words = shlex.split(postgresql_command(make_url(told), "pg_dump", Path("b c")))
    assert words[-2:] == ["--file=b c", shown]
    assert shlex.split(postgresql_command(make_url(told), "pg_restore", Path("b c")))[-2:] == [shown, "b c"]


def test_the_commands_do_what_they_are_for(postgres: PostgresServer, made_database: str, tmp_path: Path) -> None:
    with postgres.database(made_database) as url:
        with closing(Database(url)) as database, database.writing() as session:
            session.add(conversation(turns=[turn()]))
        for tool in ("pg_dump", "pg_restore"):
            words = shlex.split(postgresql_command(url, tool, tmp_path / "b"))
            done = subprocess.run([INITDB[-1].with_name(tool), *words[1:]], capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
            if tool == "pg_dump":
                with closing(Database(url)) as database, database.writing() as session:
                    session.execute(Conversation.__table__.delete())
        with closing(Database(url)) as database, database.session() as session:
            assert session.scalar(select(func.count()).select_from(Turn)) == 1
