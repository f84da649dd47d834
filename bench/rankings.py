"""How the product and the baselines rank a set's documents."""

from collections.abc import Callable, Iterable, Sequence

from bench.asking import literal
from bench.baselines import Bm25, StockRecipe, by_pairs, by_whitespace
from bench.metrics import mean, ranking_figures
from bench.outcomes import FREE_KINDS, STOCK
from bench.set_index import SetIndex
from bench.sets import QuestionSet, SetDocument, SetQuestion, gold_ids
from rag.chain import expansion
from rag.follow_up import stand_alone
from rag.retrieve import HybridRetriever
from rag.writing import normalise

DEEP = 100
"""Chunks of a leg that are looked through for ten documents."""
DOCUMENTS = 10
LEGS = ("lexical", "dense", "dense, best sentence")
FUSION = "fusion"

Ranker = Callable[[str], dict[str, list[str]]]
"""Gives, for a question made ready, the ids of a set's best documents, best first, by the name of what ranked them."""


def rankings(
    whole: QuestionSet, opened: SetIndex, stock: StockRecipe | None
) -> tuple[dict[str, dict[str, float]], int]:
    """Return the figures of every system's ranking by its name, and the number of questions: those with an answer."""
    questions = [question for question in whole.questions if question.gold]
    rankers = [product(opened), baselines(whole.documents)]
    if stock:
        rankers.append(lambda query: {STOCK: stock.documents(query)})
    queries = [stand_alone(normalise(question.question), question.history)[0] for question in questions]
    rows = [{name: ids for ranker in rankers for name, ids in ranker(query).items()} for query in queries]
    gold = [question.gold for question in questions]
    names = rows[0] if rows else {}
    return {name: ranking_figures([row[name] for row in rows], gold) for name in names}, len(questions)


def product(opened: SetIndex) -> Ranker:
    """Rank by both legs as they are, the dense one by its best sentence, and the fusion of those two."""
    index, retriever = opened.index, HybridRetriever(index=opened.index, limit=DEEP)

    def documents(ids: Iterable[str]) -> list[str]:
        ids = list(ids)
        found = index.chunks(ids)
        return list(dict.fromkeys(opened.set_ids[found[id_].chunk.document_id] for id_ in ids))[:DOCUMENTS]

    def rank(query: str) -> dict[str, list[str]]:
        candidates = retriever.candidates(query, expansion(query))
        by_sentence = sorted(candidates, key=lambda row: -row.dense)
        return {
            "lexical": documents(hit.id for hit in index.lexical_search(query, DEEP)),
            "dense": documents(hit.id for hit in index.dense(retriever.vector(query), DEEP)),
            "dense, best sentence": documents(row.stored.chunk.id for row in by_sentence),
            FUSION: documents(row.stored.chunk.id for row in candidates),
        }

    return rank


def baselines(documents: Sequence[SetDocument]) -> Ranker:
    """Rank by BM25 over whole documents, by either way of making tokens."""
    spaces, pairs = Bm25(documents, by_whitespace), Bm25(documents, by_pairs)
    return lambda query: {
        "BM25, white space": spaces.search(query, DOCUMENTS),
        "BM25, pairs": pairs.search(query, DOCUMENTS),
    }


def stock_shows(whole: QuestionSet, stock: StockRecipe) -> float | None:
    """Return how often the recipe's chunks hold the answer, of the questions whose answer can be looked for."""
    texts = {document.id: document.text for document in whole.documents}

    def can_be(question: SetQuestion) -> bool:
        return question.kind not in FREE_KINDS and literal(question, [texts[id_] for id_ in gold_ids(question)])

    asked = [question for question in whole.questions if can_be(question)]
    return mean(literal(one, [chunk.page_content for chunk in stock.search(one.question)]) for one in asked)
