import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index import home, listing
from index.build import sync
from index.catalog import Catalog
from settings import Settings
from tests.homes import REPORTS, TOY, settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path, REPORTS | {"空.md": " "})
    sync(settings, TOY)
    return settings


@pytest.fixture
def catalog(settings: Settings) -> Iterator[Catalog]:
    with closing(Catalog(home.catalog_path(settings.home))) as catalog:
        yield catalog


def test_documents_are_told_without_their_texts(catalog: Catalog) -> None:
    listed = {item.path: item for item in listing.documents(catalog)}
    assert set(listed) == set(REPORTS)
    housing, whole = listed["住房.md"], catalog.document(listing.id_at(catalog, "住房.md"))
    assert (housing.id, housing.title, housing.date) == (whole.id, "住房报告", "2023-10")
    assert (housing.characters, housing.chunks) == (len(whole.text), 2)
    age = datetime.now(UTC) - datetime.fromisoformat(housing.indexed_at)
    assert 0 <= age.total_seconds() < 60


def test_chunks_come_a_page_at_a_time(catalog: Catalog) -> None:
    document_id = listing.id_at(catalog, "住房.md")
    first, second = listing.chunks(catalog, document_id, 0, 9)
    assert first.start < second.start
    assert listing.chunks(catalog, document_id, 1, 9) == [second]
    assert listing.chunks(catalog, document_id, 0, 1) == [first]
    assert listing.chunks(catalog, "unknown", 0, 9) == []


def test_a_text_is_found_whatever_its_path(catalog: Catalog) -> None:
    text = catalog.document(listing.id_at(catalog, "企业.txt")).text
    assert listing.paths_of_text(catalog, text) == ["企业.txt"]
    assert listing.paths_of_text(catalog, text[:-1]) == []
    with pytest.raises(LookupError):
        listing.id_at(catalog, "没有.md")


def test_the_last_build_tells_what_it_left_out(catalog: Catalog) -> None:
    build = listing.last_build(catalog)
    assert [(item.path, item.code) for item in build.skipped] == [("空.md", "empty")]
    assert build.looked_at > 0
    datetime.fromisoformat(build.built_at)


def test_only_what_changes_is_indexed_at_another_time(settings: Settings) -> None:
    path = home.catalog_path(settings.home)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE indexed SET at = '2024-01-01T00:00:00+00:00'")
    (settings.corpus / "食堂.md").write_text("食堂搬到了南门。", "utf-8")
    (settings.corpus / "企业.txt").unlink()
    sync(settings, TOY)
    with closing(Catalog(path)) as catalog:
        years = {item.path: item.indexed_at[:4] for item in listing.documents(catalog)}
        assert years["住房.md"] == "2024"
        assert years["食堂.md"] > "2024"
        assert len(catalog.read("SELECT * FROM indexed")) == 2, "what is gone leaves nothing"


def test_a_catalog_of_before_is_used_as_it_is(settings: Settings) -> None:
    path = home.catalog_path(settings.home)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE indexed")
        database.execute("DELETE FROM meta WHERE key IN ('looked_at', 'skipped')")
    with closing(Catalog(path)) as catalog:
        assert {item.indexed_at for item in listing.documents(catalog)} == {""}
        assert listing.last_build(catalog).skipped == ()
        assert listing.last_build(catalog).looked_at == 0
    report = sync(settings, TOY)
    assert (len(report.unchanged), report.embedded) == (3, 0)
