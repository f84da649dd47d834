import contextlib

import numpy as np
import pytest
from hypothesis import given, settings, strategies

from index.errors import ModelError
from index.weights import parse
from tests.toys import toy_carrier

CARRIER = toy_carrier()


def test_reads_sizes_vocabulary_and_tensors() -> None:
    weights = parse(CARRIER)
    assert (weights.shape.hidden, weights.shape.layers, weights.shape.words) == (32, 1, 8)
    assert weights.vocabulary.pieces[5:] == ("园", "区", "▁园区")
    assert weights.vocabulary.scores[7] == -7
    special = weights.vocabulary.bos, weights.vocabulary.pad, weights.vocabulary.eos, weights.vocabulary.unk
    assert special == (0, 1, 2, 3)
    assert weights.matrices["l0.fi.w"].values.shape == (64, 32)
    assert weights.vectors["emb.pos"].shape == (16, 32)


def test_a_block_is_a_scale_and_two_nibbles_a_byte_low_ones_first() -> None:
    at = CARRIER.rindex(b"emb.word") + len(b"emb.word") + 5
    offset = int.from_bytes(CARRIER[at : at + 8], "little")
    block = np.float16(0.5).tobytes() + bytes([0x0F, 0x80, *[0x88] * 14])
    dense = parse(CARRIER[:offset] + block + CARRIER[offset + 18 :]).matrices["emb.word"].dense()
    expected = np.zeros(32)
    expected[[0, 1, 16]] = [3.5, -4, -4]
    np.testing.assert_array_equal(dense[0], expected)


@pytest.mark.parametrize("size", [0, 3, 4, 40, 100, 300, len(CARRIER) // 2, len(CARRIER) - 1])
def test_a_file_cut_short_is_an_error(size: int) -> None:
    with pytest.raises(ModelError):
        parse(CARRIER[:size])


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, b"GGUF"),
        (4, b"\2"),
        (8, b"\0\0\0\x80"),
        (8, b"\x1f"),
        (12, b"\xff\xff\xff\x7f"),
        (24, b"\1"),
        (36, b"\0\0\xc0\x7f"),
    ],
    ids=["magic", "version", "negative", "odd size", "huge", "few words", "epsilon not a number"],
)
def test_an_impossible_header_is_an_error(at: int, value: bytes) -> None:
    with pytest.raises(ModelError):
        parse(CARRIER[:at] + value + CARRIER[at + len(value) :])


def test_a_tensor_that_is_not_finite_is_an_error() -> None:
    with pytest.raises(ModelError, match="not finite"):
        parse(CARRIER[:-4] + np.float32("nan").tobytes())


def test_a_tensor_under_another_name_is_an_error() -> None:
    with pytest.raises(ModelError, match="missing or unknown"):
        parse(CARRIER.replace(b"l0.ao.w", b"l0.xx.w"))


@given(strategies.integers(0, len(CARRIER) - 1), strategies.binary(min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_damage_anywhere_is_read_or_refused_and_nothing_else(at: int, junk: bytes) -> None:
    with contextlib.suppress(ModelError):
        parse(CARRIER[:at] + junk + CARRIER[at + len(junk) :])


@given(strategies.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(ModelError):
        parse(b"E5S1\1\0\0\0" + garbage)
