import sqlite3

import pytest
from sqlalchemy import URL, exc, make_url, text

from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.failures import explained, place

SERVER = make_url("postgresql://staff:hush@db.local:5433/desk?sslpassword=quiet")
FILE = make_url("sqlite:////srv/desk.sqlite3")


class ServerError(Exception):
    """What a server said, with its code."""

    def __init__(self, sqlstate: str | None, said: str = "said") -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


def file_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    return error


def told(url: URL, error: Exception) -> str:
    with pytest.raises(DatabaseUnavailableError) as caught, explained(url):
        raise error
    return str(caught.value)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (sqlite3.SQLITE_BUSY, "try again"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "try again"),
        (sqlite3.SQLITE_FULL, "make room"),
        (sqlite3.SQLITE_IOERR_WRITE, "check its rights and its disk"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "check its rights and its disk"),
        (sqlite3.SQLITE_CORRUPT, "restore it from a backup"),
    ],
)
def test_what_sqlite_says_is_told_with_what_to_do(code: int, meaning: str) -> None:
    said = told(FILE, exc.OperationalError("SELECT", {}, file_error(code)))
    assert meaning in said
    assert said.endswith(": /srv/desk.sqlite3 (said)")


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("55P03", "try again"),
        ("40P01", "try again"),
        ("53300", "try again"),
        ("53100", "make room"),
        ("57P01", "cannot be reached"),
        (None, "cannot be reached"),
    ],
)
def test_what_a_server_says_is_told_with_what_to_do(code: str | None, meaning: str) -> None:
    said = told(SERVER, exc.OperationalError("SELECT", {}, ServerError(code)))
    assert meaning in said
    assert said.endswith(": db.local:5433/desk (said)")


def test_a_server_that_is_only_a_copy_is_told() -> None:
    assert "check its rights" in told(SERVER, exc.InternalError("INSERT", {}, ServerError("25006")))


def test_a_password_that_the_database_repeats_is_not_told() -> None:
    said = told(SERVER, exc.OperationalError("", {}, ServerError(None, 'bad option "hush", or "quiet"\nhush')))
    assert said.endswith('(bad option "***", or "***")')


def test_too_few_connections_are_told() -> None:
    assert "try again" in told(SERVER, exc.TimeoutError())


@pytest.mark.parametrize(
    "error",
    [
        exc.IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE")),
        exc.OperationalError("SELECT", {}, file_error(sqlite3.SQLITE_ERROR)),
        exc.ProgrammingError("SELECT", {}, ServerError("42P01")),
        RuntimeError("ours"),
    ],
)
def test_errors_of_the_program_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, explained(FILE):
        raise error
    assert caught.value is error


def test_a_table_that_is_not_there_is_an_error_of_the_program(database: Database) -> None:
    with pytest.raises((exc.OperationalError, exc.ProgrammingError)), database.session() as session:
        session.execute(text("SELECT * FROM nowhere"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////srv/desk.sqlite3", "/srv/desk.sqlite3"),
        ("postgresql://staff:hush@db.local/desk", "db.local/desk"),
        ("postgresql://staff:hush@/desk?host=/run/postgresql&password=hush", "/run/postgresql/desk"),
    ],
)
def test_a_place_is_shown_without_user_and_password(url: str, shown: str) -> None:
    assert place(make_url(url)) == shown
