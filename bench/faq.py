"""`python -m bench.faq`: how well questions find the entry of staff's that answers them, and leave the others alone.

bench/faq.jsonl holds one entry a line:
  id           number; split  "fit" (the matcher is fitted on it) or "hold" (only scored)
  question, answer, similar, negative   as staff write them; negative questions are never answered by the entry
  paraphrases  five questions that mean the same, none of them among the entry's own: {"text", "kind"}
  near         five that are near and ask another thing: {"text", "kind", "entry"}; entry: another one that answers
All 60 entries are published, whichever half is asked. Wrong: an entry answers that is not the one asked for; its share
is of all questions, paraphrases and near ones.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.park import share
from bench.staff_pairs import FAQ, faq
from index.embed import Embedder, open_embedder
from rag.phrase_vectors import PhraseVectors
from rag.reader import Reader, SpanReader
from rag.reader_model import STAFF_WEIGHTS, open_reader_model
from rag.staff_answers import StaffAnswer
from rag.staff_entries import as_asked
from rag.staff_match import Matcher
from settings import load_settings

DAY = date(2026, 11, 25)
MOST_WRONG = 0.02
"""Share of wrong answers that the baseline's threshold may cost on the fitting half."""

Find = Callable[[str], tuple[int | None, float]]
"""Gives the entry that answers a question, or None, and how sure it is."""


@dataclass(frozen=True)
class Outcome:
    """One question's result: the entry that answered, and the one that should have; None: no entry."""

    kind: str
    is_paraphrase: bool
    text: str
    wanted: int | None
    given: int | None
    sure: float

    @property
    def matched(self) -> bool:
        """Whether the right entry answered."""
        return self.given is not None and self.given == self.wanted

    @property
    def wrong(self) -> bool:
        """Whether a wrong entry answered."""
        return self.given is not None and self.given != self.wanted


def entries_of(items: Sequence[dict[str, Any]]) -> tuple[StaffAnswer, ...]:
    """Return the entries as the chat gets them."""
    return tuple(
        StaffAnswer(one["id"], 1, one["question"], one["answer"], DAY, tuple(one["similar"]), tuple(one["negative"]))
        for one in items
    )


def questions(items: Sequence[dict[str, Any]]) -> Iterator[tuple[str, bool, str, int | None]]:
    """Yield kind, whether it is a paraphrase, text and the entry wanted of every question."""
    for item in items:
        yield from ((one["kind"], True, one["text"], item["id"]) for one in item["paraphrases"])
        yield from ((one["kind"], False, one["text"], one["entry"]) for one in item["near"])


def asked(items: Sequence[dict[str, Any]], find: Find) -> list[Outcome]:
    """Ask every question."""
    return [
        Outcome(kind, is_paraphrase, text, wanted, *find(text))
        for kind, is_paraphrase, text, wanted in questions(items)
    ]


def by_matcher(
    entries: tuple[StaffAnswer, ...], embedder: Embedder, vectors: PhraseVectors, reader: Reader | None
) -> Find:
    """Return the matcher as the chat uses it."""
    matcher = Matcher(vectors, reader)
    matcher.prepare(entries)
    matcher.learn()

    def find(text: str) -> tuple[int | None, float]:
        match = matcher.match(text, embedder.query, entries, DAY)
        return (match.entry.id, match.probability) if match else (None, 0.0)

    return find


def by_cosine(entries: tuple[StaffAnswer, ...], embedder: Embedder, vectors: PhraseVectors, least: float = 0.0) -> Find:
    """Return what most systems do: the entry with the nearest question, if it is near enough."""
    rows = [vectors.of([as_asked(text) for text in (one.question, *one.similar)]) for one in entries]

    def find(text: str) -> tuple[int | None, float]:
        vector = embedder.query(as_asked(text))
        near = [float((row @ vector).max()) for row in rows]
        best = int(np.argmax(near))
        return (entries[best].id, near[best]) if near[best] >= least else (None, near[best])

    return find


def least_cosine(outcomes: Sequence[Outcome]) -> float:
    """Return the threshold that matches most with few enough wrong, of outcomes without one."""
    told = sorted(outcomes, key=lambda one: -one.sure)
    wrong = np.cumsum([one.wrong for one in told])
    allowed = int(np.searchsorted(wrong, MOST_WRONG * len(told), side="right"))
    return told[max(0, allowed - 1)].sure


def table(name: str, outcomes: Sequence[Outcome]) -> str:
    """Return the figures, the totals first, then a row a kind."""
    kinds = defaultdict(list)
    for one in outcomes:
        kinds[("paraphrase " if one.is_paraphrase else "near miss ") + one.kind].append(one)
    paraphrases = [one for one in outcomes if one.is_paraphrase]
    lines = [
        f"{name}: matched {share([one.matched for one in paraphrases])} of {len(paraphrases)} paraphrases, "
        f"wrong {share([one.wrong for one in outcomes])} of {len(outcomes)} questions"
    ]
    lines += [
        f"  {kind:26}{len(group):>5}{share([one.matched for one in group]):>9} matched"
        f"{share([one.wrong for one in group]):>9} wrong"
        for kind, group in sorted(kinds.items(), reverse=True)
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask every question and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.faq", description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="folder of the model (default: PARK_HOME or var)")
    parser.add_argument("--questions", type=Path, default=FAQ, help="another set; without a split all of it is scored")
    parser.add_argument("--split", choices=["fit", "hold", "all"], default="hold")
    parser.add_argument("--wrong", action="store_true", help="print each question that got no or a wrong answer")
    options = parser.parse_args(arguments)
    settings = load_settings(home=options.home)
    embedder = open_embedder(settings)
    items = faq(path=options.questions)
    some = [item for item in items if options.split in ("all", item.get("split", "hold"))]
    entries, vectors = entries_of(items), PhraseVectors(embedder)
    own = faq()
    fitting = [item for item in own if item["split"] == "fit"]
    least = least_cosine(asked(fitting, by_cosine(entries_of(own), embedder, vectors)))
    baseline = asked(some, by_cosine(entries, embedder, vectors, least))
    find = by_matcher(entries, embedder, vectors, SpanReader(open_reader_model(settings.home, STAFF_WEIGHTS)))
    find("准备")  # makes everything ready
    begun = time.process_time()
    outcomes = asked(some, find)
    spent = (time.process_time() - begun) * 1000 / max(1, len(outcomes))
    if options.wrong:
        print(*(_line(one) for one in outcomes if one.wrong or (one.is_paraphrase and not one.matched)), sep="\n")
    print(table("nearest question by cosine", baseline).splitlines()[0])
    print(table(f"matcher ({options.split})", outcomes))
    print(f"CPU time a question, embedding it included: {spent:.1f} ms")
    return 0


def _line(one: Outcome) -> str:
    sort = "paraphrase" if one.is_paraphrase else "near miss"
    return f"{sort}, {one.kind}: {one.text} (wanted {one.wanted}, given {one.given}, p={one.sure:.2f})"


if __name__ == "__main__":
    sys.exit(main())
