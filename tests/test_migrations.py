"""The tables are made and changed as a whole or not at all, by one process at a time, and are what the code expects."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import URL, Connection, inspect, select, text

from desk.database import Database
from desk.engine import ALONE, open_migration_engine
from desk.errors import DatabaseTooNewError, DatabaseUnavailableError, DeskError
from desk.migrate import STEPS, configuration, migrate
from desk.tables import Base, CitedSection, Conversation, Turn
from tests.desk_homes import sqlite_url
from tests.desk_rows import NOON, conversation, turn

ROOT = Path(__file__).parent.parent
NEXT = '''"""A step of the future."""

import os

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("place", sa.Text()))
    op.create_table("other", sa.Column("id", sa.Integer(), primary_key=True))
    {then}


def downgrade() -> None:
    op.drop_table("other")
'''

KILLED = "op.execute('DELETE FROM turn'); os.kill(os.getpid(), 9)"


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    engine = open_migration_engine(url, 5).execution_options(**{ALONE: True})
    with engine.begin() as connection:
        yield connection


def schema(url: URL) -> dict[str, Any]:
    """Return all that the database tells of its tables."""
    with connected(url) as connection:
        found = inspect(connection)
        return {
            name: (
                [{**column, "type": str(column["type"])} for column in found.get_columns(name)],
                found.get_pk_constraint(name),
                sorted(found.get_foreign_keys(name), key=str),
                sorted(found.get_unique_constraints(name), key=str),
                sorted(found.get_check_constraints(name), key=str),
                sorted(found.get_indexes(name), key=str),
            )
            for name in found.get_table_names()
        }


def steps_with(folder: Path, then: str) -> Path:
    """Return a copy of the steps with one more, which ends as told."""
    shutil.copytree(STEPS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    before = ScriptDirectory(str(STEPS)).get_current_head()
    (folder / "migrations" / "versions" / "next.py").write_text(NEXT.format(before=before, then=then), "utf-8")
    return folder / "migrations"


def process(url: URL, steps: Path = STEPS) -> subprocess.Popen[str]:
    """Migrate in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from sqlalchemy import make_url; from desk.migrate import migrate; "
        "migrate(make_url(sys.argv[1]), Path(sys.argv[2]))"
    )
    arguments = [sys.executable, "-c", code, url.render_as_string(hide_password=False), str(steps)]
    return subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def keep_a_turn(url: URL) -> None:
    with closing(Database(url)) as database, database.writing() as session:
        session.add(conversation(turns=[turn()]))


def turns(url: URL) -> list[int]:
    """Return the numbers of the turns that there are."""
    with closing(Database(url)) as database, database.session() as session:
        return list(session.scalars(select(Turn.number)))


def test_the_steps_lead_to_the_tables_of_the_code(database_url: URL) -> None:
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_steps_lead_to_what_the_code_itself_would_make_checks_and_all(empty_url: URL, database_url: URL) -> None:
    with connected(empty_url) as connection:
        Base.metadata.create_all(connection)
    stepped = schema(database_url)
    del stepped["alembic_version"]
    assert schema(empty_url) == stepped


def test_there_and_back_and_there_again(empty_url: URL) -> None:
    migrate(empty_url)
    first = schema(empty_url)
    with connected(empty_url) as connection:
        command.downgrade(configuration(connection), "base")
    assert schema(empty_url).keys() == {"alembic_version"}
    migrate(empty_url)
    assert schema(empty_url) == first
    assert first.keys() == Base.metadata.tables.keys() | {"alembic_version"}


def test_the_steps_are_one_row() -> None:
    scripts = ScriptDirectory(str(STEPS))
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1


def test_what_is_up_to_date_is_left_alone(database_url: URL) -> None:
    keep_a_turn(database_url)
    before = schema(database_url)
    migrate(database_url)
    assert (schema(database_url), turns(database_url)) == (before, [1])


def test_a_step_more_is_taken_with_the_rows_there_are(database_url: URL, tmp_path: Path) -> None:
    keep_a_turn(database_url)
    migrate(database_url, steps_with(tmp_path, "op.execute('UPDATE turn SET number = 2')"))
    assert "other" in schema(database_url)
    assert turns(database_url) == [2]


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ("op.execute('DELETE FROM turn'); op.execute('SELECT * FROM nowhere')", DeskError),
        ("op.create_table('lead')", DeskError),
        ("raise RuntimeError('half-way')", RuntimeError),
    ],
)
def test_a_step_that_fails_leaves_nothing_half_done(
    database_url: URL, tmp_path: Path, then: str, error: type[Exception]
) -> None:
    keep_a_turn(database_url)
    before = schema(database_url)
    with pytest.raises(error):
        migrate(database_url, steps_with(tmp_path, then))
    assert (schema(database_url), turns(database_url)) == (before, [1])


def test_the_error_of_a_step_says_what_the_database_said(database_url: URL, tmp_path: Path) -> None:
    with pytest.raises(DeskError, match=r"nothing was changed: .*nowhere"):
        migrate(database_url, steps_with(tmp_path, "op.execute('SELECT * FROM nowhere')"))


def test_a_process_killed_half_way_leaves_nothing_half_done(database_url: URL, tmp_path: Path) -> None:
    keep_a_turn(database_url)
    before = schema(database_url)
    killed = process(database_url, steps_with(tmp_path, KILLED))
    _, said = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, said
    assert (schema(database_url), turns(database_url)) == (before, [1])
    migrate(database_url)


def test_a_first_opening_killed_half_way_is_done_by_the_next(empty_url: URL, tmp_path: Path) -> None:
    killed = process(empty_url, steps_with(tmp_path, KILLED))
    killed.communicate(timeout=60)
    assert schema(empty_url) == {}
    migrate(empty_url)
    assert "lead" in schema(empty_url)


