"""Opening an index for answering: swept of what a killed build left, and asked whether both legs find what is in it.

Knows how an index is mended; knows nothing of how one is searched.
"""

from contextlib import ExitStack

from index import health, home
from index.catalog import Catalog
from index.embed import Embedder, open_embedder
from index.errors import IndexBusyError, IndexDamagedError
from index.lexical import LexicalIndex
from index.records import StoredChunk
from index.store import Index
from index.tokens import keep_dictionary_in
from settings import Settings

_SAMPLE = 3  # chunks that the self-test asks for
_OWN_VECTOR = 0.98  # cosine that a chunk has with itself at least, kept in 16 bits and found by another run
_FIRST_FEW = 5


def open_index(settings: Settings, embedder: Embedder | None = None) -> Index:
    """Open the index of `settings.home` for answering, and see that both legs find what is in it.

    What a killed build left behind is swept first. `embedder` is by default the model of the settings. Raises
    IndexMissingError, IndexMismatchError or IndexDamagedError, each naming the command to run.
    """
    with ExitStack() as stack:
        catalog = Catalog(home.catalog_path(settings.home))
        stack.callback(catalog.close)
        embedder = embedder or open_embedder(settings)
        health.check_built_with(settings, catalog, embedder)
        keep_dictionary_in(home.cache_path(settings.home))
        lexical = _open_lexical(settings, catalog)
        index = Index(settings, catalog, lexical, embedder)
        stack.pop_all()
        stack.callback(index.close)
        if not index.in_line:
            _sweep(settings, catalog)
            index.refresh()
        _self_test(index)
        stack.pop_all()
    return index


def _open_lexical(settings: Settings, catalog: Catalog) -> LexicalIndex:
    try:
        return LexicalIndex(home.lexical_path(settings.home), health.names(catalog))
    except IndexDamagedError:
        _sweep(settings, catalog)
        return LexicalIndex(home.lexical_path(settings.home), health.names(catalog))


def _sweep(settings: Settings, catalog: Catalog) -> None:
    """Bring both derived indexes back in line, a damaged one from nothing, unless a build is at it and will."""
    try:
        with home.building(settings.home), home.opening_chroma(settings.home, 10):
            health.aligned_vectors(settings, catalog).close()
            health.aligned_lexical(settings, catalog).close()
            with catalog.transaction():
                health.seal(settings, catalog)
    except IndexBusyError:
        return


def _self_test(index: Index) -> None:
    """Ask each leg for chunks that are in the index; raises IndexDamagedError naming a leg that finds few."""
    chunks = index.all_chunks()
    sample = chunks[:: max(1, len(chunks) // _SAMPLE)][:_SAMPLE]
    if not sample:
        return
    vectors = index.embedder.passages([stored.chunk.embedded_text for stored in sample])
    # by nearness, not by id: equal paragraphs of two reports have equal vectors
    nearest = [max((hit.score for hit in index.dense(vector, 1)), default=0.0) for vector in vectors]
    words = [{hit.id for hit in index.lexical_search(_longest_sentence(stored), _FIRST_FEW)} for stored in sample]
    found = {
        "dense (Chroma)": sum(score >= _OWN_VECTOR for score in nearest),
        "lexical (tantivy)": sum(stored.chunk.id in ids for stored, ids in zip(sample, words, strict=True)),
    }
    for leg, count in found.items():
        if 2 * count < len(sample):
            raise IndexDamagedError(
                f"自检失败：检索找不到已有的内容 / self-test: the {leg} leg finds {count} of {len(sample)} things that "
                f"are in the index. {health.RUN_REPAIR}"
            )


def _longest_sentence(stored: StoredChunk) -> str:
    return max((stored.chunk.sentence_text(sentence) for sentence in stored.chunk.sentences), key=len, default="")
