"""Candidates of both legs, the dense one rescored by sentence, fused: a LangChain BaseRetriever.

Knows the opened index; knows nothing of answers.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, PrivateAttr

from index.embed import Embedder
from index.records import Document, Hit, StoredChunk
from index.tokens import tokenize
from index.words import cut
from rag.lexicon import lexicon
from rag.terms import is_english

DENSE_WEIGHT = 0.5
"""Share of the dense leg in the weighted sum."""
CHUNK_WEIGHT = 0.6
"""Share of the whole chunk's similarity in the dense leg's figure; its best sentence has the rest."""
EXPANDED_WEIGHT = 0.2
"""What a word that a report may use counts beside the question's own: all are of the public sets (bench/LOG.md)."""
LEG_LIMIT = 40
"""Chunks each leg proposes."""
_SURE_DENSE = 0.94
"""Cosine from which the nearest sentence says about what the question says."""
_SURE_LEXICAL = 0.75
"""Share of a question's words, weighed by their rarity, that a corpus has which speaks of what is asked."""
_REMEMBERED_QUESTIONS = 256


class SearchableIndex(Protocol):
    """What retrieval needs of the opened index."""

    @property
    def embedder(self) -> Embedder:
        """The model the index was built with."""
        ...

    def dense(self, vector: NDArray[np.float32], limit: int) -> list[Hit]:
        """Nearest chunks by cosine similarity."""
        ...

    def lexical_search(self, text: str, limit: int, also: str = "", also_weight: float = 1.0) -> list[Hit]:
        """Best chunks by BM25; the words of `also` count `also_weight` times."""
        ...

    @property
    def count(self) -> int:
        """Number of chunks."""
        ...

    def document_frequency(self, term: str) -> int:
        """Number of chunks that hold a token."""
        ...

    def chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Chunks with their sentence vectors, by id."""
        ...

    def document(self, document_id: str) -> Document:
        """One document, whole."""
        ...


@dataclass(frozen=True)
class Candidate:
    """A retrieved chunk. `score` is the fused score, `dense` its best sentence's cosine, `lexical` its BM25."""

    stored: StoredChunk
    score: float
    dense: float
    lexical: float


class HybridRetriever(BaseRetriever):
    """Both legs' candidates in one order. As a LangChain runnable it takes a query and gives documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Any
    """A SearchableIndex."""
    limit: int = 12
    """Chunks returned."""
    _vectors: Any = PrivateAttr()

    def model_post_init(self, context: object, /) -> None:
        """Remember the vectors of recent questions: evidence asks for the same ones again."""
        super().model_post_init(context)
        self._vectors = functools.lru_cache(maxsize=_REMEMBERED_QUESTIONS)(self._embed)

    def vector(self, question: str) -> NDArray[np.float32]:
        """Return the unit vector of `question`."""
        vector: NDArray[np.float32] = self._vectors(question, self.index.embedder.fingerprint)
        return vector

    def candidates(self, question: str, expanded: str = "") -> list[Candidate]:
        """Return the best chunks for `question`; the lexical leg also looks for the words of `expanded`."""
        vector = self.vector(question)
        nearest, lexical = self.legs(question, expanded)
        stored = self.index.chunks(list(dict.fromkeys([*nearest, *lexical])))
        dense = {id_: best_similarity(chunk, vector) for id_, chunk in stored.items()}
        fused = fuse(nearness(dense, nearest), {id_: lexical.get(id_, 0.0) for id_ in stored})
        order = sorted(stored, key=lambda id_: (-fused[id_], id_))
        return [Candidate(stored[id_], fused[id_], dense[id_], lexical.get(id_, 0.0)) for id_ in order[: self.limit]]

    def legs(self, question: str, expanded: str = "") -> tuple[dict[str, float], dict[str, float]]:
        """Return what each leg alone proposes, best first: cosines of the dense one by chunk id, BM25 of the other."""
        hits = self.index.lexical_search(searched(question), LEG_LIMIT, expanded, EXPANDED_WEIGHT)
        nearest = self.index.dense(self.vector(question), LEG_LIMIT)
        return {hit.id: hit.score for hit in nearest}, {hit.id: hit.score for hit in hits}

    def weak(self, question: str, candidates: Sequence[Candidate]) -> bool:
        """Whether both legs are weak: no sentence is near `question`, and the index lacks much of its words."""
        nearest = max((candidate.dense for candidate in candidates), default=0.0)
        return nearest < _SURE_DENSE and self._known_share(question) < _SURE_LEXICAL

    def _known_share(self, question: str) -> float:
        """Return how much of the question's tokens, weighed by idf as BM25 does, stands in some chunk."""
        total = self.index.count
        held = [self.index.document_frequency(token) for token in set(tokenize(searched(question)))]
        weights = [math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in held]
        known = sum(weight for weight, count in zip(weights, held, strict=True) if count)
        return known / sum(weights) if held else 0.0

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return [_as_langchain(candidate) for candidate in self.candidates(query)]

    def _embed(self, question: str, _fingerprint: str) -> NDArray[np.float32]:
        """An English question also counts by its Chinese terms: across languages similarities come out lower."""
        vector: NDArray[np.float32] = self.index.embedder.query(question)
        if is_english(question):
            vector = vector + self.index.embedder.query(lexicon().translate(question))
            vector /= np.linalg.norm(vector)
        return vector


def best_similarity(chunk: StoredChunk, vector: NDArray[np.float32]) -> float:
    """Return the cosine of `vector` and the chunk's nearest sentence (headings count: they name the subject)."""
    return float((chunk.sentence_vectors @ vector).max(initial=-1.0))


def searched(question: str) -> str:
    """Return what the lexical leg looks for: `question` (normalised) without the words that only ask, thank or greet.

    Each leaves a gap, so that its neighbours are no pair. Nothing is dropped from a question that has nothing else.
    """
    kept = "".join(" " if word.text.lower() in lexicon().asking else word.text for word in cut(question))
    return kept if any(char.isalnum() for char in kept) else question


def nearness(sentence: Mapping[str, float], chunk: Mapping[str, float]) -> dict[str, float]:
    """Return the dense leg's figure of each id: the mean of its best sentence's and its own similarity, weighted.

    The sentence tells that the answer is there, the chunk what it is about. A chunk that the dense leg did not propose
    is taken to be as near as the farthest that it did.
    """
    farthest = min(chunk.values(), default=0.0)
    return {id_: CHUNK_WEIGHT * chunk.get(id_, farthest) + (1 - CHUNK_WEIGHT) * best for id_, best in sentence.items()}


def fuse(dense: dict[str, float], lexical: dict[str, float], dense_weight: float = DENSE_WEIGHT) -> dict[str, float]:
    """Return the weighted sum of min-max-normalised scores of the same ids, between 0 and 1.

    Unlike reciprocal rank fusion it keeps how much better the best is.
    """
    first, second = _min_max(dense), _min_max(lexical)
    return {id_: dense_weight * first[id_] + (1 - dense_weight) * second[id_] for id_ in dense}


def _min_max(scores: dict[str, float]) -> dict[str, float]:
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    return {id_: (score - low) / (high - low) if high > low else 0.0 for id_, score in scores.items()}


def _as_langchain(candidate: Candidate) -> LangChainDocument:
    chunk = candidate.stored.chunk
    return LangChainDocument(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "document_id": chunk.document_id,
            "title": chunk.title,
            "headings": list(chunk.headings),
            "start": chunk.start,
            "end": chunk.end,
            "score": candidate.score,
            "candidate": candidate,
        },
    )
