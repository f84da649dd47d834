"""What others ship, over the same documents: BM25 by white space, BM25 by character pairs, LangChain's stock recipe.

The stock recipe is RecursiveCharacterTextSplitter and Chroma's similarity search as they come (4,000 characters,
k = 4), with this project's embedding model; it answers every question from what it found.
"""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.sets import SetDocument
from index.embed import SentenceTransformerEmbedder
from index.records import content_id

if TYPE_CHECKING:
    from langchain_core.documents import Document

Tokenizer = Callable[[str], list[str]]
STOCK_K = 4
"""Chunks that `similarity_search` gives unless told otherwise."""
_ADDED = 200  # chunks embedded and added at a time


def by_whitespace(text: str) -> list[str]:
    """Cut text where it has white space, as BM25 libraries do by default: a Chinese clause becomes one token."""
    return text.lower().split()


def by_pairs(text: str) -> list[str]:
    """Cut text into all pairs of neighbouring characters."""
    dense = re.sub(r"\s+", "", text.lower())
    return [dense[place : place + 2] for place in range(max(1, len(dense) - 1))]


class Bm25:
    """Whole documents, title and text, ranked by BM25 over a tokenizer's tokens."""

    def __init__(self, documents: Sequence[SetDocument], tokenizer: Tokenizer) -> None:
        import bm25s

        self._ids = [document.id for document in documents]
        self._tokenizer = tokenizer
        self._index = bm25s.BM25(k1=1.2, b=0.75)
        self._index.index([tokenizer(f"{one.title}\n{one.text}") for one in documents], show_progress=False)

    def search(self, question: str, limit: int) -> list[str]:
        """Return the ids of the best documents, best first; those that share no token with the question are none."""
        known = [token for token in self._tokenizer(question) if token in self._index.vocab_dict]
        if not known:
            return []
        limit = min(limit, len(self._ids))
        places, scores = self._index.retrieve([known], k=limit, show_progress=False)
        return [self._ids[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0]


class StockRecipe:
    """LangChain's splitter and its Chroma over the documents, kept in a folder so that nothing is embedded twice."""

    def __init__(self, documents: Sequence[SetDocument], embedder: SentenceTransformerEmbedder, folder: Path) -> None:
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        from langchain_chroma import Chroma
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter()
        texts, ids = [one.text for one in documents], [{"id": one.id} for one in documents]
        self.chunks = splitter.create_documents(texts, ids)
        self._store = Chroma("stock", embedder, str(folder / f"stock-{embedder.fingerprint}"))
        self._add(self.chunks)

    def _add(self, chunks: Sequence["Document"]) -> None:
        wanted = {content_id(chunk.metadata["id"], chunk.page_content): chunk for chunk in chunks}
        present = set(self._store.get(include=[])["ids"])
        if gone := sorted(present - wanted.keys()):
            self._store.delete(gone)
        missing = sorted(wanted.keys() - present)
        for start in range(0, len(missing), _ADDED):
            batch = missing[start : start + _ADDED]
            self._store.add_documents([wanted[id_] for id_ in batch], ids=batch)

    def search(self, question: str) -> list["Document"]:
        """Return the chunks the recipe would hand to its answer."""
        return self._store.similarity_search(question, k=STOCK_K)

    def documents(self, question: str) -> list[str]:
        """Return the ids of their documents, each once."""
        return list(dict.fromkeys(str(chunk.metadata["id"]) for chunk in self.search(question)))
