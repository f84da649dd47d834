from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.tables import AuditEvent
from index.build import sync
from index.errors import ShelfError
from index.store import Index
from rag.staff_first import StaffFirst
from settings import Settings
from tests.desk_rows import entry, passage
from tests.desk_serving import toy_desk
from tests.homes import REPORTS, TOY, found_by_both, opened, settings_in
from tests.toy_answering import ToyAnswering
from tests.waiting import wait_until
from ui.desk.documents_work import Documents

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
NEW = "# 地铁\n地铁站在北门，步行三分钟。"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path)
    sync(settings, TOY)
    return settings


@pytest.fixture
def index(settings: Settings) -> Iterator[Index]:
    with opened(settings) as index:
        yield index


@pytest.fixture
def documents(settings: Settings, index: Index, database: Database) -> Documents:
    answering = cast(Any, SimpleNamespace(index=index))
    return Documents(toy_desk(database, answering, settings=settings))


def actions(database: Database) -> list[tuple[str, str, str]]:
    with database.session() as session:
        return [
            (row.by, row.action, row.subject) for row in session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        ]


def settled(documents: Documents) -> bool:
    wait_until(lambda: not documents.build.work.is_busy, 60)
    return documents.build.work.phase == "done"


def test_the_life_of_a_document_is_followed(documents: Documents, index: Index, database: Database) -> None:
    staged = documents.stage("../<地铁>.md", NEW.encode("gb18030"))
    assert (staged.path, staged.fate) == ("_地铁_.md", "add")
    assert documents.put([staged], "王芳") == (1, [])
    assert settled(documents)
    index.refresh()
    assert found_by_both(index, "地铁站在北门") == "_地铁_.md"
    again = documents.stage("_地铁_.md", NEW.replace("三", "五").encode())
    assert again.fate == "replace"
    assert again.instead_of
    assert again.instead_of.difference
    assert (again.instead_of.difference.same, again.instead_of.difference.new) == (1, 1)
    documents.put([again], "王芳")
    assert settled(documents)
    documents.take_out("_地铁_.md", "李雷")
    assert settled(documents)
    index.refresh()
    assert {item.path for item in index.all_chunks()} == set(REPORTS)
    latest, earlier = documents.shelf.removed()
    back = documents.stage_removed(earlier.key)
    assert (back.path, back.fate) == ("_地铁_.md", "add")
    documents.put([back], "李雷")
    assert settled(documents)
    assert documents.shelf.removed() == [latest]
    index.refresh()
    assert "三分钟" in next(item.chunk.text for item in index.all_chunks() if item.path == "_地铁_.md")
    subject = "document _地铁_.md"
    assert actions(database) == [
        ("王芳", "document.add", subject), ("王芳", "document.replace", subject),
        ("李雷", "document.remove", subject), ("李雷", "document.restore", subject),
    ]  # fmt: skip


def test_what_should_not_be_added_is_refused_with_the_reason(documents: Documents) -> None:
    for name, data, reason in (
        ("a.pdf", b"%PDF", "不支持的格式"),
        ("a.md", b" ", "空文件"),
        ("a.md", b"a\0b", "二进制"),
        ("a.md", b"x" * 10_000_001, "文件过大"),
        ("别名.md", REPORTS["住房.md"].encode(), "与现有资料「住房.md」相同"),
        ("住房.md", REPORTS["住房.md"].encode(), "完全相同"),
    ):
        staged = documents.stage(name, data)
        assert (staged.fate, reason in staged.reason) == ("refuse", True), staged.reason
        assert documents.put([staged], "王芳") == (0, [])
    assert documents.build.work.phase == "idle"


def test_other_metadata_of_the_same_text_is_a_replacement(documents: Documents) -> None:
    staged = documents.stage("住房.md", REPORTS["住房.md"].replace("2023-10", "2024-01").encode())
    assert staged.fate == "replace"
    elsewhere = documents.stage("新名.md", "全新的内容。".encode(), "住房.md")
    assert (elsewhere.path, elsewhere.fate) == ("住房.md", "replace")


def test_who_cites_it_is_told(documents: Documents, database: Database) -> None:
    with database.writing() as session:
        session.add(entry(sources=[passage(path="食堂.md", quote="食堂于2023年5月6日启用。")]))
    staged = documents.stage("食堂.md", "食堂搬走了。".encode())
    assert staged.instead_of
    (citing,) = staged.instead_of.citing
    assert citing.missing("食堂搬走了。")
    assert documents.citing("食堂.md") == (citing,)
    assert documents.citing("住房.md") == ()


def test_a_file_that_changed_after_it_was_looked_at_is_left(documents: Documents, settings: Settings) -> None:
    staged = documents.stage("食堂.md", b"# a\nmine.")
    added = documents.stage("地铁.md", NEW.encode())
    (settings.corpus / "食堂.md").write_text("别人的版本。", "utf-8")
    done, failures = documents.put([staged, added], "王芳")
    assert done == 1
    assert "刚刚被改动" in failures[0]
    assert (settings.corpus / "食堂.md").read_text("utf-8") == "别人的版本。"


def test_what_cannot_be_written_down_is_not_done(
    documents: Documents, database: Database, settings: Settings, tmp_path: Path
) -> None:
    staged = documents.stage("地铁.md", NEW.encode())
    database.close()
    (tmp_path / "desk.sqlite3").write_bytes(b"no database" * 1_000)
    with pytest.raises(DatabaseUnavailableError):
        documents.take_out("食堂.md", "王芳")
    done, failures = documents.put([staged], "王芳")
    assert (done, len(failures)) == (0, 1)
    assert {path.name for path in settings.corpus.iterdir()} == set(REPORTS)


def test_what_is_not_done_is_not_written_down(documents: Documents, database: Database) -> None:
    with pytest.raises(ShelfError):
        documents.take_out("没有.md", "王芳")
    assert actions(database) == []


def test_staff_s_answers_may_stand_before_the_index(settings: Settings, index: Index, database: Database) -> None:
    """As they do in the service: what embeds is the chain's, and the chain is told what is new."""
    chain = cast(Any, SimpleNamespace(index=index, refresh=index.refresh))
    published = SimpleNamespace(current=tuple, past=lambda entry_id, revision: None)
    answering = StaffFirst(chain, published, cast(Any, None), TOY.query)
    documents = Documents(toy_desk(database, cast(Any, answering), settings=settings))
    documents.put([documents.stage("地铁.md", NEW.encode())], "王芳")
    assert settled(documents), documents.build.work.error
    assert found_by_both(index, "地铁站在北门") == "地铁.md"


@pytest.mark.parametrize(("answering", "told"), [(None, "正在载入"), (ToyAnswering(), "不能入库")])
def test_without_an_index_to_build_it_says_so(
    settings: Settings, database: Database, answering: ToyAnswering | None, told: str
) -> None:
    documents = Documents(toy_desk(database, answering, settings=settings))
    documents.rebuild("王芳")
    assert wait_until(lambda: documents.build.work.phase == "failed", 60)
    assert told in documents.build.work.error
