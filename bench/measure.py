"""One question set measured, from building its index to what came of each question. Runs in a process of its own."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.asking import Outcome, observe, trimmed, watched_chain
from bench.baselines import Bm25, StockRecipe, by_pairs, by_whitespace
from bench.metrics import mean, ranking_figures
from bench.park import QUESTIONS, holds, squeezed
from bench.part import Cutter
from bench.sets import (
    QuestionSet,
    SetDocument,
    SetIndex,
    SetQuestion,
    every,
    gold_ids,
    load_set,
    mixed,
    open_set_index,
    reduced,
    set_home,
)
from index.embed import open_embedder
from rag.chain import expansion
from rag.question import normalise, stand_alone
from rag.records import Turn
from rag.retrieve import HybridRetriever
from settings import load_settings

PARK = "park"
ROOT = Path(__file__).parent.parent
NOISE_RATES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
DEEP = 100
"""Chunks of a leg that are looked through for ten documents."""
STOCK = "LangChain stock (k=4)"
FREE_KINDS = {"event_summary", "summary", "multi_doc", "multi_hop"}
"""Kinds whose answers are free text: nothing to look for in the evidence."""


@dataclass(frozen=True)
class Plan:
    """What to measure of a set. `questions` and `documents` None: all. `root` is the home with the model."""

    name: str
    data: Path | None
    root: Path
    questions: int | None = None
    documents: int | None = None
    stock: bool = True


@dataclass
class Measured:
    """What came of one set; `rankings` has RANKING by system, `stock_shows` the recipe's share of answers shown."""

    name: str
    documents: int
    characters: int
    chunks: int
    rankings: dict[str, dict[str, float]] = field(default_factory=dict)
    ranked: int = 0
    stock_shows: float | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    embedded: int = 0
    building_s: float = 0.0
    asking_s: float = 0.0


def measure(plan: Plan) -> Measured:
    """Build the set's index and ask all its questions."""
    started = time.perf_counter()
    whole = _planned(plan)
    home = set_home(whole, plan.root / "bench" / "quick" if plan.documents else plan.root)
    embedder = open_embedder(load_settings(home=plan.root))
    opened = open_set_index(whole, embedder=embedder, home=home, progress=_Saying(plan.name))
    result = Measured(
        plan.name, len(whole.documents), sum(len(one.text) for one in whole.documents), opened.index.count
    )
    result.embedded, result.building_s = opened.report.embedded, time.perf_counter() - started
    _say(plan.name, f"{result.chunks} chunks, {result.embedded} texts embedded in {result.building_s:.0f} s")
    asked = time.perf_counter()
    result.outcomes = list(_outcomes(whole, opened))
    if plan.name != PARK:
        stock = StockRecipe(whole.documents, embedder, home) if plan.stock else None
        _rank(result, whole, opened, stock)
    opened.index.close()
    result.asking_s = time.perf_counter() - asked
    _say(plan.name, f"{len(result.outcomes)} answers in {result.asking_s:.0f} s")
    return result


def _say(name: str, words: str) -> None:
    print(f"{name}: {words}", file=sys.stderr, flush=True)


class _Saying:
    """Says every half minute how far a build is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said = time.monotonic()

    def __call__(self, path: str, done: int, total: int) -> None:
        if time.monotonic() - self._said > 30:
            self._said = time.monotonic()
            _say(self._name, f"{done} of {total} documents indexed")


def _planned(plan: Plan) -> QuestionSet:
    """Return the set, or as much of it as is asked for."""
    whole = park_set() if plan.name == PARK else load_set(plan.name, plan.data)
    if plan.documents and plan.questions:
        return reduced(whole, plan.questions, plan.documents)
    return QuestionSet(whole.name, whole.documents, every(whole.questions, plan.questions))


def park_set() -> QuestionSet:
    """Return the park's reports with the questions of bench/park.jsonl, as a set like the others."""
    documents = tuple(
        SetDocument(path.stem, path.read_text("utf-8"), file=path.name) for path in sorted((ROOT / "corpus").glob("*"))
    )
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    everything = tuple(document.id for document in documents)
    questions = tuple(
        SetQuestion(
            id=row["id"],
            question=row["question"],
            kind=row["kind"],
            answerable=row["answerable"],
            answers=tuple(tuple(group) for group in row["answers"]),
            gold=(everything,) if row["answerable"] else (),
            history=tuple(Turn(*turn) for turn in row.get("history", ())),
        )
        for row in rows
    )
    return QuestionSet(PARK, documents, questions)


def _outcomes(whole: QuestionSet, opened: SetIndex) -> Iterator[Outcome]:
    texts = {document.id: document.text for document in whole.documents}
    chain = watched_chain(opened.index, opened.settings)
    for question in whole.questions:
        yield observe(chain, question, whole.name, "", [texts[id_] for id_ in sorted(gold_ids(question))])
    if whole.name == PARK:
        return
    cutter = Cutter(opened)
    try:
        given = _noisy(whole) if whole.name == "rgb" else _gold(whole, texts)
        yield from _given(cutter, whole.name, texts, given)
    finally:
        cutter.close()


