import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from index.records import Chunk, Sentence, StoredChunk
from rag.chain import Chain
from rag.retrieve import CHUNK_WEIGHT, HybridRetriever, best_similarity, fuse, nearness, searched

SCORES = st.dictionaries(st.text(max_size=3), st.floats(-1e6, 1e6), max_size=8)
CANTEEN = "食堂什么时候开业？"


def both(dense: dict[str, float]) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries({name: st.floats(0, 1e6) for name in dense})


@given(SCORES.flatmap(lambda dense: st.tuples(st.just(dense), both(dense))), st.floats(0, 1))
def test_fused_scores_lie_between_nothing_and_all(
    legs: tuple[dict[str, float], dict[str, float]], weight: float
) -> None:
    fused = fuse(*legs, weight)
    assert fused.keys() == legs[0].keys()
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())


@given(SCORES.flatmap(lambda dense: st.tuples(st.just(dense), both(dense))))
def test_better_in_both_legs_is_better(legs: tuple[dict[str, float], dict[str, float]]) -> None:
    dense, lexical = legs
    fused = fuse(dense, lexical)
    for a in fused:
        for b in fused:
            if dense[a] >= dense[b] and lexical[a] >= lexical[b]:
                assert fused[a] >= fused[b]


@given(st.integers(-50, 50), st.integers(1, 50))
def test_the_scale_of_a_leg_does_not_matter(shift: int, scale: int) -> None:
    dense, lexical = {"a": 1.0, "b": 2.0, "c": 4.0}, {"a": 9.0, "b": 0.0, "c": 3.0}
    moved = {name: shift + scale * score for name, score in dense.items()}
    assert fuse(moved, lexical) == pytest.approx(fuse(dense, lexical))


def test_a_leg_that_finds_nothing_leaves_the_other_its_order() -> None:
    assert fuse({"a": 0.1, "b": 0.9}, {"a": 0.0, "b": 0.0}, 0.5) == {"a": 0.0, "b": 0.5}
    assert fuse({}, {}) == {}


def test_one_candidate_has_nothing_to_be_better_than() -> None:
    assert fuse({"a": 0.9}, {"a": 5.0}) == {"a": 0.0}


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("请问食堂什么时候开业?", "食堂开业"),
        ("您好,人才公寓有多少套", "人才公寓有套"),
        ("申请条件是什么", "申请条件是"),
        ("哪家公司在C3栋", "公司在c3栋"),
        ("谁", "谁"),
        ("", ""),
    ],
)
def test_words_that_only_ask_are_not_searched_for(question: str, kept: str) -> None:
    assert "".join(char for char in searched(question).lower() if char.isalnum()) == kept


@given(st.text(max_size=40))
def test_something_is_always_searched_for(question: str) -> None:
    assert any(map(str.isalnum, searched(question))) == any(map(str.isalnum, question))


def test_the_sentence_and_the_chunk_are_both_near() -> None:
    near = nearness({"a": 0.9, "b": 0.8}, {"a": 0.7, "c": 0.6})
    assert near["a"] == pytest.approx(CHUNK_WEIGHT * 0.7 + (1 - CHUNK_WEIGHT) * 0.9)
    assert near["b"] == pytest.approx(CHUNK_WEIGHT * 0.6 + (1 - CHUNK_WEIGHT) * 0.8), "as far as the farthest proposed"
    assert nearness({}, {}) == {}


def stored(vectors: list[list[float]]) -> StoredChunk:
    sentences = tuple(Sentence(place, place + 1) for place in range(len(vectors)))
    chunk = Chunk("d", "题", (), 0, len(vectors), "字" * len(vectors), sentences)
    return StoredChunk(chunk, "a.md", "", "", (), np.array(vectors, np.float32).reshape(-1, 2))


def test_a_chunk_is_as_near_as_its_nearest_sentence() -> None:
    question = np.array([1, 0], np.float32)
    assert best_similarity(stored([[0, 1], [0.6, 0.8], [-1, 0]]), question) == pytest.approx(0.6)
    assert best_similarity(stored([]), question) == -1


def test_it_is_a_langchain_retriever(chain: Chain) -> None:
    found = chain.retriever.invoke(CANTEEN)
    assert isinstance(found[0], Document)
    assert "开业" in found[0].page_content
    assert found[0].metadata["title"] == "餐饮与生活服务"
    assert [one.metadata["score"] for one in found] == sorted((one.metadata["score"] for one in found), reverse=True)
    assert all(0 <= one.metadata["score"] <= 1 for one in found)


def test_every_document_is_a_slice_of_its_report(chain: Chain) -> None:
    for found in chain.retriever.invoke("园区有哪些企业？"):
        place = slice(found.metadata["start"], found.metadata["end"])
        assert chain.index.document(found.metadata["document_id"]).text[place] == found.page_content


def test_it_composes_and_runs_in_batches(chain: Chain) -> None:
    titles = chain.retriever | RunnableLambda(lambda found: found[0].metadata["title"])
    assert titles.batch([CANTEEN, "缙云新居有多少套人才公寓？"]) == ["餐饮与生活服务", "住房与商务配套"]


async def _first(chain: Chain) -> str:
    return str((await chain.retriever.ainvoke(CANTEEN))[0].page_content)


def test_it_runs_asynchronously(chain: Chain) -> None:
    import asyncio

    assert asyncio.run(_first(chain)) == chain.retriever.invoke(CANTEEN)[0].page_content


def test_the_limit_is_kept_and_no_chunk_comes_twice(chain: Chain) -> None:
    found = HybridRetriever(index=chain.index, limit=3).candidates("园区")
    assert len({one.stored.chunk.id for one in found}) == len(found) == 3


def test_words_of_the_expansion_are_looked_for_too(chain: Chain) -> None:
    plain = {one.stored.chunk.id: one.lexical for one in chain.retriever.candidates("饭堂")}
    wide = {one.stored.chunk.id: one.lexical for one in chain.retriever.candidates("饭堂", "食堂")}
    assert max(wide.values()) > max(plain.values())


def test_an_english_question_finds_the_chinese_report(chain: Chain) -> None:
    assert chain.retriever.invoke("When did the canteen open?")[0].metadata["title"] == "餐饮与生活服务"


@pytest.mark.parametrize(
    "question", ["", " ", "?", "\x00", "the", "\ufdfa" * 500, "AND OR NOT (", "食堂*", '"', "a:b", "园" * 2000]
)
def test_no_question_is_too_strange(chain: Chain, question: str) -> None:
    found = chain.retriever.candidates(question)
    assert all(np.isfinite([one.score, one.dense, one.lexical]).all() for one in found)


def test_the_same_question_is_embedded_once(chain: Chain) -> None:
    first, again = chain.retriever.vector(CANTEEN), chain.retriever.vector(CANTEEN)
    assert first is again
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(chain.retriever.vector("When did the canteen open?")) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("question", "weak"),
    [
        ("beibei", True),
        ("renxcai gongyu you duoshao tao", True),
        ("园区石堂在哪", True),
        ("缙云新居有920套人才公寓,是科学城北碚园区为企业员工积极争取的住房。", False),
        ("", True),
    ],
)
def test_a_question_is_weak_when_neither_leg_knows_it(chain: Chain, question: str, weak: bool) -> None:
    assert chain.retriever.weak(question, chain.retriever.candidates(question)) is weak
