import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index import health, home
from index.build import sync
from index.catalog import Catalog
from index.check import check, status
from index.errors import IndexBusyError, IndexDamagedError, IndexMissingError, ReadError, StorageError
from index.lexical import LexicalIndex
from index.opening import open_index
from index.vectors import VectorIndex
from settings import Settings
from tests.homes import REPORTS, settings_in, write_corpus
from tests.toys import ToyEmbedder

TOY = ToyEmbedder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def texts_in(settings: Settings) -> dict[str, str]:
    """Path -> text of what the index holds, after seeing that catalog and both derived indexes agree."""
    report = check(settings)
    assert report.problems == ()
    catalog = Catalog(home.catalog_path(settings.home))
    found = {document.path: document.text for document in catalog.documents()}
    catalog.close()
    return found


def test_a_first_build_adds_everything(settings: Settings) -> None:
    told: list[tuple[str, int, int]] = []
    report = sync(settings, TOY, lambda *progress: told.append(progress))
    assert report.added == tuple(sorted(REPORTS))
    assert (report.changed, report.removed, report.unchanged, report.skipped) == ((), (), (), ())
    assert report.chunks == 4
    assert report.embedded > report.chunks
    assert told == [(path, number, 3) for number, path in enumerate(sorted(REPORTS), 1)]
    assert set(texts_in(settings)) == set(REPORTS)


def test_a_second_build_embeds_nothing_and_changes_nothing(settings: Settings) -> None:
    sync(settings, TOY)
    counting = ToyEmbedder()
    report = sync(settings, counting)
    assert report.unchanged == tuple(sorted(REPORTS))
    assert (report.added, report.changed, report.removed, report.embedded) == ((), (), (), 0)
    assert counting.calls == 0


def test_only_what_changed_is_embedded(settings: Settings) -> None:
    sync(settings, TOY)
    changed = REPORTS["住房.md"].replace("超市和药店", "超市和书店")
    write_corpus(settings.corpus, {"住房.md": changed, "食堂.md": REPORTS["食堂.md"], "新.txt": "新的报告。"})
    counting = ToyEmbedder()
    report = sync(settings, counting)
    assert (report.added, report.changed) == (("新.txt",), ("住房.md",))
    assert (report.removed, report.unchanged) == (("企业.txt",), ("食堂.md",))
    assert counting.calls == report.embedded == 4, "chunk and sentence of the changed section, and of the new report"
    found = texts_in(settings)
    assert "书店" in found["住房.md"]
    assert "企业.txt" not in found


def test_a_renamed_report_is_not_embedded_again(settings: Settings) -> None:
    sync(settings, TOY)
    (settings.corpus / "住房.md").rename(settings.corpus / "公寓.md")
    counting = ToyEmbedder()
    report = sync(settings, counting)
    assert (report.added, report.removed) == (("公寓.md",), ("住房.md",))
    assert counting.calls == 0


def test_a_changed_date_alone_is_a_change(settings: Settings) -> None:
    sync(settings, TOY)
    write_corpus(settings.corpus, REPORTS | {"住房.md": REPORTS["住房.md"].replace("2023-10", "2024-01")})
    assert sync(settings, TOY).changed == ("住房.md",)
    with_chroma = VectorIndex(home.chroma_path(settings.home))
    dates = {record["date"] for record in with_chroma._collection.get()["metadatas"]}
    with_chroma.close()
    assert "2024-01" in dates
    assert "2023-10" not in dates


def test_what_cannot_be_indexed_is_reported_and_stops_nothing(settings: Settings) -> None:
    (settings.corpus / "空.md").write_text("")
    (settings.corpus / "图.md").write_bytes(bytes(range(256)) * 10)
    (settings.corpus / "重复.md").write_text(REPORTS["企业.txt"], encoding="utf-8")
    (settings.corpus / "表.xlsx").write_bytes(b"PK")
    report = sync(settings, TOY)
    assert report.added == tuple(sorted(REPORTS))
    codes = {item.path: item.code for item in report.skipped}
    assert codes == {"空.md": "empty", "图.md": "binary", "重复.md": "duplicate", "表.xlsx": "unsupported"}
    assert [item.path for item in report.failed] == ["图.md"]


