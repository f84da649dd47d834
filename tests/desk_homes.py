"""Databases for the tests of the desk: SQLite files, and a real PostgreSQL server of the test run's own.

The server's programs are Debian's (`apt install postgresql`). It listens on a socket in a folder of its own only, so it
is in nobody's way; each test gets a fresh database, copied from one whose tables were made once.
"""

import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, exc

from desk.engine import with_driver

INITDB = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
"""Each installed version's, the newest last."""
MISSING = "no PostgreSQL server is installed (on Debian: apt install postgresql)"
_LISTENING = 30.0
_FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """A running server; makes databases and drops them."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user
        self._numbers = itertools.count()

    def url(self, name: str) -> URL:
        return with_driver(URL.create("postgresql", self.user, database=name, query={"host": str(self.folder)}))

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[URL]:
        """Give the URL of a new database, a copy of `template`, and drop it."""
        name = f"test_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def disconnect_all(self, url: URL) -> None:
        """Cut every connection to a database, as a restart does."""
        self._say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'")

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _LISTENING
        while True:
            try:
                return self._say("SELECT 1")
            except exc.OperationalError:
                assert process.poll() is None, "the PostgreSQL server did not start"
                assert time.monotonic() < until, "the PostgreSQL server does not listen"
                time.sleep(0.05)

    def _say(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server until the end, and no longer than this process."""
    # The path of a socket may have a hundred characters, and pytest's folders may be entered by this user only.
    folder = Path(tempfile.mkdtemp(prefix="park-postgres-", dir="/tmp"))
    try:
        user, as_user = _who_runs_it(folder)
        _run(as_user, folder, "initdb", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-U", user)
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", *_FASTER)
        options = [word for setting in settings for word in ("-c", setting)]
        command = _command(["setpriv", "--pdeathsig=INT", *as_user[1:]], folder, "postgres", *options)
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                server = PostgresServer(folder, user)
                server.wait(process)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # stop at once, whoever is connected
    finally:
        shutil.rmtree(folder)


def _who_runs_it(folder: Path) -> tuple[str, list[str]]:
    """Return the user and what to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return getpass.getuser(), []
    os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    return "postgres", ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _command(before: Sequence[str], folder: Path, program: str, *options: str) -> list[str]:
    return [*before, str(INITDB[-1].with_name(program)), "-D", str(folder / "data"), *options]


def _run(before: Sequence[str], folder: Path, program: str, *options: str) -> None:
    done = subprocess.run(_command(before, folder, program, *options), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def sqlite_url(path: Path) -> URL:
    return with_driver(URL.create("sqlite", database=str(path)))
