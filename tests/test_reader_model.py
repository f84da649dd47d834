import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.reader_net import ReaderNet, weights_of
from index import model
from index.errors import ModelError
from index.weights import parse
from rag import reader_model
from rag.reader_model import graph_in, load_weights, manifest_in, open_reader_model, save_weights
from tests.toys import toy_carrier


@pytest.fixture
def net() -> ReaderNet:
    """A reader of one small layer over a random word table."""
    torch.manual_seed(3)
    return ReaderNet(parse(toy_carrier(positions=32)), 1).eval()


@pytest.fixture
def weights(net: ReaderNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The net's weights on disk, and the carrier that it began with in the place of the pinned one."""
    carrier = tmp_path / "toy.bin"
    carrier.write_bytes(toy_carrier(positions=32))
    monkeypatch.setattr(model, "WEIGHTS_SHA256", sha256(carrier.read_bytes()).hexdigest())
    monkeypatch.setattr(model, "find_weights", lambda: carrier)
    path = tmp_path / "reader.npz"
    save_weights(weights_of(net, parse(carrier.read_bytes())), path)
    return path


def inputs() -> tuple[np.ndarray, np.ndarray]:
    return np.array([0, 5, 6, 2, 2, 7, 5, 4, 6, 2]), np.array([0, 1, 0, 0, 2, 3, 2, 2, 3, 2])


def test_the_graph_gives_what_the_net_gives(net: ReaderNet, weights: Path, tmp_path: Path) -> None:
    ids, segments = inputs()
    made = open_reader_model(tmp_path / "home", weights).logits(ids, segments)
    with torch.no_grad():
        mask = torch.ones(1, len(ids), dtype=torch.bool)
        wanted = net(torch.from_numpy(ids[None]), torch.from_numpy(segments[None]), mask)[0].numpy()
    assert made.shape == (len(ids), 2)
    assert np.corrcoef(made.ravel(), wanted.ravel())[0, 1] > 0.99


def test_weights_are_read_as_they_were_written(weights: Path, tmp_path: Path) -> None:
    first = load_weights(weights)
    save_weights(first, tmp_path / "again.npz")
    second = load_weights(tmp_path / "again.npz")
    assert first.shape == second.shape
    assert all(np.allclose(first.matrices[name].rows, second.matrices[name].rows, atol=1e-6) for name in first.matrices)
    assert all(np.array_equal(first.vectors[name], second.vectors[name]) for name in first.vectors)


def test_a_made_reader_is_kept(weights: Path, tmp_path: Path) -> None:
    open_reader_model(tmp_path / "home", weights)
    graph = graph_in(model.model_folder(tmp_path / "home"))
    made = graph.stat().st_mtime_ns
    open_reader_model(tmp_path / "home", weights)
    assert graph.stat().st_mtime_ns == made


@pytest.mark.parametrize("damage", ["truncated", "manifest", "gone"])
def test_a_damaged_reader_is_made_again(weights: Path, tmp_path: Path, damage: str) -> None:
    ids, segments = inputs()
    before = open_reader_model(tmp_path / "home", weights).logits(ids, segments)
    folder = model.model_folder(tmp_path / "home")
    if damage == "truncated":
        graph_in(folder).write_bytes(b"half")
    elif damage == "manifest":
        manifest_in(folder).write_text("{")
    else:
        shutil.rmtree(folder)
    assert np.array_equal(open_reader_model(tmp_path / "home", weights).logits(ids, segments), before)


def test_other_weights_make_another_reader(net: ReaderNet, weights: Path, tmp_path: Path) -> None:
    ids, segments = inputs()
    before = open_reader_model(tmp_path / "home", weights).logits(ids, segments)
    kept = load_weights(weights)
    save_weights(replace(kept, vectors={**kept.vectors, "span.b": kept.vectors["span.b"] + 1}), weights)
    assert np.allclose(open_reader_model(tmp_path / "home", weights).logits(ids, segments), before + 1, atol=0.01)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\0" * 100])
def test_unreadable_weights_are_a_clear_error(weights: Path, tmp_path: Path, content: bytes) -> None:
    weights.write_bytes(content)
    with pytest.raises(ModelError, match="reader"):
        open_reader_model(tmp_path / "home", weights)


def test_the_embedding_model_is_untouched(weights: Path, tmp_path: Path) -> None:
    model.make_model(tmp_path / "home")
    folder = model.model_folder(tmp_path / "home")
    before = model.model_fingerprint(folder)
    open_reader_model(tmp_path / "home", weights)
    assert model.model_fingerprint(folder) == before
    model.verify_model(folder)


def test_the_shipped_weights_fit_the_built_in_model() -> None:
    shipped = load_weights()
    assert shipped.shape.hidden == 384
    assert shipped.vectors["segments"].shape == (4, 384)
    assert reader_model.WEIGHTS.stat().st_size < 60_000_000
