"""A builder to be killed, run in a process of its own."""

import contextlib
import logging
from pathlib import Path

from index import build, vectors
from index.errors import IndexBusyError
from settings import Settings
from tests.toys import ToyEmbedder


def prepare() -> None:
    """Import and load what a build needs: a process forked from one that imported this builds at once."""
    import chromadb  # noqa: F401
    import tantivy  # noqa: F401

    from index.tokens import tokenize

    tokenize("热身")


def run(corpus: str, home: str, threshold: int) -> None:
    """Build with small batches and a graph that Chroma writes to files after every `threshold` records."""
    logging.disable()
    vectors.HNSW["sync_threshold"] = threshold
    build._BATCH_CHUNKS = 4
    build.sync(Settings(corpus=Path(corpus), home=Path(home)), ToyEmbedder())


def run_again_and_again(corpus: str, home: str, threshold: int) -> None:
    """Build until killed, changing one report each time."""
    report = Path(corpus) / "变.txt"
    number = 0
    while True:
        number += 1
        report.write_text(f"变化的报告第{number}版。", encoding="utf-8")
        with contextlib.suppress(IndexBusyError):
            run(corpus, home, threshold)


prepare()
