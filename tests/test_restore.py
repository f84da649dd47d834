import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import select

from desk.backup import back_up
from desk.database import Database, open_database
from desk.errors import DatabaseTooNewError, DatabaseUnavailableError, DeskError
from desk.restore import restore
from desk.sqlite_files import check_whole, connect
from desk.tables import Account, AuditEvent, SignIn
from settings import Settings
from tests.desk_command import ROOT
from tests.desk_homes import sqlite_url
from tests.desk_rows import account, conversation, sign_in, turn
from tests.test_backup import counts, url_in, written_by_another


@pytest.fixture
def home(tmp_path: Path, made_file: Path) -> Path:
    """A home whose database has two conversations."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(made_file, home / "desk.sqlite3")
    with closing(Database(url_in(home))) as database, database.writing() as session:
        session.add_all([conversation(turns=[turn()]), conversation(turns=[turn(), turn(number=2)])])
    return home


@pytest.fixture
def backup(tmp_path: Path, made_file: Path) -> Path:
    """A backup with one conversation."""
    path = tmp_path / "the backup"
    shutil.copy(made_file, path)
    with closing(Database(sqlite_url(path))) as database, database.writing() as session:
        session.add(conversation(turns=[turn()]))
    back_up(sqlite_url(path), tmp_path / "copy")
    return (tmp_path / "copy").replace(path)


OLD, NEW = (2, 3), (1, 1)


def names(home: Path) -> set[str]:
    return {path.name for path in home.iterdir()} - {"desk.sqlite3.lock"}


def said(home: Path, sql: str) -> None:
    with closing(connect(home)) as connection:
        connection.execute(sql)


def test_into_an_empty_home(tmp_path: Path, backup: Path) -> None:
    home = tmp_path / "new"
    assert restore(url_in(home), backup, by="setup") is None
    assert counts(home / "desk.sqlite3") == NEW
    assert names(home) == {"desk.sqlite3"}
    assert (home / "desk.sqlite3").stat().st_mode & 0o777 == 0o600
    with closing(open_database(Settings(home=home))) as database, database.session() as session:
        (event,) = session.scalars(select(AuditEvent)).all()
        assert (event.by, event.action, event.detail) == ("setup", "database.restore", {"file": "the backup"})


def test_the_database_there_is_stays_unless_forced(home: Path, backup: Path) -> None:
    with pytest.raises(DeskError, match="--force"):
        restore(url_in(home), backup, by="setup")
    assert counts(home / "desk.sqlite3") == OLD
    held = backup.read_bytes()
    aside = restore(url_in(home), backup, force=True, by="setup")
    assert aside is not None
    assert aside.name.startswith("desk.sqlite3.before-restore-")
    assert (counts(home / "desk.sqlite3"), counts(aside)) == (NEW, OLD)
    assert backup.read_bytes() == held
    again = restore(url_in(home), aside, force=True, by="setup")
    assert again not in (aside, None)
    assert counts(home / "desk.sqlite3") == OLD
    assert names(home) == {"desk.sqlite3", aside.name, again.name if again else ""}


def test_who_has_signed_out_since_is_not_signed_in_again(home: Path, backup: Path) -> None:
    with closing(Database(sqlite_url(backup))) as database, database.writing() as session:
        session.add(account(id=1))
        session.flush()
        session.add(sign_in(account_id=1))
    restore(url_in(home), backup, force=True, by="setup")
    with closing(Database(url_in(home))) as database, database.session() as session:
        assert len(session.scalars(select(Account)).all()) == 1 and session.scalars(select(SignIn)).all() == []


def test_what_another_wrote_while_it_was_made_is_restored_whole(home: Path, tmp_path: Path) -> None:
    with written_by_another(url_in(home)):
        back_up(url_in(home), tmp_path / "b")
    found = counts(tmp_path / "b")
    restore(url_in(home), tmp_path / "b", force=True, by="setup")
    assert counts(home / "desk.sqlite3") == found
    check_whole(home / "desk.sqlite3")


def test_what_a_killed_service_left_in_its_wal_is_put_aside_too(home: Path, backup: Path) -> None:
    with written_by_another(url_in(home)):
        pass
    assert (home / "desk.sqlite3-wal").stat().st_size > 0
    aside = restore(url_in(home), backup, force=True, by="setup")
    assert aside is not None
    assert counts(aside) > OLD
    assert counts(home / "desk.sqlite3") == NEW


def test_a_copy_of_a_database_with_its_wal_is_restored_and_left_alone(home: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    with closing(Database(url_in(home))) as database:
        with database.writing() as session:
            session.add(conversation())
        for part in ("", "-wal"):
            shutil.copy(f"{home / 'desk.sqlite3'}{part}", f"{copied}{part}")
    held = {path.name: path.read_bytes() for path in tmp_path.glob("copied*")}
    assert len(held) == 2
    restore(url_in(tmp_path / "new"), copied, by="setup")
    assert counts(tmp_path / "new" / "desk.sqlite3") == (3, 3)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("copied*")} == held


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.write_text("no database, but long enough to be one" * 100), "not a database"),
        (lambda path: path.write_bytes(b""), "not a database of the staff desk"),
        (lambda path: path.write_bytes(path.read_bytes()[:-4096]), "malformed|damaged"),
        (lambda path: said(path, "DROP TABLE turn"), "not a database of the staff desk"),
        (lambda path: said(path, "DELETE FROM alembic_version"), "not a database of the staff desk"),
        (lambda path: said(path, "DELETE FROM conversation"), "damaged: ok; turn"),
        (lambda path: said(path, "UPDATE alembic_version SET version_num = 'next'"), "newer version"),
    ],
)
def test_what_cannot_be_used_changes_nothing(home: Path, backup: Path, make, reason: str) -> None:  # noqa: ANN001
    make(backup)
    held = backup.read_bytes()
    with pytest.raises(DeskError, match=rf"(?s)nothing was changed: .*({reason}).*") as caught:
        restore(url_in(home), backup, force=True, by="setup")
    assert isinstance(caught.value, DatabaseTooNewError) == (reason == "newer version")
    assert ".desk-restore-" not in str(caught.value)
    assert counts(home / "desk.sqlite3") == OLD
    assert backup.read_bytes() == held
    assert names(home) == {"desk.sqlite3"}


def test_an_older_schema_is_brought_up_to_date(home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for sql in ("CREATE TABLE other (id INTEGER)", "UPDATE alembic_version SET version_num = 'older'"):
        said(backup, sql)

    def migrate_from_older(url) -> None:  # noqa: ANN001
        said(Path(url.database), "DROP TABLE other")

    monkeypatch.setattr("desk.restore.migrate", migrate_from_older)
    restore(url_in(home), backup, force=True, by="setup")
    with closing(connect(home / "desk.sqlite3")) as connection:
        assert "other" not in {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def test_what_a_service_has_open_is_left_alone(home: Path, backup: Path) -> None:
    with closing(Database(url_in(home))) as database:
        with database.session() as session:
            assert session.scalars(select(AuditEvent)).all() == []
        with pytest.raises(DatabaseUnavailableError, match="stop the service first"):  # it is idle, and there
            restore(url_in(home), backup, force=True, by="setup")
        assert counts(home / "desk.sqlite3") == OLD
    restore(url_in(home), backup, force=True, by="setup")


def test_one_that_is_just_opening_it_is_waited_for_only_so_long(
    home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.restore.WAIT", 0.1)
    with FileLock(f"{home / 'desk.sqlite3'}.lock"), pytest.raises(DatabaseUnavailableError, match="busy"):
        restore(url_in(home), backup, force=True, by="setup")


def test_a_damaged_database_is_what_backups_are_for(home: Path, backup: Path) -> None:
    (home / "desk.sqlite3").write_bytes(b"damaged" * 1000)
    (home / "desk.sqlite3-wal").write_bytes(b"its wal")
    aside = restore(url_in(home), backup, force=True, by="setup")
    assert aside is not None
    assert aside.read_bytes() == b"damaged" * 1000
    assert Path(f"{aside}-wal").read_bytes() == b"its wal"
    assert counts(home / "desk.sqlite3") == NEW


def test_the_wal_of_a_database_that_is_gone_is_not_read_into_the_new_one(home: Path, backup: Path) -> None:
    with written_by_another(url_in(home)):
        pass
    (home / "desk.sqlite3").unlink()
    restore(url_in(home), backup, by="setup")
    assert counts(home / "desk.sqlite3") == NEW


def test_neither_itself_nor_nothing(home: Path) -> None:
    with pytest.raises(DeskError, match="the database itself"):
        restore(url_in(home), home / "desk.sqlite3", force=True, by="setup")
    with pytest.raises(DeskError, match="no such file"):
        restore(url_in(home), home / "none", force=True, by="setup")


KILLED = """
import os, signal, sys
from desk import restore, sqlite_files
step, when, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
module = Path if step == "replace" else restore
whole = getattr(module, step)
calls = 0
def killed(*arguments, **named):
    global calls
    calls += 1
    if calls == number and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    made = whole(*arguments, **named)
    if calls == number and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return made
