"""One question put to the chain, and what came of it as figures. The only file of the benchmark that looks inside.

`Chain.invoke` gives the answer; what it found on the way, its sentences best first, is noted as it passes.
"""

import functools
import re
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.outcomes import Outcome
from bench.park import holds, squeezed
from bench.sets import SetQuestion
from rag.chain import Chain
from rag.generate import Writer
from rag.reader import SpanReader
from rag.records import Answer, Request
from rag.state import State
from settings import Settings

if TYPE_CHECKING:
    from index.store import Index

MOST_SENTENCES = 10
"""Evidence sentences looked at, best first."""
_MARKS = re.compile(r"[^\w%‰℃]+")
_SAME = 0.8


class WatchedChain(Chain):
    """A chain that keeps the state of the last question. For one thread."""

    last: State

    def _judge(self, state: State) -> State:
        self.last = super()._judge(state)
        return self.last


def watched_chain(index: object, settings: Settings, writer: Writer | None = None) -> WatchedChain:
    """Return a chain over an opened index, or over a part of one, with the reader that `open_chain` gives to one."""
    return WatchedChain(cast("Index", index), settings, reader=opened_reader(settings.home), writer=writer)


@functools.cache
def opened_reader(home: Path) -> SpanReader:
    """Return the reader of a home, opened once for all the parts of its index."""
    # it brings torch along, which `--help` need not wait for
    from rag.reader_model import open_reader_model

    return SpanReader(open_reader_model(home))


def ask(chain: WatchedChain, question: SetQuestion) -> tuple[Answer, float]:
    """Return the answer and the CPU time it took, in ms."""
    request = Request(question.question, question.history, question.id)
    started = time.process_time()
    answer = chain.invoke(request)
    return answer, (time.process_time() - started) * 1000


def ranked_sentences(chain: WatchedChain) -> list[str]:
    """Return the last question's sentences as they stand, best first, those of its parts in turn."""
    rankings = [[row.view.quote for row in finding.ranked[:MOST_SENTENCES]] for finding in chain.last.findings]
    in_turn = (quote for place in zip_longest(*rankings) for quote in place if quote)
    return list(dict.fromkeys(in_turn))[:MOST_SENTENCES]


def observe(chain: WatchedChain, question: SetQuestion, set_name: str, condition: str, texts: Sequence[str]) -> Outcome:
    """Ask and judge one question; `texts` are those of the documents that hold its answer, none if there are none."""
    answer, cpu_ms = ask(chain, question)
    groups = answer_groups(question)
    quotes = [citation.quote for citation in answer.citations]
    supported, covered = matched(quotes, question.evidence)
    stands = literal(question, texts)
    return Outcome(
        set_name=set_name,
        condition=condition,
        kind=question.kind,
        answerable=bool(texts),
        literal=stands,
        first=first_holding(ranked_sentences(chain), groups) if stands else None,
        shown=stands and holds(squeezed(" ".join(quotes)), groups),
        right=stands and not answer.refused and holds(squeezed(answer.answer), groups),
        refused=answer.refused,
        confidence=answer.confidence,
        verbatim=is_verbatim(chain, answer),
        cited=len(quotes),
        supported=supported,
        marked=len(question.evidence),
        covered=covered,
        cpu_ms=cpu_ms,
    )


def is_verbatim(chain: WatchedChain, answer: Answer) -> bool | None:
    """Return whether all that is quoted is that slice of its document, None where nothing is."""
    quoted = (*answer.citations, *answer.nearby)
    slices = [chain.index.document(one.document_id).text[one.start : one.end] == one.quote for one in quoted]
    return all(slices) if slices else None


def literal(question: SetQuestion, texts: Sequence[str]) -> bool:
    """Whether `texts` hold the answer, word for word."""
    groups = answer_groups(question)
    return bool(groups) and holds(squeezed("\n".join(texts)), groups)


def answer_groups(question: SetQuestion) -> list[list[str]]:
    """Return the answers as they are looked for."""
    return [[trimmed(answer) for answer in group] for group in question.answers]


def trimmed(answer: str) -> str:
    """Return an answer without the full stop that some sets end it with."""
    return answer.strip().rstrip("。.；;") or answer


def first_holding(sentences: Sequence[str], groups: Sequence[Sequence[str]]) -> int | None:
    """Return how many of the sentences, from the first, it takes to hold an alternative of every group."""
    for count in range(1, len(sentences) + 1):
        if holds(squeezed("\n".join(sentences[:count])), groups):
            return count
    return None


def matched(quotes: Sequence[str], marked: Sequence[str]) -> tuple[int, int]:
    """Return how many of the quotes are among the marked sentences, and how many of those are quoted."""
    pairs = [(quote, sentence) for quote in quotes for sentence in marked if same_words(quote, sentence)]
    return len({quote for quote, _ in pairs}), len({sentence for _, sentence in pairs})


def same_words(one: str, other: str) -> bool:
    """Whether one of two sentences stands in the other, or they share most of the shorter's neighbouring characters.

    The sets' marked sentences are now and then cut or worded a little otherwise than in the document.
    """
    first, second = _MARKS.sub("", squeezed(one)), _MARKS.sub("", squeezed(other))
    if not first or not second:
        return False
    if first in second or second in first:
        return True
    pairs, others = _pairs(first), _pairs(second)
    return len(pairs & others) >= _SAME * min(len(pairs), len(others))


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(max(1, len(text) - 1))}
