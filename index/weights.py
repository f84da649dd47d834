"""Reads the carrier file of the built-in model: a vocabulary and the tensors of a BERT encoder, most in 4 bits.

Little-endian. Magic, version; sizes; special ids; pieces with unigram scores; a normalisation table (skipped);
a directory of tensors. The file is input like any other: every length is checked before it is used.
"""

import itertools
import struct
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
"""Values that share one scale; a block is an f16 scale and 16 bytes of two values each."""
MAX_SIZE = 1_000_000
"""No size in the header may exceed this: a damaged count must not become an allocation."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The encoder's sizes; `eps` is the layer norms' epsilon."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    words: int
    positions: int
    types: int
    eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log-probabilities, in id order, and the ids of the special ones."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix in 4 bits: scales (rows, columns / 32) f32, and values 0..15 (rows, columns) u8, 8 meaning zero."""

    scales: NDArray[np.float32]
    values: NDArray[np.uint8]

    def dense(self) -> NDArray[np.float32]:
        """Return the matrix as f32, shape (rows, columns)."""
        rows, columns = self.values.shape
        signed = self.values.reshape(rows, columns // BLOCK, BLOCK).astype(np.float32) - 8
        return (signed * self.scales[:, :, None]).reshape(rows, columns)


Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The whole file, checked: 4-bit matrices, f32 vectors (and the small f32 tables) by name."""

    shape: Shape
    vocabulary: Vocabulary
    matrices: Mapping[str, Blocks]
    vectors: Mapping[str, Vector]


def parse(data: bytes) -> Weights:
    """Return the weights in `data`. Raises ModelError if anything in it is out of place."""
    reader = _Reader(data)
    if reader.take(4) != MAGIC or reader.one("I") != 1:
        raise ModelError("The weights file is not of the known format (E5S1, version 1).")
    shape = _shape(reader)
    vocabulary = _vocabulary(reader, shape)
    _, table_bytes = reader.many("iI")
    reader.take(table_bytes)
    entries = _directory(reader)
    matrix_shapes, vector_shapes = _matrix_shapes(shape), _vector_shapes(shape)
    _check_names((name for name, entry in entries.items() if entry.packed), matrix_shapes)
    _check_names((name for name, entry in entries.items() if not entry.packed), vector_shapes)
    matrices = {name: _matrix(data, name, entries[name], size) for name, size in matrix_shapes.items()}
    vectors = {name: _vector(data, name, entries[name], size) for name, size in vector_shapes.items()}
    return Weights(shape, vocabulary, matrices, vectors)


def _check_names(found: Iterable[str], wanted: Iterable[str]) -> None:
    odd = sorted(set(found) ^ set(wanted))
    if odd:
        raise ModelError(f"The weights file does not hold the expected encoder; missing or unknown: {odd[:3]}.")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the tensor directory; offset and size in bytes of the file."""

    packed: bool
    count: int
    offset: int
    size: int


class _Reader:
    """Reads forward through bytes, refusing to pass their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        if size < 0 or self._at + size > len(self._data):
            raise ModelError(f"The weights file ends early: {size} bytes wanted at {self._at} of {len(self._data)}.")
        self._at += size
        return self._data[self._at - size : self._at]

    def many(self, layout: str) -> tuple[Any, ...]:
        """Return the next values of a `struct` layout, little-endian."""
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def one(self, layout: str) -> Any:  # noqa: ANN401 - int or float, as the layout says
        """Return the next single value."""
        return self.many(layout)[0]


def _shape(reader: _Reader) -> Shape:
    shape = Shape(*reader.many("7if"))
    block = reader.one("i")
    if not all(0 < size <= MAX_SIZE for size in astuple(shape)) or block != BLOCK or shape.eps >= 1:
        raise ModelError(f"The weights file has impossible sizes: {shape}, block {block}.")
    if shape.hidden % shape.heads or shape.hidden % BLOCK or shape.feed_forward % BLOCK or shape.layers > 1000:
        raise ModelError(f"The weights file has sizes that do not fit each other: {shape}.")
    return shape


def _vocabulary(reader: _Reader, shape: Shape) -> Vocabulary:
    count, *special = reader.many("5i")
    blob_size = reader.one("Q")
    if not 0 < count <= shape.words or not all(0 <= piece < count for piece in special):
        raise ModelError(f"The weights file has {count} pieces for {shape.words} words, special ids {special}.")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(reader.take(4 * count), "<f4")
    blob = reader.take(blob_size)
    if offsets[0] != 0 or offsets[-1] != blob_size or not np.isfinite(scores).all():
        raise ModelError("The weights file's vocabulary does not fill its space.")
    try:
        pieces = tuple(blob[start:end].decode() for start, end in itertools.pairwise(offsets))
    except UnicodeDecodeError as error:
        raise ModelError(f"The weights file's vocabulary is not UTF-8: {error}") from error
    return Vocabulary(pieces, tuple(scores.tolist()), *special)


def _directory(reader: _Reader) -> dict[str, _Entry]:
    entries = {}
    for _ in range(max(0, reader.one("i"))):
        name = reader.take(reader.one("H")).decode("utf-8", "replace")
        kind, count, offset, size = reader.many("BIQQ")
        entries[name] = _Entry(kind != 0, count, offset, size)
    return entries


def _matrix_shapes(shape: Shape) -> dict[str, tuple[int, int]]:
    """Return the shape of every matrix in 4 bits, by name; layers' matrices are (outputs, inputs)."""
    hidden, wide = shape.hidden, shape.feed_forward
    layer = dict.fromkeys(("q", "k", "v", "ao"), (hidden, hidden)) | {"fi": (wide, hidden), "fo": (hidden, wide)}
    layers = {f"l{index}.{name}.w": size for index in range(shape.layers) for name, size in layer.items()}
    return {"emb.word": (shape.words, hidden)} | layers


def _vector_shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Return the shape of every f32 tensor, by name."""
    hidden = (shape.hidden,)
    norms = [f"{name}.{part}" for name in ("aln", "oln") for part in "wb"]
    layer: dict[str, tuple[int, ...]] = dict.fromkeys([f"{part}.b" for part in ("q", "k", "v", "ao", "fo")], hidden)
    layer |= dict.fromkeys(norms, hidden) | {"fi.b": (shape.feed_forward,)}
    shapes = {f"l{index}.{name}": size for index in range(shape.layers) for name, size in layer.items()}
    shapes |= {"emb.pos": (shape.positions, *hidden), "emb.type": (shape.types, *hidden)}
    return shapes | {"emb.ln.w": hidden, "emb.ln.b": hidden}


def _bytes(data: bytes, name: str, entry: _Entry, size: int, count: int) -> memoryview:
    if entry.size != size or entry.count != count or entry.offset + entry.size > len(data):
        raise ModelError(f"Tensor {name} of the weights file: {entry}, expected {count} values in {size} bytes.")
    return memoryview(data)[entry.offset : entry.offset + entry.size]


def _matrix(data: bytes, name: str, entry: _Entry, shape: tuple[int, int]) -> Blocks:
    rows, columns = shape
    blocks = rows * columns // BLOCK
    raw = np.frombuffer(_bytes(data, name, entry, blocks * (2 + BLOCK // 2), prod(shape)), np.uint8)
    raw = raw.reshape(blocks, 2 + BLOCK // 2)
    scales = raw[:, :2].copy().view("<f2").astype(np.float32)
    values = np.concatenate((raw[:, 2:] & 15, raw[:, 2:] >> 4), axis=1)
    if not np.isfinite(scales).all():
        raise ModelError(f"Tensor {name} of the weights file is not finite.")
    return Blocks(scales.reshape(rows, -1), values.reshape(rows, columns))


def _vector(data: bytes, name: str, entry: _Entry, shape: tuple[int, ...]) -> Vector:
    vector = np.frombuffer(_bytes(data, name, entry, 4 * prod(shape), prod(shape)), "<f4").reshape(shape)
    if not np.isfinite(vector).all():
        raise ModelError(f"Tensor {name} of the weights file is not finite.")
    return vector
