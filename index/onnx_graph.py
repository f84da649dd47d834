"""Builds ONNX graphs of post-norm BERT encoders from their weights, int8 weights per channel.

Written with ONNX Runtime's fused CPU operators, so that opening it optimises nothing and needs no exporter.
Inputs `input_ids`, `attention_mask` (batch, tokens) i64; output `token_embeddings` (batch, tokens, hidden) f32.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.weights import Shape

FUSED = "com.microsoft"
OPSET = 18
IR_VERSION = 10
WORDS, WORD_SCALES = "word.table", "word.scales"
"""Constants of the word table: int8 rows, one f32 scale each."""
INT8_TOP = 63
"""Largest quantised value. CPUs without VNNI add pairs of u8 x s8 products in 16 bits, where 127 could overflow;
63 cannot, and costs nothing measurable: the error comes from the activations, which are scaled per tensor."""
PRECISE = frozenset({"l0.fo", "l4.fo", "l5.fo"})
"""Products left in f32: their inputs hold outliers beside which 8 bits lose the rest. They cause half the error of
similarities and take a fifth of the time."""


class Matrix(Protocol):
    """A matrix that may be kept in fewer bits."""

    def dense(self) -> NDArray[np.float32]:
        """Return the matrix as f32, shape (outputs, inputs)."""
        ...


class Encoder(Protocol):
    """An encoder's sizes and tensors, named as in `index.weights`."""

    @property
    def shape(self) -> Shape:
        """The sizes."""
        ...

    @property
    def matrices(self) -> Mapping[str, Matrix]:
        """The matrices by name."""
        ...

    @property
    def vectors(self) -> Mapping[str, NDArray[np.float32]]:
        """The vectors and small tables by name."""
        ...


