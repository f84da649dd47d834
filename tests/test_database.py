import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, select, text
from sqlalchemy.exc import IntegrityError

from desk.database import Database, open_database
from desk.errors import DatabaseUnavailableError
from desk.tables import Account, AuditEvent
from settings import Settings
from tests.desk_homes import PostgresServer
from tests.desk_rows import account, audit_event


@pytest.fixture
def other(database_url: URL) -> Iterator[Database]:
    """The same database once more, as another process has it, which waits for little."""
    with closing(Database(database_url, wait=0.2)) as other:
        yield other


def names(database: Database) -> list[str]:
    with database.session() as session:
        return list(session.scalars(select(Account.name).order_by(Account.name)))


def fail() -> None:
    raise RuntimeError("half-way")


@pytest.mark.parametrize("way", ["session", "writing"])
def test_what_is_written_is_kept_and_what_fails_is_undone(database: Database, way: str) -> None:
    begin = getattr(database, way)
    with begin() as session:
        session.add(account(name="kept"))
    with pytest.raises(RuntimeError), begin() as session:
        session.add(account(name="undone"))
        session.flush()
        fail()
    assert names(database) == ["kept"]


def test_rows_can_still_be_read_after_the_end(database: Database) -> None:
    row = account()
    with database.writing() as session:
        session.add(row)
    assert (row.name, row.failures) == ("王芳", 0)


def test_writers_come_one_after_the_other_and_lose_nothing(database: Database, database_url: URL) -> None:
    with database.writing() as session:
        session.add(account())

    def count_up(_: int) -> None:
        with closing(Database(database_url, wait=30)) as own:
            for _ in range(5):
                with own.writing() as session:
                    session.scalars(select(Account)).one().failures += 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(4)))
    with database.session() as session:
        assert session.scalars(select(Account.failures)).one() == 20


def test_a_writer_waits_only_so_long_for_another(database: Database, other: Database) -> None:
    with (
        database.writing(),
        pytest.raises(DatabaseUnavailableError, match="the database is busy, try again"),
        other.writing(),
    ):
        pytest.fail("two writers at a time")
    with other.writing() as session:
        session.add(account())
    assert names(database) == ["王芳"]


def test_readers_do_not_wait_for_a_writer_and_see_what_was_before(database: Database, other: Database) -> None:
    with database.writing() as session:
        session.add(account())
        session.flush()
        assert names(other) == []
    assert names(other) == ["王芳"]


def test_sqlite_refuses_to_write_on_what_has_changed_since_it_was_read(tmp_path: Path) -> None:
    with closing(open_database(Settings(home=tmp_path))) as database:
        with pytest.raises(DatabaseUnavailableError, match="busy"), database.session() as session:
            session.scalars(select(Account)).all()
            with database.writing() as writing:
                writing.add(account(name="first"))
            session.add(account(name="second"))
        assert names(database) == ["first"]


def test_many_threads_have_a_session_each(database: Database) -> None:
    together = threading.Barrier(8, timeout=30)

    def read(_: int) -> list[str]:
        with database.session() as session:
            together.wait()
            return list(session.scalars(select(Account.name)))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(read, range(8))) == [[]] * 8


def test_who_finds_no_connection_left_is_told_so(database_url: URL) -> None:
    with closing(Database(database_url, wait=0.1)) as database:
        sessions = [database.session() for _ in range(15)]
        for session in sessions:
            session.__enter__().execute(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailableError, match="busy"), database.session() as session:
            session.execute(text("SELECT 1"))
        for session in sessions:
            session.__exit__(None, None, None)


def test_an_error_shows_no_values(database: Database) -> None:
    with database.writing() as session:
        session.add(account())
    with pytest.raises(IntegrityError) as caught, database.writing() as session:
        session.add(account(password_hash="hush"))
    assert "hush" not in str(caught.value)


def test_both_kinds_keep_foreign_keys_and_speak_utc(database: Database) -> None:
    with database.session() as session:
        if database.is_sqlite:
            found = [session.scalar(text(f"PRAGMA {name}")) for name in ("foreign_keys", "journal_mode")]
            assert found == [1, "wal"]
        else:
            assert session.scalar(text("SHOW timezone")) == "UTC"


def test_the_home_holds_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = tmp_path / "家 100%?#" / "var"
    for _ in range(2):  # made, then opened
        with closing(open_database(Settings(home=home))) as database, database.writing() as session:
            session.add(audit_event())
    with closing(open_database(Settings(home=home))) as database, database.session() as session:
        assert len(session.scalars(select(AuditEvent)).all()) == 2
        assert database.is_sqlite
        assert database.place == str(home / "desk.sqlite3")
        assert {path.stat().st_mode & 0o777 for path in home.glob("desk.sqlite3*") if path.suffix != ".lock"} == {0o600}
    assert {path.name for path in home.iterdir()} <= {"desk.sqlite3", "desk.sqlite3.lock"}


def test_the_database_that_is_set_is_opened(empty_url: URL, tmp_path: Path) -> None:
    plain = empty_url.set(drivername=empty_url.get_backend_name()).render_as_string(hide_password=False)
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(plain))
    with closing(open_database(settings)) as database:
        assert names(database) == []
        assert str(empty_url.database) in database.place
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "told", ["postgresql://staff:hush@127.0.0.1:9/desk", "postgresql://staff:hush@/desk?host=/nowhere"]
)
def test_a_server_that_is_down_is_told_without_the_password(told: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"PARK_DATABASE_URL.*/desk") as caught:
        open_database(Settings(database_url=SecretStr(told)))
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_a_database_that_does_not_exist_is_told(postgres: PostgresServer) -> None:
    told = SecretStr(postgres.url("nothing").render_as_string(hide_password=False))
    with pytest.raises(DatabaseUnavailableError, match='"nothing" does not exist'):
        open_database(Settings(database_url=told))


def test_a_server_that_went_and_came_back_is_used_again(postgres: PostgresServer) -> None:
    with postgres.database() as url, closing(Database(url)) as database:
        with pytest.raises(DatabaseUnavailableError, match="cannot be reached"), database.session() as session:
            session.execute(text("SELECT 1"))
            postgres.disconnect_all(url)
            session.execute(text("SELECT 1"))
        for _ in range(2):  # the connection that was cut is thrown away, and so is one that waited in the pool
            with database.session() as session:
                assert session.scalar(text("SELECT 1")) == 1
            postgres.disconnect_all(url)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").write_text("no database, but long enough to be taken for one" * 100)
    with pytest.raises(DatabaseUnavailableError, match=r"restore it from a backup: .*desk\.sqlite3"):
        open_database(Settings(home=tmp_path))


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailableError, match=r"check its rights.*file"):
        open_database(Settings(home=tmp_path / "file" / "var"))


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    with closing(open_database(Settings(home=tmp_path))) as database:
        with pytest.raises(DatabaseUnavailableError, match="make room"), database.writing() as session:
            session.execute(text("PRAGMA max_page_count = 1"))  # SQLite says of this what it says of a full disk
            session.add(account())
            session.add(audit_event(detail={"long": "长" * 1_000_000}))
        assert names(database) == []
