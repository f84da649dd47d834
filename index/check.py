"""Whether catalog and derived indexes agree, mending where they do not, and what there is to say about an index.

Mending uses the catalog alone: no file is parsed and nothing embedded again.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import health, home
from index.catalog import Catalog
from index.catalog_errors import RUN_BUILD
from index.derived import DerivedIndex
from index.errors import IndexDamagedError, IndexMissingError, ParkError
from index.lexical import LexicalIndex
from index.tokens import keep_dictionary_in
from index.vectors import VectorIndex, graph_digest
from settings import Settings

_WAIT_FOR_READERS = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one part of the index: `catalog`, `vectors` or `lexical`."""

    part: str
    reason: str
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check looked at and found."""

    documents: int
    chunks: int
    problems: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        return all(problem.repaired for problem in self.problems)


def check(settings: Settings, repair: bool = False) -> CheckReport:
    """Compare the catalog with both derived indexes, and with `repair` make those anew that do not agree with it.

    Raises IndexMissingError if nothing has been built, IndexBusyError while another process builds.
    """
    with ExitStack() as stack:
        catalog = Catalog(home.catalog_path(settings.home))
        stack.callback(catalog.close)
        if not catalog.meta("fingerprint"):
            raise IndexMissingError(f"还没有建立索引 / nothing has been built yet in {settings.home}. {RUN_BUILD}")
        stack.enter_context(home.building(settings.home))
        stack.enter_context(home.opening_chroma(settings.home, _WAIT_FOR_READERS))
        keep_dictionary_in(home.cache_path(settings.home))
        problems = [*_catalog_problems(catalog), *_lexical_problems(settings, catalog, repair)]
        problems += _vector_problems(settings, catalog, repair)
        return CheckReport(len(catalog.versions()), len(catalog.chunk_ids()), tuple(problems))


def _catalog_problems(catalog: Catalog) -> Iterator[Problem]:
    for reason in catalog.faults():
        yield Problem("catalog", f"{reason}. 请删除目录库后重建 / delete {home.CATALOG}, then: {RUN_BUILD}")


def _lexical_problems(settings: Settings, catalog: Catalog, repair: bool) -> Iterator[Problem]:
    folder = home.lexical_path(settings.home)

    def inspect() -> str:
        lexical = LexicalIndex(folder)
        try:
            return _disagreement(catalog, lexical)
        finally:
            lexical.close()

    if reason := _trouble(catalog, folder, inspect):
        if repair:
            _fill(catalog, health.fresh_lexical(settings, catalog))
        yield Problem("lexical", reason, repair)


def _vector_problems(settings: Settings, catalog: Catalog, repair: bool) -> Iterator[Problem]:
    folder = home.chroma_path(settings.home)

    def inspect() -> str:
        if not settings.chroma_url and (digest := graph_digest(folder)) != catalog.meta("graph"):
            return f"文件被改动过 / the graph's files are not as the last build left them: {folder}"
        if not settings.chroma_url and digest:
            health.probe(settings.home)
        vectors = health.open_vectors(settings, catalog)
        try:
            return _disagreement(catalog, vectors) or _lost(catalog, vectors)
        finally:
            vectors.close()

    reason = _trouble(catalog, None if settings.chroma_url else folder, inspect)
    if reason and repair:
        _fill(catalog, health.fresh_vectors(settings, catalog))
        with catalog.transaction():
            health.seal(settings, catalog)
    if reason:
        yield Problem("vectors", reason, repair)


def _trouble(catalog: Catalog, folder: Path | None, inspect: Callable[[], str]) -> str:
    """Return what is wrong with a derived index, empty if nothing; looking must not make a missing folder."""
    if folder is not None and not folder.exists():
        return f"文件夹不存在 / the folder is missing: {folder}" if catalog.chunk_ids() else ""
    try:
        return inspect()
    except IndexDamagedError as error:
        return str(error)


def _disagreement(catalog: Catalog, index: DerivedIndex[Any]) -> str:
    known, held = catalog.chunk_ids(), index.ids()
    if known == held:
        return ""
    return f"与目录库不一致 / not in line with the catalog: {len(known - held)} missing, {len(held - known)} unknown"


def _lost(catalog: Catalog, vectors: VectorIndex) -> str:
    lost = health.lost_entries(catalog, vectors)
    return f"检索不到已有的向量 / {len(lost)} chunks are not found by their own vector" if lost else ""


def _fill(catalog: Catalog, index: DerivedIndex[Any]) -> None:
    try:
        health.reconcile(catalog, index)
    finally:
        index.close()


def status(settings: Settings) -> dict[str, Any]:
    """Return figures of the index in `settings.home`, fit for JSON. Raises IndexMissingError if there is none."""
    catalog = Catalog(home.catalog_path(settings.home))
    try:
        return {
            "home": str(settings.home),
            "corpus": str(settings.corpus),
            "documents": len(catalog.versions()),
            "chunks": len(catalog.chunk_ids()),
            "generation": catalog.generation,
            "built_at": catalog.meta("built_at"),
            "model": catalog.meta("fingerprint"),
            "chunk_chars": int(catalog.meta("chunking").rpartition(":")[2] or 0),
            "chroma": settings.chroma_url or str(home.chroma_path(settings.home)),
            "building": _is_building(settings),
        }
    finally:
        catalog.close()


def _is_building(settings: Settings) -> bool:
    try:
        with home.building(settings.home):
            return False
    except ParkError:
        return True
