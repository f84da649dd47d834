"""A build is killed at any moment, and nothing is lost; others read and write meanwhile."""

import contextlib
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from index.build import sync
from index.check import check
from index.errors import IndexBusyError, IndexMissingError
from index.opening import open_index
from index.store import Index
from settings import Settings
from tests import builder
from tests.homes import settings_in, write_corpus
from tests.toys import ToyEmbedder

KILLS = 15
SELDOM = 1_000  # Chroma's own: it writes its graph to files after so many records
TOY = ToyEmbedder()


def reports(version: int) -> dict[str, str]:
    """Twelve reports, of which a third differs from the version before, one is new and one is gone."""
    texts = {}
    for number in range(12):
        edition = version - (version - number) % 3
        lines = [f"# 第{part}节\n编号{number}的报告第{edition}版，第{part}句说园区。" for part in range(4)]
        texts[f"{number}.md"] = "\n\n".join(lines)
    del texts[f"{version % 12}.md"]
    return texts


@pytest.fixture(scope="module")
def context() -> Iterator[ForkServerContext]:
    """Processes forked from a server that has imported all: each starts in milliseconds, none has Chroma's threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.builder"])
    yield context


def start(
    context: ForkServerContext, settings: Settings, threshold: int = SELDOM, again: bool = False
) -> ForkServerProcess:
    target = builder.run_again_and_again if again else builder.run
    process = context.Process(target=target, args=(str(settings.corpus), str(settings.home), threshold), daemon=True)
    process.start()
    return process


def kill(process: ForkServerProcess) -> bool:
    """Kill a process if it still runs; return whether it did."""
    assert process.pid
    alive = process.is_alive()
    if alive:
        os.kill(process.pid, signal.SIGKILL)
    process.join(20)
    return alive


def texts(index: Index) -> dict[str, str]:
    return {document.path: document.text for document in index.documents()}


def answers_are_whole(index: Index) -> None:
    """Every hit of both legs is a chunk of a document that is there, and every chunk is found by both."""
    whole = {document.id: document.text for document in index.documents()}
    for stored in index.all_chunks():
        chunk = stored.chunk
        dense = index.dense(TOY.passages([chunk.embedded_text])[0], 3)
        lexical = index.lexical_search(chunk.text, 60)
        assert chunk.id in {hit.id for hit in lexical}
        assert dense[0].score > 0.99
        found = index.chunks([hit.id for hit in dense + lexical])
        assert len(found) == len({hit.id for hit in dense + lexical}), "an orphan answered"
        for other in found.values():
            assert whole[other.chunk.document_id][other.chunk.start : other.chunk.end] == other.chunk.text


@pytest.mark.parametrize("threshold", [SELDOM, 8], ids=["graph in the log", "graph in files"])
def test_killed_anywhere_every_document_is_old_or_new(
    tmp_path: Path, context: ForkServerContext, threshold: int
) -> None:
    dice = random.Random(threshold)
    settings = settings_in(tmp_path, reports(0))
    process = start(context, settings, threshold)
    process.join(60)
    process = start(context, settings, threshold)
    started = time.perf_counter()
    process.join(60)
    assert process.exitcode == 0
    span = (time.perf_counter() - started) * 4  # a build that changes nothing takes about a quarter of one that does
    former = sync_texts(settings)
    interrupted = version = 0
    while interrupted < KILLS:  # a build that was done before its kill does not count
        version += 1
        assert version <= 6 * KILLS, "the builder must be killed while it builds"
        write_corpus(settings.corpus, reports(version))
        process = start(context, settings, threshold)
        time.sleep(dice.uniform(0, span))
        interrupted += kill(process)
        index = open_index(settings, TOY)
        now = texts(index)
        coming = expected(settings)
        for path in former.keys() | coming.keys() | now.keys():
            assert now.get(path) in (former.get(path), coming.get(path)), path
        if version % 4 == 0:
            answers_are_whole(index)
        assert index.in_line
        index.close()
        former = now
    assert sync_texts(settings) == expected(settings)
    report = check(settings)
    assert report.problems == ()


def expected(settings: Settings) -> dict[str, str]:
    """Path -> canonical text of what the folder holds now."""
    from index.load import Loaded, scan

    found = scan(settings.corpus, settings.max_file_bytes)
    return {item.path: item.document.text for item in found if isinstance(item, Loaded)}


def sync_texts(settings: Settings) -> dict[str, str]:
    sync(settings, TOY)
    index = open_index(settings, TOY)
    try:
        answers_are_whole(index)
        return texts(index)
    finally:
        index.close()


def test_killed_in_the_very_first_build(tmp_path: Path, context: ForkServerContext) -> None:
    dice = random.Random(7)
    for number in range(8):
        settings = settings_in(tmp_path / str(number), reports(0))
        process = start(context, settings)
        time.sleep(dice.uniform(0, 0.4))
        kill(process)
        with contextlib.suppress(IndexMissingError):
            open_index(settings, TOY).close()
        assert sync_texts(settings) == expected(settings)


def test_a_second_builder_is_told_and_the_first_goes_on(tmp_path: Path, context: ForkServerContext) -> None:
    settings = settings_in(tmp_path, reports(0))
    dice = random.Random(1)
    process = start(context, settings, again=True)
    assert process.pid
    try:
        busy = 0
        deadline = time.monotonic() + 30
        while not busy and time.monotonic() < deadline:
            time.sleep(dice.uniform(0, 0.1))
            os.kill(process.pid, signal.SIGSTOP)  # wherever it is; in the midst of a build it keeps its lock
            try:
                sync(settings, TOY)
            except IndexBusyError as error:
                assert "正在建立索引" in str(error)
                busy += 1
            finally:
                os.kill(process.pid, signal.SIGCONT)
        assert busy
    finally:
        kill(process)
    sync(settings, TOY)
    assert check(settings).problems == ()


def test_a_reader_answers_all_the_while_and_sees_what_is_new(tmp_path: Path, context: ForkServerContext) -> None:
    settings = settings_in(tmp_path, reports(0))
    sync(settings, TOY)
    index = open_index(settings, TOY)
    process = start(context, settings, again=True)
    slowest, versions, asked = 0.0, set(), 0
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (len(versions) < 4 or asked < 100):
            started = time.perf_counter()
            index.refresh()
            hits = index.dense(TOY.query("编号5的报告"), 5) + index.lexical_search("变化的报告", 5)
            found = index.chunks([hit.id for hit in hits]).values()
            slowest = max(slowest, time.perf_counter() - started)
            assert hits
            versions |= {stored.chunk.text for stored in found if stored.path == "变.txt"}
            asked += 1
    finally:
        kill(process)
    assert len(versions) >= 4, "the reader sees one edition after the other without opening again"
    assert slowest < 5
    sync(settings, TOY)
    index.refresh()
    assert index.in_line
    answers_are_whole(index)
    index.close()
    assert check(settings).problems == ()
