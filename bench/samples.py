"""Less than a whole set, the same every time: some questions, some documents, RGB's mixtures with noise."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from bench.sets import QuestionSet, SetQuestion, gold_ids

NOISE_RATES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of noise among the passages given to a question of RGB; the last is noise only."""


def every(values: Sequence[Any], count: int | None) -> tuple[Any, ...]:
    """Return `count` of the values, evenly spread over them; all when there are no more, or `count` is None."""
    if count is None or count >= len(values):
        return tuple(values)
    return tuple(values[place * len(values) // count] for place in range(count))


def reduced(whole: QuestionSet, questions: int, documents: int) -> QuestionSet:
    """Return a smaller set: some questions, half as many unanswerable ones, and about so many documents, gold included.

    Questions that some evenly spread documents answer are taken where there are enough of them.
    """
    spread = every(whole.documents, documents)
    kept = {document.id for document in spread}
    answerable = [one for one in whole.questions if one.answerable]
    inside = [one for one in answerable if gold_ids(one) <= kept]
    rows = every(inside if len(inside) >= questions else answerable, questions)
    rows += every([one for one in whole.questions if not one.answerable], questions // 2)
    needed = {id_ for one in rows for id_ in (*gold_ids(one), *noise_ids(one))}
    others = [document.id for document in spread if document.id not in needed]
    kept = needed | set(every(others, max(0, documents - len(needed))))
    return QuestionSet(whole.name, tuple(one for one in whole.documents if one.id in kept), rows)


def mixed(question: SetQuestion, noise_rate: float, passages: int = 5) -> tuple[str, ...]:
    """Return the documents given to `question` at a share of noise, as RGB does: the same ones every time.

    Those that answer are drawn from each group in turn; where there are too few of one sort, the other fills up.
    """
    draw = random.Random(question.id)  # noqa: S311 - repeatable, not secret
    groups = [draw.sample(group, len(group)) for group in question.gold]
    answering = list(dict.fromkeys(id_ for place in _in_turn(groups) for id_ in place))
    noise = draw.sample(question.noise, len(question.noise))
    wanted = round(passages * (1 - noise_rate))
    if wanted:
        wanted = min(len(answering), max(wanted, passages - len(noise)))
    return (*answering[:wanted], *noise[: passages - wanted])


def _in_turn(groups: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    for place in range(max(map(len, groups), default=0)):
        yield [group[place] for group in groups if place < len(group)]


def noise_ids(question: SetQuestion) -> set[str]:
    """Return every document that `mixed` gives to a question at some share of noise."""
    return {id_ for rate in NOISE_RATES for id_ in mixed(question, rate)} if question.noise else set()