def quantise(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 values of `rows`' shape and one f32 scale a row, so that values x scale comes near `rows`."""
    top = np.abs(rows).max(axis=1)
    scales = np.where(top > 0, top / INT8_TOP, 1).astype(np.float32)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


def write_graph(weights: Encoder, path: Path) -> None:
    """Write the encoder of `weights` to `path`, and its tables beside it as ".data": mapped when opened, not read."""
    # onnx takes half a second to import and only making the model needs it
    import onnx

    graph = EncoderGraph(weights)
    hidden = graph.embedding()
    for layer in range(weights.shape.layers):
        hidden = graph.layer(layer, hidden)
    tables = f"{path.name}.data"
    onnx.save(graph.model(hidden), str(path), save_as_external_data=True, location=tables, size_threshold=1024)
    # onnx makes the tables readable by their owner only
    path.with_name(tables).chmod(path.stat().st_mode)


class EncoderGraph:
    """Collects nodes and constants; every method returns the name of the value it adds."""

    def __init__(self, weights: Encoder) -> None:
        from onnx import helper, numpy_helper

        self._helper: Any = helper
        self._tensors: Any = numpy_helper
        self._weights = weights
        self._nodes: list[object] = []
        self._constants: list[object] = []

    def embedding(self) -> str:
        """Word + position + type, normalised. The word table stays int8 in memory: it is most of the model."""
        values, scales = quantise(self._weights.matrices["emb.word"].dense())
        self.constant(WORDS, values)
        self.constant(WORD_SCALES, scales[:, None])
        return self.embedding_of_words()

    def embedding_of_words(self) -> str:
        """As `embedding`, the word table's two constants coming from elsewhere."""
        vectors = self._weights.vectors
        words = self.node("Gather", "word.values", WORDS, "input_ids")
        words = self.node("Cast", "word.floats", words, to=1)
        scale = self.node("Gather", "word.scale", WORD_SCALES, "input_ids")
        words = self.node("Mul", "word", words, scale)
        length = self.node("Shape", "length", "input_ids", start=1, end=2)
        # texts are single segments: the vector of segment 0 belongs to every position
        table = self.constant("position.table", vectors["emb.pos"] + vectors["emb.type"][0])
        zero = self.constant("zero", np.zeros(1, np.int64))
        places = self.node("Slice", "position", table, zero, length, zero)
        total = self.node("Add", "embedding", words, places)
        gain, bias = (self.constant(f"emb.ln.{part}", vectors[f"emb.ln.{part}"]) for part in "wb")
        self.node("Cast", "mask", "attention_mask", to=6)
        return self.node("LayerNormalization", "emb.out", total, gain, bias, epsilon=self._weights.shape.eps)

    def layer(self, index: int, hidden: str) -> str:
        """Self-attention and feed-forward, each added to its input and normalised."""
        at = f"l{index}."
        joined = self._linear(at + "qkv", hidden, *(at + part for part in "qkv"))
        self._nodes.append(
            self._helper.make_node("Split", [joined], [at + part for part in "qkv"], axis=-1, num_outputs=3)
        )
        inputs = (at + "q", at + "k", at + "v", "", "mask")
        heads = self._weights.shape.heads
        attended = self.node("MultiHeadAttention", at + "attention", *inputs, domain=FUSED, num_heads=heads)
        middle = self._add_norm(at + "aln", self._linear(at + "ao.out", attended, at + "ao"), hidden)
        wide = self.node("Gelu", at + "gelu", self._linear(at + "fi.out", middle, at + "fi"), domain=FUSED)
        return self._add_norm(at + "oln", self._linear(at + "fo.out", wide, at + "fo"), middle)

    def model(self, output: str) -> Any:  # noqa: ANN401 - onnx comes without types
        """Return the finished ModelProto; its output is `output` under its public name."""
        self.node("Identity", "token_embeddings", output)
        return self.finished(("input_ids", "attention_mask"), "token_embeddings", self._weights.shape.hidden)

    def finished(self, inputs_: tuple[str, ...], output: str, width: int) -> Any:  # noqa: ANN401 - onnx has no types
        """Return the ModelProto of all that was added, of i64 inputs (b, t) and an f32 output (b, t, width)."""
        helper = self._helper
        inputs = [helper.make_tensor_value_info(name, 7, ["b", "t"]) for name in inputs_]
        result = helper.make_tensor_value_info(output, 1, ["b", "t", width])
        graph = helper.make_graph(self._nodes, "encoder", inputs, [result], self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="park-qa")

    def _linear(self, output: str, value: str, *names: str) -> str:
        """`value` times the named matrices side by side plus their biases, activations quantised as they come."""
        if names[0] in PRECISE:
            return self._dense_linear(output, value, names[0])
        matrix = np.concatenate([self._weights.matrices[f"{name}.w"].dense() for name in names])
        bias = np.concatenate([self._weights.vectors[f"{name}.b"] for name in names])
        values, scales = quantise(matrix)
        constants: list[tuple[str, NDArray[Any]]] = [("values", values.T), ("scales", scales), ("bias", bias)]
        table, scale, offset = (self.constant(f"{output}.{key}", array) for key, array in constants)
        return self.node("DynamicQuantizeMatMul", output, value, table, scale, "", offset, domain=FUSED)

    def _dense_linear(self, output: str, value: str, name: str) -> str:
        table = self.constant(f"{output}.table", self._weights.matrices[f"{name}.w"].dense().T)
        bias = self.constant(f"{output}.bias", self._weights.vectors[f"{name}.b"])
        return self.node("Add", output, self.node("MatMul", f"{output}.product", value, table), bias)

    def _add_norm(self, name: str, value: str, skip: str) -> str:
        gain, bias = (self.constant(f"{name}.{part}", self._weights.vectors[f"{name}.{part}"]) for part in "wb")
        eps = self._weights.shape.eps
        return self.node("SkipLayerNormalization", name, value, skip, gain, bias, domain=FUSED, epsilon=eps)

    def node(self, operator: str, output: str, *inputs: str, domain: str = "", **attributes: float) -> str:
        """Add a node; return the name of its output."""
        self._nodes.append(self._helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        self._constants.append(self._tensors.from_array(np.ascontiguousarray(array), name))
        return name
