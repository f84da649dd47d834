"""Whether the derived indexes can be trusted, and how they are brought back in line with the catalog.

Chroma's HNSW files bear no checksum, and a damaged one can end the process that opens it. So a build leaves their
digest in the catalog (`seal`), and files that do not match it are tried in a child process first (`probe`).
"""

import logging
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeVar

from index import lexical
from index.catalog import Catalog
from index.catalog_errors import RUN_BUILD
from index.derived import DerivedIndex, Entry
from index.embed import Embedder
from index.errors import IndexBusyError, IndexDamagedError, IndexMismatchError, IndexMissingError, ParkError
from index.home import catalog_path, chroma_path, lexical_path
from index.lexical import LexicalIndex
from index.names import unpacked
from index.vectors import COLLECTION, VectorIndex, erase, graph_digest
from settings import Settings

logger = logging.getLogger(__name__)

RUN_REPAIR = "请运行 / run: python -m index check --repair"
Leg = TypeVar("Leg", VectorIndex, LexicalIndex)
_PROBE_SECONDS = 300
_PROBES = 4
_PROBE_BYTES, _PROBE_TIMES = 8 * 2**30, 20  # address space of a probe: this much, and so many times the files' size
_SAMPLE = 256  # entries asked for by their own vector; about a millisecond each
_sound_graphs: set[str] = set()  # digests that a child process has opened well
_SAME = 0.999  # cosine from which two chunks' vectors are taken for equal, as of a repeated paragraph


def chunking(settings: Settings) -> str:
    """Return what names the chunk settings; raise its number when equal settings come to cut differently."""
    return f"1:{settings.chunk_chars}"


def check_built_with(settings: Settings, catalog: Catalog, embedder: Embedder) -> None:
    """Raise IndexMissingError or IndexMismatchError unless the index was built with this model and these settings."""
    fingerprint = catalog.meta("fingerprint")
    if not fingerprint:
        raise IndexMissingError(f"还没有建立索引 / nothing has been built yet in {settings.home}. {RUN_BUILD}")
    if fingerprint != embedder.fingerprint:
        raise IndexMismatchError(
            f"索引由另一个向量模型建立 / the index was built with another embedding model ({fingerprint}, "
            f"now {embedder.fingerprint}). {RUN_BUILD}"
        )
    if (built := catalog.meta("chunking")) != chunking(settings):
        raise IndexMismatchError(
            f"索引的分段设置不同 / the index was built with other chunk settings ({built}, now {chunking(settings)}). "
            f"{RUN_BUILD}"
        )


def open_vectors(settings: Settings, catalog: Catalog) -> VectorIndex:
    """Open the vector index that belongs to this catalog; raises IndexDamagedError when it cannot be trusted.

    An embedded one must be opened with `home.opening_chroma` held.
    """
    if settings.chroma_url:
        return VectorIndex(settings.chroma_url, _server_collection(catalog))
    folder = chroma_path(settings.home)
    if folder.exists():
        _see_it_is_sound(settings.home, catalog.meta("graph"))
    return VectorIndex(folder)


def _see_it_is_sound(home: Path, sealed: str | None) -> None:
    """Have a child process open the very files that this one is going to open.

    Opening can write them, so files that changed meanwhile are tried again: a state that no child has opened might
    take all of the machine's memory. Raises IndexDamagedError when they cannot be opened, IndexBusyError when they
    do not come to rest: somebody is writing, and a later try will do.
    """
    folder = chroma_path(home)
    for _ in range(_PROBES):
        digest = graph_digest(folder)
        if digest == sealed or digest in _sound_graphs:
            return
        probe(home)
        if graph_digest(folder) == digest:
            _sound_graphs.add(digest)
    if graph_digest(folder) not in _sound_graphs:
        raise IndexBusyError("向量索引正被写入，请稍后再试 / the vector index is being written; try again later")


def fresh_vectors(settings: Settings, catalog: Catalog) -> VectorIndex:
    """Throw the vector index away, whatever state it is in, and open an empty one."""
    if settings.chroma_url:
        VectorIndex(settings.chroma_url, _server_collection(catalog)).drop()
        return VectorIndex(settings.chroma_url, _server_collection(catalog))
    erase(chroma_path(settings.home))
    return VectorIndex(chroma_path(settings.home))


def names(catalog: Catalog) -> frozenset[str]:
    """Return the names that the lexical index is cut by."""
    return unpacked(catalog.meta("names"))


