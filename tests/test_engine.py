from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from desk.engine import database_url, open_engine, with_driver
from desk.errors import DeskError
from settings import Settings
from tests.desk_homes import PostgresServer


def test_without_a_url_it_is_a_file_in_the_home_folder() -> None:
    url = database_url(Settings(home=Path("/srv/园区 #1")))
    assert (url.drivername, url.database) == ("sqlite+pysqlite", "/srv/园区 #1/desk.sqlite3")


@pytest.mark.parametrize(
    ("told", "driver"),
    [
        ("postgresql://staff:hush@db.local:5433/desk", "postgresql+psycopg"),
        ("postgresql+psycopg://staff:hush@db.local:5433/desk", "postgresql+psycopg"),
        ("sqlite:////srv/desk.sqlite3", "sqlite+pysqlite"),
    ],
)
def test_a_url_is_read_with_the_driver_that_is_installed(told: str, driver: str) -> None:
    assert database_url(Settings(database_url=SecretStr(told))) == make_url(told).set(drivername=driver)


@pytest.mark.parametrize("told", ["sqlite://", "sqlite:///:memory:", "sqlite+pysqlite:///"])
def test_a_database_in_memory_would_be_another_for_each_connection(told: str) -> None:
    with pytest.raises(DeskError, match="needs a file"):
        with_driver(make_url(told))


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(DeskError, match="only SQLite and PostgreSQL are supported, not mysql"):
        with_driver(make_url("mysql+pymysql://staff:hush@db.local/desk"))


def test_options_of_the_url_stay_beside_ours(postgres: PostgresServer) -> None:
    url = postgres.url("postgres").update_query_dict({"options": "-c statement_timeout=7s", "connect_timeout": "3"})
    engine = open_engine(url, wait=1.5)
    with engine.connect() as connection:
        shown = [connection.scalar(text(f"SHOW {name}")) for name in ("statement_timeout", "lock_timeout", "timezone")]
    engine.dispose()
    assert shown == ["7s", "1500ms", "UTC"]
