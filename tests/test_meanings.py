import threading
from dataclasses import replace

import numpy as np
import pytest

from index.embed import SentenceTransformerEmbedder
from rag.meanings import YIELDING, Meanings
from rag.staff_model import staff_model
from tests.toys import ToyEmbedder


def test_many_are_embedded_as_one_by_one_whatever_their_order() -> None:
    toy = ToyEmbedder()
    texts = [f"{'长' * (number % 7)}问题{number}" for number in range(50)]
    assert np.array_equal(Meanings(toy).vectors(texts), np.array([toy.query(text) for text in texts]))
    assert Meanings(toy).vectors([]).shape == (0, toy.dimensions)
    assert Meanings(toy).model == toy.fingerprint


def test_the_real_model_gives_a_question_the_same_vector_alone_and_among_others(
    embedder: SentenceTransformerEmbedder,
) -> None:
    texts = ["食堂几点开饭", "人才公寓一个月租金多少钱", "\0\ud800"]
    meanings = Meanings(embedder)
    alone = np.concatenate([meanings.vectors([text]) for text in texts])
    assert np.allclose(meanings.vectors(texts), alone, atol=1e-6)
    plain = Meanings(embedder, staff=replace(staff_model(), fingerprint="another"))
    assert np.array_equal(plain.vectors(texts), np.array([embedder.query(text) for text in texts]))


def test_the_real_models_vectors_are_moved_and_named_for_it(embedder: SentenceTransformerEmbedder) -> None:
    meanings = Meanings(embedder)
    assert meanings.learnt
    assert meanings.model.startswith(f"{embedder.fingerprint} ")
    rent, dear, meals = meanings.vectors(["人才公寓一个月租金多少钱", "住人才公寓贵不贵", "食堂几点开饭"])
    assert float(rent @ rent) == pytest.approx(1, abs=1e-5)
    assert float(rent @ dear) > float(rent @ meals) + 0.3
    stamps = {staff_model().stamp, replace(staff_model(), centre=staff_model().centre + 1).stamp}
    assert len(stamps) == 2


def test_the_chat_goes_first() -> None:
    import os

    seen = []

    class Watching(ToyEmbedder):
        def queries(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return np.ones((1, self.dimensions), np.float32)

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    Meanings(Watching()).vectors(["问"])
    assert seen == [min(19, max(YIELDING, before))]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_nouns_are_things_and_figures_not_what_is_vague() -> None:
    nouns = Meanings(ToyEmbedder()).nouns
    assert "恒温箱" in nouns("园区有恒温箱吗")
    assert "租金" not in nouns("园区厂房的租金")
    assert "3" in nouns("3号楼在哪里")
