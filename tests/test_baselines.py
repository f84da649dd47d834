import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.baselines import STOCK_K, Bm25, StockRecipe, by_pairs, by_whitespace
from bench.sets import SetDocument
from index.embed import SentenceTransformerEmbedder
from tests.toy_sets import DOCUMENTS

SET = [SetDocument(id_, text) for id_, text in DOCUMENTS.items()]
TEXTS = st.lists(st.text("甲乙丙丁", min_size=2, max_size=8), min_size=2, max_size=6, unique=True)


def test_white_space_makes_a_clause_one_token() -> None:
    assert by_whitespace("园区 有MES系统\n很好") == ["园区", "有mes系统", "很好"]
    assert Bm25(SET, by_whitespace).search("东湖图书馆哪天开馆？", 5) == []


def test_pairs_find_what_shares_words() -> None:
    assert by_pairs("园 区好") == ["园区", "区好"]
    assert by_pairs("园") == ["园"]
    assert Bm25(SET, by_pairs).search("东湖图书馆哪天开馆？", 1) == ["甲"]
    assert Bm25(SET, by_pairs).search("xyz", 5) == []


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.text("甲乙丙丁", min_size=2, max_size=6))
def test_the_order_is_that_of_the_formula(texts: list[str], question: str) -> None:
    """Lucene's BM25 (Kamphuis et al. 2020) reckoned anew; equal scores may stand in any order."""
    bags = [Counter(by_pairs(text)) for text in texts]
    length = sum(bag.total() for bag in bags) / len(bags)

    def score(bag: Counter[str]) -> float:
        total = 0.0
        for token in by_pairs(question):
            having = sum(token in other for other in bags)
            idf = math.log(1 + (len(bags) - having + 0.5) / (having + 0.5))
            total += idf * bag[token] / (bag[token] + 1.2 * (0.25 + 0.75 * bag.total() / length))
        return total

    scores = {str(place): score(bag) for place, bag in enumerate(bags)}
    found = Bm25([SetDocument(str(place), text) for place, text in enumerate(texts)], by_pairs).search(question, 10)
    assert set(found) == {id_ for id_, value in scores.items() if value > 0}
    values = [scores[id_] for id_ in found]
    assert values == pytest.approx(sorted(values, reverse=True), abs=1e-5)


def test_the_stock_recipe_embeds_each_chunk_once(tmp_path: Path, embedder: SentenceTransformerEmbedder) -> None:
    recipe = StockRecipe(SET, embedder, tmp_path)
    assert [chunk.page_content for chunk in recipe.chunks] == list(DOCUMENTS.values())
    assert recipe.documents("东湖图书馆哪天开馆？")[0] == "甲"
    assert len(recipe.search("东湖图书馆哪天开馆？")) == STOCK_K
    again = StockRecipe(SET[1:], embedder, tmp_path)
    assert sorted(again.documents("东湖图书馆哪天开馆？")) == sorted(one.id for one in SET[1:])


def test_the_recipe_splits_long_texts_as_it_comes(tmp_path: Path, embedder: SentenceTransformerEmbedder) -> None:
    recipe = StockRecipe([SetDocument("长", "园区有食堂。" * 1000)], embedder, tmp_path)
    assert [len(chunk.page_content) for chunk in recipe.chunks] == [4000, 2200]
    assert recipe.documents("食堂") == ["长"]
