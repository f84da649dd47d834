"""Texts become unit vectors. Knows prompts and batches; knows nothing of documents or storage."""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index.errors import ModelError
from index.model import ensure_model, is_made_model, model_fingerprint
from index.records import content_id
from settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 8
"""Texts run together; on a CPU a larger padded batch is slower."""
MAX_CHARS = 4_000
"""Characters of a text that are looked at: no less than 512 tokens of prose, and no more work than that."""
SAMPLE_BYTES = 1_000_000
"""Bytes at either end of a large weights file that enter another model's fingerprint."""


class Embedder(Protocol):
    """What the index and the questions need of an embedding model."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights and prompts: vectors of equal fingerprints may be compared and cached."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions)."""
        ...

    def query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, shape (dimensions,)."""
        ...

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what `query` does for each of many questions, shape (len(texts), dimensions)."""
        ...


class SentenceTransformerEmbedder(Embeddings):
    """Any sentence-transformers model as an Embedder, and as LangChain's Embeddings.

    Takes any string: NUL becomes a space, a lone surrogate U+FFFD, what follows `MAX_CHARS` is left out. Safe to call
    from several threads; a model that is not by itself is run by one at a time, a batch each.
    """

    def __init__(
        self,
        model: "SentenceTransformer",
        identity: str,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
    ) -> None:
        """`identity` names the model's weights; a prompt that is None is the model's own."""
        dimensions = model.get_embedding_dimension()
        if not dimensions:
            raise ModelError(f"The embedding model {identity} does not say how long its vectors are.")
        self._model = model
        self._query_prompt = _own_prompt(model, "query") if query_prompt is None else query_prompt
        self._passage_prompt = (
            _own_prompt(model, "document", "passage", "corpus") if passage_prompt is None else passage_prompt
        )
        self._turn: AbstractContextManager[Any] = (
            nullcontext() if getattr(model[0], "thread_safe", False) else threading.Lock()
        )
        self.dimensions = int(dimensions)
        self.fingerprint = content_id(identity, str(self.dimensions), self._query_prompt, self._passage_prompt)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions)."""
        return self._in_batches(self._model.encode_document, texts, self._passage_prompt)

    def query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question, shape (dimensions,)."""
        rows = self._encode(self._model.encode_query, [_clean(text)], self._query_prompt)
        return rows.reshape(self.dimensions)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what `query` does for each of many questions, shape (len(texts), dimensions)."""
        return self._in_batches(self._model.encode_query, texts, self._query_prompt)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's name for `passages`."""
        return [[float(value) for value in row] for row in self.passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's name for `query`."""
        return [float(value) for value in self.query(text)]

    def _in_batches(self, encode: Any, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:  # noqa: ANN401
        """Return a row per text; those of about one length are run together."""
        rows = np.empty((len(texts), self.dimensions), np.float32)
        cleaned = [_clean(text) for text in texts]
        by_length = sorted(range(len(texts)), key=lambda index: len(cleaned[index]))
        for start in range(0, len(texts), BATCH):
            batch = by_length[start : start + BATCH]
            rows[batch] = self._encode(encode, [cleaned[index] for index in batch], prompt)
        return rows

    def _encode(self, encode: Any, texts: list[str], prompt: str) -> NDArray[np.float32]:  # noqa: ANN401 - overloaded
        with self._turn:
            rows = encode(texts, prompt=prompt, batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True)
        return _unit_rows(np.asarray(rows, np.float32), (len(texts), self.dimensions))


def open_embedder(settings: Settings, threads: int = 1) -> SentenceTransformerEmbedder:
    """Open the embedding model of `settings`, making the built-in one if it is missing.

    `threads` is how many threads the built-in model may use for a text: one costs the least CPU time and serves
    several visitors best, two make a build on an idle machine quicker.
    Raises ModelError if the model is damaged, cannot be made or cannot be opened.
    """
    name = ensure_model(settings)
    if name.startswith((".", "/", "~")) and not Path(name).is_dir():
        raise ModelError(f"PARK_EMBEDDING_MODEL has value {name!r}: there is no such folder.")
    # importing sentence-transformers takes seconds: a command that embeds nothing should not wait for it
    from sentence_transformers import SentenceTransformer

    ours = is_made_model(Path(name)) and not settings.embedding_model
    options: dict[str, Any] = {"trust_remote_code": True, "model_kwargs": {"threads": threads}} if ours else {}
    try:
        # a path is opened as it stands on the disk; only a name may be looked up on a hub
        model = SentenceTransformer(name, device="cpu", local_files_only=Path(name).is_dir(), **options)
        identity = model_fingerprint(Path(name)) if ours else _identity(name, model)
    except Exception as error:
        raise ModelError(f"The embedding model {name} cannot be opened: {error}") from error
    return SentenceTransformerEmbedder(
        model, identity, settings.embedding_query_prompt, settings.embedding_passage_prompt
    )


def _own_prompt(model: "SentenceTransformer", *names: str) -> str:
    """Return the first prompt the model has under one of `names`, or none."""
    return next((prompt for name in names if (prompt := model.prompts.get(name))), "")


def _clean(text: str) -> str:
    cut = text[:MAX_CHARS].replace("\0", " ")
    return cut.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unit_rows(rows: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return `rows` checked to be of `shape`, finite and of length one."""
    if rows.shape != shape:
        raise ModelError(f"The embedding model gave vectors of shape {rows.shape}, expected {shape}.")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ModelError("The embedding model gave a vector without a direction.")
    units: NDArray[np.float32] = rows / lengths
    return units


def _identity(name: str, model: "SentenceTransformer") -> str:
    """Name another model's weights: a hash of its files, or a hub's name and revision."""
    folder = Path(name)
    if folder.is_dir():
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return content_id(*(f"{path.relative_to(folder).as_posix()} {_sample(path)}" for path in files))
    config = getattr(model.transformers_model, "config", None)
    return f"{name}@{getattr(config, '_commit_hash', None)}"


def _sample(path: Path) -> str:
    """Hash a file's size, beginning and end: hashing gigabytes of weights would hold up every start."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
        file.seek(max(0, size - SAMPLE_BYTES))
        return content_id(str(size), head.hex(), file.read().hex())
