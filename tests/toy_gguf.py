"""The smallest model file that llama.cpp opens: one layer of zeros, whose every next word is 好.

GGUF, version 3, little-endian: magic, version, counts; keys with typed values; tensors' names, shapes and places; data.
"""

import struct
from pathlib import Path

import numpy as np

WORD = "好"
HIDDEN, WIDE, ALIGNMENT = 32, 64, 32
TEXT, WHOLE, REAL, LIST = 8, 4, 6, 9
"""GGUF's numbers for the types of values: string, u32, f32, array."""
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
"""SentencePiece's kinds of tokens."""


def write_toy_gguf(path: Path) -> Path:
    """Write the file and return its path."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), WORD]
    kinds = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, NORMAL]
    values = [
        _text("general.architecture", "llama"),
        *(
            _whole(f"llama.{key}", value)
            for key, value in {
                "context_length": 8192,
                "embedding_length": HIDDEN,
                "block_count": 1,
                "feed_forward_length": WIDE,
                "attention.head_count": 2,
                "vocab_size": len(tokens),
                "rope.dimension_count": HIDDEN // 2,
            }.items()
        ),
        _string("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", REAL, 1e-5),
        _text("tokenizer.ggml.model", "llama"),
        _list("tokenizer.ggml.tokens", TEXT, [_string(token) for token in tokens]),
        _list("tokenizer.ggml.scores", REAL, [struct.pack("<f", 0.0)] * len(tokens)),
        _list("tokenizer.ggml.token_type", 5, [struct.pack("<i", kind) for kind in kinds]),
        _whole("tokenizer.ggml.bos_token_id", 1),
        _whole("tokenizer.ggml.eos_token_id", 2),
    ]
    tensors = _tensors(len(tokens))
    heads, data = [], b""
    for name, tensor in tensors.items():
        shape = struct.pack(f"<I{tensor.ndim}Q", tensor.ndim, *reversed(tensor.shape))
        heads.append(_string(name) + shape + struct.pack("<IQ", 0, len(data)))
        data += _padded(tensor.astype("<f4").tobytes())
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + b"".join(values + heads)
    path.write_bytes(_padded(head) + data)
    return path


def _tensors(words: int) -> dict[str, np.ndarray]:
    """Zeros, but for what makes every position the same and its best next token the last of the vocabulary."""
    output = np.zeros((words, HIDDEN))
    output[-1] = 1
    square, norm = np.zeros((HIDDEN, HIDDEN)), np.ones(HIDDEN)
    return {
        "token_embd.weight": np.ones((words, HIDDEN)),
        "output_norm.weight": norm,
        "output.weight": output,
        "blk.0.attn_norm.weight": norm,
        **{f"blk.0.attn_{part}.weight": square for part in ("q", "k", "v", "output")},
        "blk.0.ffn_norm.weight": norm,
        "blk.0.ffn_gate.weight": np.zeros((WIDE, HIDDEN)),
        "blk.0.ffn_up.weight": np.zeros((WIDE, HIDDEN)),
        "blk.0.ffn_down.weight": np.zeros((HIDDEN, WIDE)),
    }


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _text(key: str, value: str) -> bytes:
    return _string(key) + struct.pack("<I", TEXT) + _string(value)


def _whole(key: str, value: int) -> bytes:
    return _string(key) + struct.pack("<II", WHOLE, value)


def _list(key: str, kind: int, items: list[bytes]) -> bytes:
    return _string(key) + struct.pack("<IIQ", LIST, kind, len(items)) + b"".join(items)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)
