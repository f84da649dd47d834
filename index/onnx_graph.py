"""Builds the built-in model's ONNX graph from its weights: a post-norm BERT encoder, int8 weights per channel.

Written with ONNX Runtime's fused CPU operators, so that opening it optimises nothing and needs no exporter.
Inputs `input_ids`, `attention_mask` (batch, tokens) i64; outputs (batch, tokens, hidden) f32: `token_embeddings`, and
`lower_states`, what the layers below `LOWER_LAYERS` make of the text alone, for a reader that goes on from there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.weights import Weights

Sizes = tuple[str | int, ...]
"""A tensor's shape: a name stands for a size that varies."""
FLOAT, INT64 = 1, 7  # ONNX's numbers for these types
FUSED = "com.microsoft"
OPSET = 18
IR_VERSION = 10
INT8_TOP = 63
"""Largest quantised value. CPUs without VNNI add pairs of u8 x s8 products in 16 bits, where 127 could overflow;
63 cannot, and costs nothing measurable: the error comes from the activations, which are scaled per tensor."""
LOWER_LAYERS = 8
"""Layers whose states a reader starts from; a reader is trained for one value of this."""
PRECISE = frozenset({"l0.fo", "l4.fo", "l5.fo"})
"""Products left in f32: their inputs hold outliers beside which 8 bits lose the rest. They cause half the error of
similarities and take a fifth of the time."""