def test_of_processes_that_open_at_once_one_makes_the_tables(empty_url: URL) -> None:
    started = [process(empty_url) for _ in range(3)]
    ended = [(one.communicate(timeout=120)[1], one.returncode) for one in started]
    assert ended == [("", 0)] * 3
    assert "lead" in schema(empty_url)


def test_the_tables_of_a_newer_version_are_left_alone(database_url: URL, tmp_path: Path) -> None:
    migrate(database_url, steps_with(tmp_path, "pass"))
    keep_a_turn(database_url)
    before = schema(database_url)
    path = Path(str(database_url.database))
    is_file = database_url.get_backend_name() == "sqlite"
    held = path.read_bytes() if is_file else b""
    with pytest.raises(DatabaseTooNewError, match="Update this software"):
        migrate(database_url)
    assert (path.read_bytes() if is_file else b"") == held
    assert (schema(database_url), turns(database_url)) == (before, [1])


def test_rows_that_hang_on_a_table_that_is_written_anew_stay(database_url: URL, tmp_path: Path) -> None:
    keep_a_turn(database_url)
    anew = (
        'with op.batch_alter_table("conversation") as batch: batch.alter_column("visitor", new_column_name="browser")'
    )
    migrate(database_url, steps_with(tmp_path, anew))
    assert "browser" in str(schema(database_url)["conversation"])
    assert turns(database_url) == [1]


def test_a_step_that_leaves_a_row_pointing_nowhere_is_undone(database_url: URL, tmp_path: Path) -> None:
    keep_a_turn(database_url)
    steps = steps_with(tmp_path, "op.execute('DELETE FROM conversation')")
    if database_url.get_backend_name() == "sqlite":  # the other deletes the turns with their conversation
        with pytest.raises(DeskError, match="foreign keys of turn"):
            migrate(database_url, steps)
        assert turns(database_url) == [1]


def test_whoever_migrates_is_waited_for_only_so_long(database_url: URL) -> None:
    if database_url.get_backend_name() == "sqlite":
        held: Any = FileLock(f"{database_url.database}.lock")
    else:
        held = connected(database_url)
    with held, pytest.raises(DatabaseUnavailableError, match="busy"):
        migrate(database_url, wait=0.2)


def test_a_writer_is_waited_for(database_url: URL, tmp_path: Path) -> None:
    with closing(Database(database_url)) as database:
        with database.writing() as session:
            session.add(conversation())
            with pytest.raises(DatabaseUnavailableError, match="busy"):
                migrate(database_url, steps_with(tmp_path, "pass"), wait=0.2)
        with database.session() as session:
            assert len(session.scalars(select(Conversation)).all()) == 1


def test_tables_of_something_else_are_left_alone(empty_url: URL) -> None:
    with connected(empty_url) as connection:
        connection.execute(text("CREATE TABLE lead (weight INTEGER)"))
    before = schema(empty_url)
    with pytest.raises(DeskError, match=r"nothing was changed: .*lead.* already exists"):
        migrate(empty_url)
    assert schema(empty_url) == before


def test_a_path_may_hold_anything(tmp_path: Path) -> None:
    folder = tmp_path / "100% 家;:x"
    folder.mkdir()
    url = sqlite_url(folder / "the desk.sqlite3")
    migrate(url, steps_with(folder, "pass"))
    assert "other" in schema(url)


def test_what_was_kept_before_is_kept_and_its_times_are_known(empty_url: URL) -> None:
    old = {"total": 12.5, "retrieve": 3.0}
    with connected(empty_url) as connection:
        command.upgrade(configuration(connection), "0001")
        connection.execute(text("INSERT INTO conversation VALUES ('c', 'v', :at, :at, 'zh', 'web')"), {"at": NOON})
        for number, timings in enumerate((json.dumps(old), "{}"), start=1):
            connection.execute(
                text(
                    "INSERT INTO turn VALUES (:id, 'c', :number, :at, 'q', 'q', 'zh', 'a', false, 0.5, 'quote',"
                    " '[]', '[]', :timings, NULL)"
                ),
                {"id": str(number), "number": number, "at": NOON, "timings": timings},
            )
    migrate(empty_url)
    with closing(Database(empty_url)) as database, database.session() as session:
        found = session.execute(select(Turn.timings_ms, Turn.total_ms).order_by(Turn.number)).all()
    assert found == [(old, 12.5), ({}, 0.0)]


def test_the_sections_that_were_cited_before_are_known(empty_url: URL) -> None:
    cited = json.dumps([{"document": "住房", "headings": ["公寓"]}, {"document": "住房", "headings": ["公寓"]}, "x"])
    with connected(empty_url) as connection:
        command.upgrade(configuration(connection), "0002")
        connection.execute(text("INSERT INTO conversation VALUES ('c', 'v', :at, :at, 'zh', 'web')"), {"at": NOON})
        for number, mode in enumerate(("quote", "faq", "quote"), start=1):
            connection.execute(
                text(
                    "INSERT INTO turn VALUES (:id, 'c', :number, :at, 'q', 'q', 'zh', 'a', false, 0.5, :mode,"
                    " :cited, '[]', '{}', NULL, 0)"
                ),
                {"id": str(number), "number": number, "at": NOON, "mode": mode, "cited": cited if number < 3 else "[]"},
            )
    migrate(empty_url)
    with closing(Database(empty_url)) as database, database.session() as session:
        found = session.execute(select(CitedSection.turn_id, CitedSection.place, CitedSection.title)).all()
        moments = session.scalars(select(CitedSection.asked_at)).all()
    assert (found, moments) == ([("1", 1, "住房 › 公寓")], [NOON])