setattr(module, step, killed)
from desk.__main__ import main
sys.exit(main(sys.argv[4:]))
"""
STEPS = [
    ("migrate", 1),
    ("make_single", 1),
    ("_taken", 1),
    ("copy_database", 1),
    ("replace", 1),
    ("replace", 2),
    ("sync", 3),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "number"), STEPS)
def test_killed_anywhere_it_leaves_one_of_the_two(home: Path, backup: Path, step: str, number: int, when: str) -> None:
    words = ["restore", str(backup), "--force", "--home", str(home)]
    code = "from pathlib import Path\n" + KILLED
    done = subprocess.run([sys.executable, "-c", code, step, when, str(number), *words], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    is_done = (step, number, when) in {("replace", 2, "after"), ("sync", 3, "before"), ("sync", 3, "after")}
    assert counts(home / "desk.sqlite3") == (NEW if is_done else OLD)
    check_whole(home / "desk.sqlite3")
    for aside in home.glob("*.before-restore-*"):
        if not aside.name.endswith(("-wal", "-shm")):
            assert counts(aside) == OLD
    restore(url_in(home), backup, force=True, by="setup")
    assert counts(home / "desk.sqlite3") == NEW
    assert not any(name.startswith(".desk-restore") for name in names(home))


def test_sqlite_tells_who_has_a_file_open(home: Path) -> None:
    with closing(connect(home / "desk.sqlite3")) as other, closing(connect(home / "desk.sqlite3")) as own:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT count(*) FROM turn").fetchone()
        own.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            own.execute("PRAGMA journal_mode = DELETE")
