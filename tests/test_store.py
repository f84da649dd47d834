import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import home, store
from index.build import sync
from index.errors import IndexMismatchError
from index.store import Index
from settings import Settings
from tests.homes import REPORTS, TOY, found_by_both, opened, settings_in, write_corpus
from tests.toys import ToyEmbedder

ROOT = Path(__file__).parent.parent
NEW = {"地铁.md": "# 地铁\n地铁站在北门，步行三分钟。"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path)
    sync(settings, TOY)
    return settings


@pytest.fixture
def index(settings: Settings) -> Iterator[Index]:
    with opened(settings) as index:
        yield index


def sync_elsewhere(settings: Settings) -> None:
    """Build in another process."""
    script = (
        "import sys; from pathlib import Path; from index.build import sync; from settings import Settings;"
        "from tests.toys import ToyEmbedder;"
        "sync(Settings(corpus=Path(sys.argv[1]), home=Path(sys.argv[2])), ToyEmbedder())"
    )
    command = [sys.executable, "-c", script, str(settings.corpus), str(settings.home)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)


def test_both_legs_find_each_report(index: Index) -> None:
    assert found_by_both(index, "缙云新居有920套人才公寓") == "住房.md"
    assert found_by_both(index, "食堂于2023年5月6日启用") == "食堂.md"
    assert found_by_both(index, "传感器企业使用MES系统") == "企业.txt"


def test_hits_are_limited_and_fall(index: Index) -> None:
    for hits in (index.dense(TOY.query("公寓"), 2), index.lexical_search("公寓企业食堂", 2)):
        assert len(hits) == 2
        assert hits[0].score >= hits[1].score
    assert index.dense(TOY.query("公寓"), 0) == index.lexical_search("公寓", 0) == []


def test_chunks_tell_what_citing_needs(index: Index) -> None:
    hit = index.dense(TOY.query("缙云新居有920套人才公寓"), 1)[0]
    stored = index.chunks([hit.id, "unknown"])
    assert list(stored) == [hit.id]
    chunk = stored[hit.id].chunk
    assert index.document(chunk.document_id).text[chunk.start : chunk.end] == chunk.text
    assert (stored[hit.id].date, stored[hit.id].page(chunk.start)) == ("2023-10", None)
    assert stored[hit.id].sentence_vectors.shape == (len(chunk.sentences), TOY.dimensions)
    assert index.chunks([hit.id])[hit.id] is stored[hit.id], "the second time it is at hand"


def test_no_chunk_is_lost_when_the_kept_ones_are_let_go(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_KEPT_CHUNKS", 1)
    ids = [stored.chunk.id for stored in index.all_chunks()]
    for count in range(1, len(ids) + 1):
        assert list(index.chunks(ids[:count])) == ids[:count]


def test_all_chunks_and_documents(index: Index) -> None:
    assert {stored.path for stored in index.all_chunks()} == set(REPORTS)
    assert [document.path for document in index.documents()] == sorted(REPORTS)
    assert index.count == len(index.all_chunks())
    assert index.document_frequency("食堂") == 1
    with pytest.raises(LookupError):
        index.document("unknown")


def test_an_empty_corpus_is_an_index_that_finds_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, {})
    sync(settings, TOY)
    with opened(settings) as index:
        assert index.dense(TOY.query("公寓"), 5) == index.lexical_search("公寓", 5) == index.all_chunks() == []
        write_corpus(settings.corpus, REPORTS)
        sync_elsewhere(settings)
        assert index.refresh()
        assert found_by_both(index, "传感器企业使用MES系统") == "企业.txt"


def test_nothing_new_is_noticed_quickly(index: Index) -> None:
    assert not index.refresh()
    started = time.perf_counter()
    for _ in range(100):
        index.refresh()
    assert time.perf_counter() - started < 0.5


def test_another_process_s_build_is_seen_without_opening_again(index: Index, settings: Settings) -> None:
    before = index.generation
    changed = REPORTS["食堂.md"].replace("5月6日", "6月7日")
    write_corpus(settings.corpus, {"住房.md": REPORTS["住房.md"], "食堂.md": changed} | NEW)
    sync_elsewhere(settings)
    assert index.refresh()
    assert index.generation > before
    assert index.in_line
    assert found_by_both(index, "地铁站在北门") == "地铁.md"
    assert {stored.path for stored in index.all_chunks()} == {"住房.md", "食堂.md", "地铁.md"}
    hit = index.lexical_search("食堂6月7日启用", 1)[0]
    assert "6月7日" in index.chunks([hit.id])[hit.id].chunk.text
    assert not index.refresh()


def test_what_a_running_build_has_committed_is_found_before_it_ends(index: Index, settings: Settings) -> None:
    """Chroma must not be opened again meanwhile: the vectors that it lacks are searched in the catalog's copy."""
    with home.opening_chroma(settings.home, 0):
        write_corpus(settings.corpus, {"住房.md": REPORTS["住房.md"]} | NEW)
        in_thread = threading.Thread(target=sync, args=(settings, TOY))
        in_thread.start()
        time.sleep(0.2)
        assert in_thread.is_alive(), "the build waits for Chroma"
        assert not index.refresh()
    in_thread.join()
    with home.opening_chroma(settings.home, 0):
        assert index.refresh()
        assert not index.in_line
        assert found_by_both(index, "地铁站在北门") == "地铁.md"
        gone = index.dense(TOY.query("传感器企业使用MES系统"), 10)
        assert {stored.path for stored in index.chunks([hit.id for hit in gone]).values()} == {"住房.md", "地铁.md"}
    index.refresh()
    assert index.in_line


def test_a_change_of_model_is_told_to_those_who_have_it_open(index: Index, settings: Settings) -> None:
    sync(settings, ToyEmbedder("other"))
    with pytest.raises(IndexMismatchError):
        index.refresh()


def test_twenty_threads_ask_while_the_index_changes(index: Index, settings: Settings) -> None:
    wrong: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            index.refresh()
            hits = index.dense(TOY.query("缙云新居有920套人才公寓"), 3) + index.lexical_search("人才公寓920套", 3)
            if "住房.md" not in {stored.path for stored in index.chunks([hit.id for hit in hits]).values()}:
                wrong.append("a report that never changed was not found")

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for number in range(4):
        write_corpus(settings.corpus, REPORTS | {"新.md": f"第{number}版内容不同。"})
        sync(settings, TOY)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    deadline = time.monotonic() + 20  # Chroma may still be writing what it opened; a later look takes it in
    while not index.in_line and time.monotonic() < deadline:
        index.refresh()
        time.sleep(0.05)
    assert index.in_line


def test_answers_go_on_when_chroma_fails_in_the_middle(index: Index, settings: Settings) -> None:
    assert index._vectors is not None
    index._vectors.close()
    assert found_by_both(index, "缙云新居有920套人才公寓") == "住房.md"
    sync(settings, TOY)
    index.refresh()
    assert index._view.dense.vectors is not None, "the next build has it opened again"
