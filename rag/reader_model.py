"""A reader's model on disk: made from weights beside this file and the built-in model's word table, and opened.

Knows ONNX and tokenizers; knows nothing of evidence. `bench.fit` and `bench.train_staff_reader` make the weights.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import onnxruntime
from filelock import FileLock
from numpy.typing import NDArray

from index.errors import ModelError
from index.model import make_model, model_folder
from index.onnx_graph import WORD_SCALES, WORDS, EncoderGraph, quantise
from index.onnx_module import GRAPH, open_session, open_tokenizer
from index.weights import Shape

WEIGHTS = Path(__file__).with_name("reader.npz")
"""Of the reader of reports."""
STAFF_WEIGHTS = Path(__file__).with_name("staff_reader.npz")
"""Of the reader of staff's answers: trained on from the other one."""
_HALF = "f16:"
"""Before the names of tensors kept in 16 bits; the others are int8 with a scale a row."""


@dataclass(frozen=True)
class Dense:
    """A matrix as it is."""

    rows: NDArray[np.float32]

    def dense(self) -> NDArray[np.float32]:
        """Return the matrix."""
        return self.rows


@dataclass(frozen=True)
class ReaderWeights:
    """The reader's encoder, and what is the reader's own: a vector for each segment, the two output rows."""

    shape: Shape
    matrices: Mapping[str, Dense]
    vectors: Mapping[str, NDArray[np.float32]]

    @cached_property
    def file(self) -> dict[str, NDArray[Any]]:
        """The arrays as they are kept on disk."""
        arrays: dict[str, NDArray[Any]] = {"shape": np.array(json.dumps(astuple(self.shape)))}
        for name, matrix in self.matrices.items():
            values, scales = quantise(matrix.dense())
            arrays |= {name: values, f"{name}.scales": scales}
        return arrays | {_HALF + name: vector.astype(np.float16) for name, vector in self.vectors.items()}


def save_weights(weights: ReaderWeights, path: Path) -> None:
    """Write the weights, each matrix in 8 bits."""
    np.savez_compressed(path, allow_pickle=False, **weights.file)


def load_weights(path: Path = WEIGHTS) -> ReaderWeights:
    """Read the weights. Raises ModelError when the file is not what `save_weights` writes."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _weights_of({name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ModelError(f"The reader's weights {path} cannot be read: {error}. Get the file anew.") from error


def _weights_of(arrays: dict[str, NDArray[Any]]) -> ReaderWeights:
    scaled = [name for name in arrays if f"{name}.scales" in arrays]
    matrices = {name: Dense(arrays[name] * arrays[f"{name}.scales"][:, None]) for name in scaled}
    halves = [name for name in arrays if name.startswith(_HALF)]
    vectors = {name.removeprefix(_HALF): arrays[name].astype(np.float32) for name in halves}
    return ReaderWeights(Shape(*json.loads(str(arrays["shape"]))), matrices, vectors)


class ReaderModel:
    """An opened reader. Safe to call from several threads."""

    def __init__(self, graph: Path, threads: int = 1) -> None:
        """Open the graph at `graph`; its tokenizer and its words stand beside it."""
        self.tokenizer: Any = open_tokenizer(graph.parent)
        self._session: onnxruntime.InferenceSession = open_session(graph, threads)

    def logits(self, ids: NDArray[np.int64], segments: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return start and end logits of tokens, shape (tokens, 2)."""
        feed = {"input_ids": ids[None], "segments": segments[None], "attention_mask": np.ones_like(ids)[None]}
        output: NDArray[np.float32] = self._session.run(["logits"], feed)[0][0]
        return output


def open_reader_model(home: Path, weights: Path = WEIGHTS) -> ReaderModel:
    """Open the reader in `home`, made first where it is missing or of other weights. Raises ModelError."""
    folder = model_folder(home)
    try:
        if not _is_sound(folder, weights):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{folder}.reader.lock"):
                if not _is_sound(folder, weights):
                    _make(make_model(home), weights)
        return ReaderModel(graph_in(folder, weights))
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"The reader in {folder} cannot be made or opened: {error}") from error


def graph_in(folder: Path, weights: Path = WEIGHTS) -> Path:
    """Return where the graph made of some weights stands."""
    return folder / f"{weights.stem}.onnx"


def manifest_in(folder: Path, weights: Path = WEIGHTS) -> Path:
    """Return where it is written that this graph is whole."""
    return folder / f"{weights.stem}.json"


def _is_sound(folder: Path, weights: Path) -> bool:
    """Whether the reader there is whole, and made from these weights and that word table."""
    try:
        manifest = json.loads(manifest_in(folder, weights).read_text("utf-8"))
        graph = graph_in(folder, weights).read_bytes()
    except (OSError, ValueError):
        return False
    return bool(manifest == _manifest(folder, graph, weights))


def _manifest(folder: Path, graph: bytes, weights: Path) -> dict[str, str]:
    return {
        "graph": hashlib.sha256(graph).hexdigest(),
        "weights": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "words": hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest(),
    }


def _make(folder: Path, weights: Path) -> None:
    """Write the graph, then the manifest that says it is whole: each is renamed into its place."""
    graph = reader_graph(load_weights(weights), folder / GRAPH)
    manifest = json.dumps(_manifest(folder, graph, weights), indent=2).encode()
    for path, data in ((graph_in(folder, weights), graph), (manifest_in(folder, weights), manifest)):
        work = path.with_name(f".{path.name}.new")
        work.write_bytes(data)
        work.replace(path)


def reader_graph(weights: ReaderWeights, encoder: Path) -> bytes:
    """Return the ONNX graph: `input_ids`, `segments`, `attention_mask` (b, t) i64 -> `logits` (b, t, 2) f32.

    Its words are the table of the graph at `encoder`, in the same data file, which is mapped and so held once.
    """
    graph = EncoderGraph(weights)
    hidden = graph.embedding_of_words()
    segments = graph.node("Gather", "segment", graph.constant("segment.table", weights.vectors["segments"]), "segments")
    hidden = graph.node("Add", "located", hidden, segments)
    for layer in range(weights.shape.layers):
        hidden = graph.layer(layer, hidden)
    product = graph.node("MatMul", "span", hidden, graph.constant("span.table", weights.vectors["span.w"].T))
    graph.node("Add", "logits", product, graph.constant("span.bias", weights.vectors["span.b"]))
    model = graph.finished(("input_ids", "segments", "attention_mask"), "logits", 2)
    _borrow_words(model, encoder)
    data: bytes = model.SerializeToString()
    return data


def _borrow_words(model: Any, encoder: Path) -> None:  # noqa: ANN401 - onnx comes without types
    import onnx

    lender = onnx.load(str(encoder), load_external_data=False)
    model.graph.initializer.extend(tensor for tensor in lender.graph.initializer if tensor.name in (WORDS, WORD_SCALES))