def test_a_report_emptied_is_removed(settings: Settings) -> None:
    sync(settings, TOY)
    (settings.corpus / "企业.txt").write_text("")
    assert sync(settings, TOY).removed == ("企业.txt",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_report_unreadable_this_time_stays(settings: Settings) -> None:
    sync(settings, TOY)
    (settings.corpus / "企业.txt").chmod(0)
    report = sync(settings, TOY)
    assert report.removed == ()
    assert report.failed


def test_a_missing_folder_empties_nothing(settings: Settings) -> None:
    sync(settings, TOY)
    shutil.rmtree(settings.corpus)
    with pytest.raises(ReadError):
        sync(settings, TOY)
    assert set(texts_in(settings)) == set(REPORTS)


def test_other_chunk_settings_cut_anew(tmp_path: Path) -> None:
    long = {"长.txt": "".join(f"这是第{number}个句子，说的是园区。" for number in range(40))}
    settings = settings_in(tmp_path, long)
    before = sync(settings, TOY).chunks
    shorter = settings.model_copy(update={"chunk_chars": 60})
    counting = ToyEmbedder()
    report = sync(shorter, counting)
    assert report.changed == ("长.txt",)
    assert report.chunks > before
    assert counting.calls == report.chunks, "the sentences are known"
    open_index(shorter, TOY).close()


def test_another_model_replaces_everything_and_the_first_is_not_forgotten(settings: Settings) -> None:
    sync(settings, TOY)
    other = ToyEmbedder("other", dimensions=32)
    assert sync(settings, other).added == tuple(sorted(REPORTS))
    open_index(settings, other).close()
    counting = ToyEmbedder()
    sync(settings, counting)
    assert counting.calls == 0
    open_index(settings, TOY).close()


def test_many_batches(tmp_path: Path) -> None:
    reports = {f"{number}.txt": f"第{number}份报告。说的是{number}号楼。" for number in range(120)}
    settings = settings_in(tmp_path, reports)
    assert sync(settings, TOY).chunks == 120
    assert len(texts_in(settings)) == 120
    write_corpus(settings.corpus, {})
    assert len(sync(settings, TOY).removed) == 120
    assert texts_in(settings) == {}


def names_and_their_chunks(settings: Settings, name: str) -> tuple[frozenset[str], int]:
    """The names that the index is cut by, and the number of chunks found by one."""
    catalog = Catalog(home.catalog_path(settings.home))
    names = health.names(catalog)
    catalog.close()
    lexical = LexicalIndex(home.lexical_path(settings.home))
    found = lexical.document_frequency(name)
    lexical.close()
    return names, found


def test_names_come_and_go_with_the_reports_that_give_them(settings: Settings) -> None:
    sync(settings, TOY)
    before, found = names_and_their_chunks(settings, "缙云新居")
    assert "人才公寓" in before
    assert "缙云新居" not in before
    assert found == 0
    (settings.corpus / "新.md").write_text("---\ntitle: 缙云新居\n---\n位于北碚。", encoding="utf-8")
    sync(settings, TOY)
    after, found = names_and_their_chunks(settings, "缙云新居")
    assert after == before | {"缙云新居"}
    assert found == 2, "a chunk of before is cut again, for it holds the name"
    (settings.corpus / "新.md").unlink()
    sync(settings, TOY)
    assert names_and_their_chunks(settings, "缙云新居") == (before, 0)
    texts_in(settings)


def test_a_build_killed_while_it_cuts_anew_does_it_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(settings, TOY)
    (settings.corpus / "新.md").write_text("---\ntitle: 缙云新居\n---\n位于北碚。", encoding="utf-8")

    def dies(self: Catalog, **values: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Catalog, "remember", dies)
        sync(settings, TOY)
    assert "缙云新居" not in names_and_their_chunks(settings, "缙云新居")[0]
    sync(settings, TOY)
    names, found = names_and_their_chunks(settings, "缙云新居")
    assert "缙云新居" in names
    assert found == 2


def test_an_index_of_before_there_were_names_is_cut_anew(settings: Settings) -> None:
    sync(settings, TOY)
    catalog = Catalog(home.catalog_path(settings.home))
    with catalog.transaction():
        catalog.remember(names="")
    health.fresh_lexical(settings, catalog).close()
    health.aligned_lexical(settings, catalog).close()
    catalog.close()
    index = open_index(settings, TOY)
    assert index.lexical_search("人才公寓", 1)
    index.close()
    sync(settings, TOY)
    assert names_and_their_chunks(settings, "人才公寓")[1] > 0


def test_a_second_builder_is_told_at_once(settings: Settings) -> None:
    with home.building(settings.home):
        started = time.perf_counter()
        with pytest.raises(IndexBusyError, match=r"正在建立索引.*being built"):
            sync(settings, TOY)
        assert time.perf_counter() - started < 2
    sync(settings, TOY)


def test_a_failing_model_loses_nothing(settings: Settings) -> None:
    sync(settings, TOY)
    write_corpus(settings.corpus, {"新.txt": "新的报告。"})

    class Failing(ToyEmbedder):
        def passages(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
            raise StorageError("out of memory")

    with pytest.raises(StorageError):
        sync(settings, Failing())
    assert set(texts_in(settings)) == set(REPORTS)


def break_folder(folder: Path, damage: str) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for file in files:
        size = file.stat().st_size
        content = {"random": os.urandom(size), "truncated": file.read_bytes()[: size // 2], "emptied": b""}
        if damage in content:
            file.unlink()
            file.write_bytes(content[damage])
    if damage == "deleted":
        shutil.rmtree(folder)


@pytest.mark.parametrize("part", ["chroma", "lexical"])
@pytest.mark.parametrize("damage", ["random", "truncated", "emptied", "deleted"])
def test_repair_brings_back_a_broken_folder_without_parsing(settings: Settings, part: str, damage: str) -> None:
    sync(settings, TOY)
    shutil.rmtree(settings.corpus)
    folder = settings.home / part
    break_folder(folder, damage)
    found = check(settings)
    assert not found.clean
    assert {problem.part for problem in found.problems} == {"vectors" if part == "chroma" else "lexical"}
    assert folder.exists() == (damage != "deleted"), "looking mends nothing"
    assert check(settings, repair=True).clean
    assert check(settings).problems == ()
    index = open_index(settings, TOY)
    assert index.in_line
    index.close()


@pytest.mark.parametrize("part", ["chroma", "lexical"])
@pytest.mark.parametrize("damage", ["random", "truncated", "deleted"])
def test_a_build_heals_a_broken_folder(settings: Settings, part: str, damage: str) -> None:
    sync(settings, TOY)
    break_folder(settings.home / part, damage)
    assert sync(settings, ToyEmbedder()).embedded == 0
    assert set(texts_in(settings)) == set(REPORTS)


def big_reports() -> dict[str, str]:
    """Enough chunks that Chroma writes its graph to files."""
    lines = "\n\n".join(f"# 第{number}节\n第{number}栋有{number * 7}套房。" for number in range(1_100))
    return {"大.md": lines}


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("big"), big_reports())
    sync(settings, TOY)
    assert list(home.chroma_path(settings.home).rglob("index_metadata.pickle"))
    return settings


@pytest.mark.parametrize(
    ("name", "damage"),
    [("data_level0.bin", "truncated"), ("length.bin", "random"), ("index_metadata.pickle", "random")],
    ids=["loses neighbours in silence", "is read and not missed", "cannot be opened"],
)
def test_a_broken_graph_file_is_mended(big: Settings, tmp_path: Path, name: str, damage: str) -> None:
    settings = big.model_copy(update={"home": tmp_path / "home"})
    shutil.copytree(big.home, settings.home)
    file = next(home.chroma_path(settings.home).rglob(name))
    size = file.stat().st_size
    file.write_bytes(os.urandom(size) if damage == "random" else file.read_bytes()[: size // 2])
    assert not check(settings).clean
    assert check(settings, repair=True).clean
    assert check(settings).problems == ()


def test_a_graph_file_broken_under_an_opener_is_tried_in_a_child_first(big: Settings, tmp_path: Path) -> None:
    settings = big.model_copy(update={"home": tmp_path / "home"})
    shutil.copytree(big.home, settings.home)
    file = next(home.chroma_path(settings.home).rglob("data_level0.bin"))
    os.truncate(file, file.stat().st_size // 2)
    catalog = Catalog(home.catalog_path(settings.home))
    with pytest.raises(IndexDamagedError, match="check --repair"):
        health.open_vectors(settings, catalog)
    catalog.close()
    index = open_index(settings, TOY)
    assert index.in_line
    assert index._view.dense.vectors is not None
    index.close()


def test_check_tells_what_is_not_in_line(settings: Settings) -> None:
    sync(settings, TOY)
    lexical = LexicalIndex(home.lexical_path(settings.home))
    lexical.remove([next(iter(lexical.ids()))])
    lexical.close()
    (problem,) = check(settings).problems
    assert problem.part == "lexical"
    assert "1 missing, 0 unknown" in problem.reason


def test_check_and_status_of_nothing(settings: Settings) -> None:
    for look in (check, status):
        with pytest.raises(IndexMissingError, match="python -m index build"):
            look(settings)


def test_check_while_building_is_busy(settings: Settings) -> None:
    sync(settings, TOY)
    with home.building(settings.home):
        assert status(settings)["building"]
        with pytest.raises(IndexBusyError):
            check(settings)
    assert not status(settings)["building"]


def test_status_counts(settings: Settings) -> None:
    sync(settings, TOY)
    figures = status(settings)
    assert (figures["documents"], figures["chunks"], figures["chunk_chars"]) == (3, 4, 250)
    assert figures["model"] == TOY.fingerprint
    assert figures["built_at"]


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1", "--port", str(port)]
    folder = tmp_path_factory.mktemp("server")
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([*command, "--path", str(folder)], stdout=log, stderr=log)
        try:
            await_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def await_port(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the Chroma server did not start")


def test_a_chroma_server_serves_as_well(tmp_path: Path, chroma_url: str) -> None:
    settings = settings_in(tmp_path, chroma_url=chroma_url)
    sync(settings, TOY)
    assert not home.chroma_path(settings.home).exists()
    index = open_index(settings, TOY)
    hit = index.dense(TOY.query("缙云新居有920套人才公寓"), 1)[0]
    assert index.chunks([hit.id])[hit.id].path == "住房.md"
    write_corpus(settings.corpus, {"新.txt": "地铁站在北门。"})
    sync(settings, TOY)
    assert index.refresh()
    assert index.in_line
    index.close()
    assert set(texts_in(settings)) == {"新.txt"}


def test_two_homes_share_a_server_in_peace(tmp_path: Path, chroma_url: str) -> None:
    first = settings_in(tmp_path / "a", chroma_url=chroma_url)
    second = settings_in(tmp_path / "b", {"新.txt": "地铁站在北门。"}, chroma_url=chroma_url)
    sync(first, TOY)
    sync(second, TOY)
    assert set(texts_in(first)) == set(REPORTS)
    assert set(texts_in(second)) == {"新.txt"}


def test_a_server_that_lost_its_collection_is_filled_again(tmp_path: Path, chroma_url: str) -> None:
    settings = settings_in(tmp_path, chroma_url=chroma_url)
    sync(settings, TOY)
    catalog = Catalog(home.catalog_path(settings.home))
    VectorIndex(chroma_url, f"park-{catalog.meta('identity')}").drop()
    catalog.close()
    assert not check(settings).clean
    assert check(settings, repair=True).clean
    assert check(settings).problems == ()


def test_a_server_that_is_gone_is_told_plainly(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    sync(settings, TOY)
    with pytest.raises(IndexDamagedError, match="PARK_CHROMA_URL"):
        open_index(settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"}), TOY)
