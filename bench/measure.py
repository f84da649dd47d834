"""One question set measured, from building its index to what came of each question. Runs in a process of its own."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.asking import literal, observe, watched_chain
from bench.baselines import StockRecipe
from bench.outcomes import FREE_KINDS, PARK, Measured, Outcome, condition
from bench.park import QUESTIONS
from bench.part import Cutter
from bench.rankings import rankings, stock_shows
from bench.samples import NOISE_RATES, every, mixed, reduced
from bench.set_index import SetIndex, open_set_index, set_home
from bench.sets import QuestionSet, SetDocument, SetQuestion, gold_ids, load_set
from index.embed import open_embedder
from rag.records import Turn
from settings import load_settings

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Plan:
    """What to measure of a set. `questions` and `documents` None: all. `root` is the home with the model."""

    name: str
    data: Path | None
    root: Path
    questions: int | None = None
    documents: int | None = None
    stock: bool = True


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
        result.rankings, result.ranked = rankings(whole, opened, stock)
        result.stock_shows = stock_shows(whole, stock) if stock else None
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
        if question.kind not in FREE_KINDS and gold and literal(question, [texts[id_] for id_ in gold]):
            yield "gold", question, gold


def _noisy(whole: QuestionSet) -> Iterator[Given]:
    """RGB's own tests: five passages at each share of noise; noise only."""
    for question in whole.questions:
        if question.kind == "rgb_zh":
            for rate in NOISE_RATES:
                yield condition(rate), question, tuple(sorted(mixed(question, rate)))


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
