from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.phrase_vectors import PhraseVectors
from tests.toys import ToyEmbedder


class Counting(ToyEmbedder):
    """Counts the questions that it embeds."""

    asked = 0

    def query(self, text: str) -> NDArray[np.float32]:
        self.asked += 1
        return super().query(text)


def test_a_text_is_embedded_once() -> None:
    embedder = Counting()
    vectors = PhraseVectors(embedder)
    rows = vectors.of(["食堂", "宿舍", "食堂"])
    vectors.of(["宿舍"])
    assert embedder.asked == 2
    assert rows.shape == (3, 64)
    assert np.array_equal(rows[0], rows[2])
    assert vectors.of([]).shape == (0, 64)


def test_a_restart_embeds_nothing_again(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    first = PhraseVectors(ToyEmbedder(), path)
    before = first.of(["食堂", "宿舍"])
    first.keep(["食堂", "宿舍"])
    embedder = Counting()
    assert np.allclose(PhraseVectors(embedder, path).of(["食堂", "宿舍"]), before)
    assert embedder.asked == 0


def test_another_models_vectors_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    first = PhraseVectors(ToyEmbedder(), path)
    first.of(["食堂"])
    first.keep(["食堂"])
    embedder = Counting("other")
    PhraseVectors(embedder, path).of(["食堂"])
    assert embedder.asked == 1


def test_what_nobody_asks_for_goes_in_time(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    vectors = PhraseVectors(ToyEmbedder(), path)
    many = [f"问题{number}" for number in range(50)]
    vectors.of(many)
    vectors.keep(many)
    size = path.stat().st_size
    vectors.keep(many[:5])
    assert path.stat().st_size < size


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\0" * 1000], ids=["empty", "half", "zeros"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors.npz"
    path.write_bytes(content)
    vectors = PhraseVectors(ToyEmbedder(), path)
    vectors.of(["食堂"])
    vectors.keep(["食堂"])
    embedder = Counting()
    PhraseVectors(embedder, path).of(["食堂"])
    assert embedder.asked == 0


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    vectors = PhraseVectors(ToyEmbedder(), tmp_path / "missing" / "vectors.npz")
    vectors.of(["食堂"])
    vectors.keep(["食堂"])
    assert vectors.of(["食堂"]).shape == (1, 64)