Given = tuple[str, SetQuestion, tuple[str, ...]]
"""A condition, a question, and the documents given to it."""


def _gold(whole: QuestionSet, texts: Mapping[str, str]) -> Iterator[Given]:
    """Every question with a literal answer, given its gold documents alone."""
    for question in whole.questions:
        gold = tuple(sorted(gold_ids(question)))
        if question.kind not in FREE_KINDS and gold and _literal(question, [texts[id_] for id_ in gold]):
            yield "gold", question, gold


def _literal(question: SetQuestion, texts: Sequence[str]) -> bool:
    groups = [[trimmed(answer) for answer in group] for group in question.answers]
    return bool(groups) and holds(squeezed("\n".join(texts)), groups)


def _noisy(whole: QuestionSet) -> Iterator[Given]:
    """RGB's own tests: five passages at each share of noise; noise only."""
    for question in whole.questions:
        if question.kind == "rgb_zh":
            for rate in NOISE_RATES:
                yield condition(rate), question, tuple(sorted(mixed(question, rate)))


def condition(noise_rate: float) -> str:
    """Return what five passages at this share of noise are called."""
    return "noise only" if noise_rate == 1 else f"noise {noise_rate:g}"


def _given(cutter: Cutter, name: str, texts: Mapping[str, str], given: Iterable[Given]) -> Iterator[Outcome]:
    """Ask each question over its own documents; those given the same share one chain."""
    together: dict[tuple[str, ...], list[tuple[str, SetQuestion]]] = defaultdict(list)
    for what, question, ids in given:
        together[ids].append((what, question))
    for ids, asked in together.items():
        with cutter.chain(ids) as chain:
            for what, question in asked:
                answering = [texts[id_] for id_ in ids if id_ in gold_ids(question)]
                yield observe(chain, question, name, what, answering)


def _rank(result: Measured, whole: QuestionSet, opened: SetIndex, stock: StockRecipe | None) -> None:
    """Fill in the figures of every system's ranking of documents."""
    questions = [question for question in whole.questions if question.gold]
    systems = [*_legs(opened), *_lexical_baselines(whole.documents)]
    if stock:
        systems.append((STOCK, stock.documents))
        result.stock_shows = _stock_shows(questions, {one.id: one.text for one in whole.documents}, stock)
    gold = [question.gold for question in questions]
    queries = [stand_alone(normalise(question.question), question.history)[0] for question in questions]
    result.ranked = len(questions)
    for name, search in systems:
        result.rankings[name] = ranking_figures([search(query) for query in queries], gold) if questions else {}


Search = Callable[[str], list[str]]
"""Gives the ids of the best documents of a set, best first, for a question made ready."""


def _legs(opened: SetIndex) -> list[tuple[str, Search]]:
    """The product's own: both legs as they are, the dense one by its best sentence, and what it makes of them."""
    index, retriever = opened.index, HybridRetriever(index=opened.index, limit=DEEP)

    def documents(ids: Iterable[str]) -> list[str]:
        found = index.chunks(list(ids))
        return list(dict.fromkeys(opened.set_ids[found[id_].chunk.document_id] for id_ in ids))

    def fused(query: str) -> list[str]:
        return documents([row.stored.chunk.id for row in retriever.candidates(query, expansion(query))])

    def by_sentence(query: str) -> list[str]:
        rows = sorted(retriever.candidates(query, expansion(query)), key=lambda row: -row.dense)
        return documents([row.stored.chunk.id for row in rows])

    return [
        ("lexical", lambda query: documents([hit.id for hit in index.lexical_search(query, DEEP)])),
        ("dense", lambda query: documents([hit.id for hit in index.dense(retriever.vector(query), DEEP)])),
        ("dense, best sentence", by_sentence),
        ("fusion", fused),
    ]


def _lexical_baselines(documents: Sequence[SetDocument]) -> list[tuple[str, Search]]:
    spaces, pairs = Bm25(documents, by_whitespace), Bm25(documents, by_pairs)
    return [
        ("BM25, white space", lambda query: spaces.search(query, 10)),
        ("BM25, pairs", lambda query: pairs.search(query, 10)),
    ]


def _stock_shows(questions: Sequence[SetQuestion], texts: Mapping[str, str], stock: StockRecipe) -> float | None:
    """Return how often the recipe's four chunks hold the answer, of the questions whose answer can be looked for."""
    shown = []
    for question in questions:
        if question.kind in FREE_KINDS or not _literal(question, [texts[id_] for id_ in gold_ids(question)]):
            continue
        shown.append(_literal(question, [chunk.page_content for chunk in stock.search(question.question)]))
    return mean(shown)
