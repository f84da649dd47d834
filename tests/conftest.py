"""Fixtures that several test files share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL

from bench.screenshots import ARGUMENTS
from desk.database import Database
from desk.migrate import migrate
from index.build import sync
from index.embed import SentenceTransformerEmbedder, open_embedder
from index.model import make_model
from rag.chain import Chain, open_chain
from settings import load_settings
from tests.desk_homes import INITDB, MISSING, PostgresServer, postgres_server, sqlite_url

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent

# Whoever runs the tests may have a service configured; only the place of the evaluation data is meant for tests.
for name in [name for name in os.environ if name.upper().startswith("PARK_") and name != "PARK_EVAL_DATA"]:
    del os.environ[name]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium or Chrome; skips where there is none, fails where CI should have put one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    reason = "no Chromium or Chrome is installed (on Debian: apt install chromium fonts-noto-cjk)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """A headless browser; whoever runs no test of the page does without its library."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def model_home() -> Path:
    """The home that `make run` uses, with the built-in model in it: made by whoever comes first, kept for the next."""
    home = ROOT / "var"
    make_model(home)
    return home


@pytest.fixture(scope="session")
def embedder(model_home: Path) -> SentenceTransformerEmbedder:
    """The built-in model, opened once for the whole run."""
    return open_embedder(load_settings(home=model_home, embedding_model=""))


@pytest.fixture(scope="session")
def park_index_home(
    tmp_path_factory: pytest.TempPathFactory, model_home: Path, embedder: SentenceTransformerEmbedder
) -> Path:
    """A home with an index of the park's own reports, built once, beside the model that every test shares."""
    home = tmp_path_factory.mktemp("park")
    (home / "models").symlink_to(model_home / "models", target_is_directory=True)
    assert not sync(load_settings(home=home, corpus=ROOT / "corpus"), embedder).failed
    return home


@pytest.fixture(scope="session")
def chain(park_index_home: Path) -> Iterator[Chain]:
    """The answering side over the park's own reports."""
    chain = open_chain(load_settings(home=park_index_home, corpus=ROOT / "corpus"))
    yield chain
    chain.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run; skips where there is none, fails where CI should have put one."""
    if not INITDB:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the desk's tables, to be copied."""
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite3"
    migrate(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def made_database(postgres: PostgresServer) -> Iterator[str]:
    """The name of a PostgreSQL database with the desk's tables, to be copied."""
    with postgres.database() as url:
        migrate(url)
        yield str(url.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: what the desk does is tested on either kind."""
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Where a database is that has no tables yet."""
    if kind == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite3")
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield url


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Where a database is that has the desk's tables and no rows."""
    if kind == "sqlite":
        yield sqlite_url(Path(shutil.copy(request.getfixturevalue("made_file"), tmp_path / "desk.sqlite3")))
    else:
        template = request.getfixturevalue("made_database")
        with request.getfixturevalue("postgres").database(template) as url:
            yield url


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    """The desk's database, open and empty."""
    database = Database(database_url)
    yield database
    database.close()