def quantise(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 values of `rows`' shape and one f32 scale a row, so that values x scale comes near `rows`."""
    top = np.abs(rows).max(axis=1)
    scales = np.where(top > 0, top / INT8_TOP, 1).astype(np.float32)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


def write_graph(weights: Weights, path: Path) -> None:
    """Write the encoder of `weights` to `path`, and its tables beside it as ".data": mapped when opened, not read."""
    # onnx takes half a second to import and only making the model needs it
    import onnx

    graph = Graph(weights.matrices, weights.vectors, weights.shape.heads, weights.shape.eps)
    lower = upper = graph.embedding()
    for layer in range(weights.shape.layers):
        upper = graph.layer(layer, upper)
        lower = upper if layer < LOWER_LAYERS else lower
    ids = dict.fromkeys(("input_ids", "attention_mask"), (INT64, ("b", "t")))
    states = (FLOAT, ("b", "t", weights.shape.hidden))
    outputs = {"token_embeddings": (upper, *states), "lower_states": (lower, *states)}
    tables = f"{path.name}.data"
    onnx.save(graph.model(ids, outputs), str(path), save_as_external_data=True, location=tables, size_threshold=1024)
    # onnx makes the tables readable by their owner only
    path.with_name(tables).chmod(path.stat().st_mode)


class Matrix(Protocol):
    """A weight matrix as it is kept."""

    def dense(self) -> NDArray[np.float32]:
        """Return it as f32, shape (out, in)."""
        ...


class Graph:
    """Collects nodes and constants; every method returns the name of the value it adds."""

    def __init__(
        self, matrices: Mapping[str, Matrix], vectors: Mapping[str, NDArray[np.float32]], heads: int, eps: float
    ) -> None:
        from onnx import helper, numpy_helper

        self._helper: Any = helper
        self._tensors: Any = numpy_helper
        self._matrices = matrices
        self._vectors = vectors
        self._heads = heads
        self._eps = eps
        self._nodes: list[object] = []
        self._constants: list[object] = []

    def embedding(self) -> str:
        """Word + position + type, normalised. The word table stays int8 in memory: it is most of the model."""
        values, scales = quantise(self._matrices["emb.word"].dense())
        words = self.node("Gather", "word.values", self.constant("word.table", values), "input_ids")
        words = self.node("Cast", "word.floats", words, to=1)
        scale = self.node("Gather", "word.scale", self.constant("word.scales", scales[:, None]), "input_ids")
        words = self.node("Mul", "word", words, scale)
        length = self.node("Shape", "length", "input_ids", start=1, end=2)
        # texts are single segments: the vector of segment 0 belongs to every position
        table = self.constant("position.table", self._vectors["emb.pos"] + self._vectors["emb.type"][0])
        zero = self.constant("zero", np.zeros(1, np.int64))
        places = self.node("Slice", "position", table, zero, length, zero)
        total = self.node("Add", "embedding", words, places)
        gain, bias = (self.constant(f"emb.ln.{part}", self._vectors[f"emb.ln.{part}"]) for part in "wb")
        self.node("Cast", "mask", "attention_mask", to=6)
        return self.node("LayerNormalization", "emb.out", total, gain, bias, epsilon=self._eps)

    def layer(self, index: int, hidden: str) -> str:
        """Self-attention and feed-forward, each added to its input and normalised."""
        at = f"l{index}."
        joined = self._linear(at + "qkv", hidden, *(at + part for part in "qkv"))
        self._nodes.append(
            self._helper.make_node("Split", [joined], [at + part for part in "qkv"], axis=-1, num_outputs=3)
        )
        inputs = (at + "q", at + "k", at + "v", "", "mask")
        attended = self.node("MultiHeadAttention", at + "attention", *inputs, domain=FUSED, num_heads=self._heads)
        middle = self._add_norm(at + "aln", self._linear(at + "ao.out", attended, at + "ao"), hidden)
        wide = self.node("Gelu", at + "gelu", self._linear(at + "fi.out", middle, at + "fi"), domain=FUSED)
        return self._add_norm(at + "oln", self._linear(at + "fo.out", wide, at + "fo"), middle)

    def model(self, inputs: Mapping[str, tuple[int, Sizes]], outputs: Mapping[str, tuple[str, int, Sizes]]) -> Any:  # noqa: ANN401 - onnx comes without types
        """Return the finished ModelProto; inputs are name -> type and shape, outputs name -> value, type and shape."""
        helper = self._helper
        for name, (value, *_) in outputs.items():
            self.node("Identity", name, value)
        given = [helper.make_tensor_value_info(name, kind, sizes) for name, (kind, sizes) in inputs.items()]
        made = [helper.make_tensor_value_info(name, kind, sizes) for name, (_, kind, sizes) in outputs.items()]
        graph = helper.make_graph(self._nodes, "encoder", given, made, self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="park-qa")

    def _linear(self, output: str, value: str, *names: str) -> str:
        """`value` times the named matrices side by side plus their biases, activations quantised as they come."""
        if names[0] in PRECISE:
            return self._dense_linear(output, value, names[0])
        matrix = np.concatenate([self._matrices[f"{name}.w"].dense() for name in names])
        bias = np.concatenate([self._vectors[f"{name}.b"] for name in names])
        values, scales = quantise(matrix)
        constants: list[tuple[str, NDArray[Any]]] = [("values", values.T), ("scales", scales), ("bias", bias)]
        table, scale, offset = (self.constant(f"{output}.{key}", array) for key, array in constants)
        return self.node("DynamicQuantizeMatMul", output, value, table, scale, "", offset, domain=FUSED)

    def _dense_linear(self, output: str, value: str, name: str) -> str:
        table = self.constant(f"{output}.table", self._matrices[f"{name}.w"].dense().T)
        bias = self.constant(f"{output}.bias", self._vectors[f"{name}.b"])
        return self.node("Add", output, self.node("MatMul", f"{output}.product", value, table), bias)

    def _add_norm(self, name: str, value: str, skip: str) -> str:
        gain, bias = (self.constant(f"{name}.{part}", self._vectors[f"{name}.{part}"]) for part in "wb")
        eps = self._eps
        return self.node("SkipLayerNormalization", name, value, skip, gain, bias, domain=FUSED, epsilon=eps)

    def node(self, operator: str, output: str, *inputs: str, domain: str = "", **attributes: float) -> str:
        """Add an operator; an input that is "" is left out."""
        self._nodes.append(self._helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add a tensor that is part of the model."""
        self._constants.append(self._tensors.from_array(np.ascontiguousarray(array), name))
        return name