def fresh_lexical(settings: Settings, catalog: Catalog) -> LexicalIndex:
    """Throw the lexical index away, whatever state it is in, and open an empty one."""
    lexical.erase(lexical_path(settings.home))
    return LexicalIndex(lexical_path(settings.home), names(catalog))


def aligned_vectors(settings: Settings, catalog: Catalog) -> VectorIndex:
    """Open the vector index and bring it in line with the catalog, from nothing if it is damaged.

    A server must be mended where it runs: its IndexDamagedError is passed on.
    """
    try:
        return _aligned(catalog, open_vectors(settings, catalog))
    except IndexDamagedError as error:
        if settings.chroma_url:
            raise
        logger.warning("Making the vector index again: %s", error)
        return _aligned(catalog, fresh_vectors(settings, catalog))


def aligned_lexical(settings: Settings, catalog: Catalog) -> LexicalIndex:
    """Open the lexical index and bring it in line with the catalog, from nothing if it is damaged."""
    try:
        return _aligned(catalog, LexicalIndex(lexical_path(settings.home), names(catalog)))
    except IndexDamagedError as error:
        logger.warning("Making the lexical index again: %s", error)
        return _aligned(catalog, fresh_lexical(settings, catalog))


def _aligned(catalog: Catalog, index: Leg) -> Leg:
    try:
        reconcile(catalog, index)
    except BaseException:
        index.close()
        raise
    return index


def _server_collection(catalog: Catalog) -> str:
    """Several homes may share a server: each has a collection of its own."""
    return f"{COLLECTION}-{catalog.meta('identity')}"


def seal(settings: Settings, catalog: Catalog) -> None:
    """Remember the state of Chroma's files; call inside a transaction, after they are closed."""
    folder = chroma_path(settings.home)
    catalog.remember(graph=graph_digest(folder))


def reconcile(catalog: Catalog, index: DerivedIndex[Any]) -> tuple[int, int]:
    """Add what the catalog knows and the index lacks, remove what only the index knows; return both counts.

    Only the process that holds `home.building` may do this.
    """
    known, held = catalog.chunk_ids(), index.ids()
    index.remove(held - known)
    missing = sorted(known - held)
    index.add(catalog.entries(missing))
    return len(missing), len(held - known)


def lost_entries(catalog: Catalog, vectors: VectorIndex) -> list[str]:
    """Return the ids, of an even sample, that a search for their own vector does not find."""
    ids = sorted(catalog.chunk_ids() & vectors.ids())
    sample = catalog.entries(ids[:: max(1, len(ids) // _SAMPLE)])
    return [entry.id for entry in sample if not _finds(vectors, entry)]


def _finds(vectors: VectorIndex, entry: Entry) -> bool:
    hits = vectors.search(entry.vector, 5)
    return any(hit.id == entry.id for hit in hits) or bool(hits and hits[-1].score >= _SAME)


def probe(home: Path) -> None:
    """Try the embedded Chroma in a child process; raises IndexDamagedError with what the child met."""
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "index.health", str(home.resolve())]
    try:
        child = subprocess.run(  # noqa: S603
            command, env=environment, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise IndexDamagedError(f"向量索引没有响应 / the vector index does not answer. {RUN_REPAIR}") from error
    if child.returncode:
        ended = f"向量索引打不开 / opening the vector index ended a process, status {child.returncode}. {RUN_REPAIR}"
        raise IndexDamagedError(child.stdout.strip() or ended)


def _answer_probe(home: Path) -> str:
    """Open Chroma and ask it for what it holds; return what is wrong, empty if nothing."""
    catalog = Catalog(catalog_path(home))
    try:
        vectors = VectorIndex(chroma_path(home))
        lost = lost_entries(catalog, vectors)
        vectors.close()
    except ParkError as error:
        return str(error)
    return f"检索不到已有的向量 / {len(lost)} chunks are not found by their own vector. {RUN_REPAIR}" if lost else ""


def _limit_memory(home: Path) -> None:
    """Let a damaged length end this process, not the machine's other ones."""
    size = sum(path.stat().st_size for path in chroma_path(home).rglob("*") if path.is_file())
    limit = _PROBE_BYTES + _PROBE_TIMES * size
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    _limit_memory(Path(sys.argv[1]))
    trouble = _answer_probe(Path(sys.argv[1]))
    sys.stdout.write(trouble)
    sys.exit(1 if trouble else 0)
