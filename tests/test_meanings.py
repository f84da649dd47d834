import threading

import numpy as np

from index.embed import SentenceTransformerEmbedder
from rag.meanings import YIELDING, Meanings
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
    assert np.array_equal(Meanings(embedder).vectors(texts), np.array([embedder.query(text) for text in texts]))


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
