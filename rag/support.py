"""Whether the quotes that a written sentence cites bear it out.

Knows a sentence, its quotes, the coefficients of `support.json` and the words of `support.toml`; knows no index.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from rag.claims import claims
from rag.dates import resolve
from rag.denial import mark_signals
from rag.english import untold_signals
from rag.held import Names, figure_signals, name_signals
from rag.matching import Match
from rag.placing import place_signals
from rag.terms import is_english
from rag.wording import word_signals
from rag.writing import normalise

_FILE = Path(__file__).with_name("support.json")
LONGEST = 600
"""Characters of a sentence that is looked at: what is longer is no sentence, and not supported unless it is a quote."""
_FREE = re.compile(r"不(?:收|要|用)(?:任何)?(?:钱|费用?)|免收费用?")
_SPACED = re.compile(r"(?<=\d) +(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) +(?=\d)")
_KEPT = 4096  # vectors of words and quotes that are kept: what a question's sentences have in common


@dataclass(frozen=True, slots=True)
class Source:
    """A quote, the date of its report (ISO or ""), and its lead: the title and headings of its passage."""

    quote: str
    date: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` between 0 and 1; `reason` is the signal that told against the sentence, "" when supported."""

    supported: bool
    reason: str
    score: float


@dataclass(frozen=True)
class Coefficients:
    """What a signal may be at most (`limits`), and a logistic regression over the others (`weights`, `intercept`).

    A sentence is supported when no limit is passed and the regression's probability reaches `threshold`.
    """

    limits: Mapping[str, float]
    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def verdict(self, signals: Mapping[str, float]) -> Verdict:
        """Return what the signals of a sentence come to."""
        weighed = {name: weight * signals[name] for name, weight in self.weights.items()}
        score = 1 / (1 + math.exp(-max(-30.0, min(30.0, self.intercept + sum(weighed.values())))))
        passed = next((name for name, limit in self.limits.items() if signals[name] > limit), "")
        if passed:
            return Verdict(False, passed, min(score, 0.5 * self.threshold))
        return (
            Verdict(True, "", score)
            if score >= self.threshold
            else Verdict(False, min(weighed, key=weighed.__getitem__), score)
        )


class Support:
    """Checks sentences. `embedder` gives vectors of words and sentences, `names` the corpus's names in a text.

    Safe to call from several threads.
    """

    def __init__(self, embedder: Embedder, names: Names, coefficients: Coefficients | None = None) -> None:
        """Without `coefficients`, those shipped beside this file decide."""
        self._names = names
        self._coefficients = coefficients or shipped()

        @lru_cache(maxsize=_KEPT)
        def vector(text: str) -> NDArray[np.float32]:
            row: NDArray[np.float32] = embedder.passages([text])[0]
            return row

        self._vector = vector

    def check(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        """Return whether the quotes bear out `sentence`, which comes without its marks [n]. Never raises."""
        if any(_same(sentence, source) for source in sources):
            return Verdict(True, "", 1.0)
        if not sources or len(sentence) > LONGEST or not re.search(r"\w", sentence):
            return Verdict(False, "length" if sources else "source", 0.0)
        match = self.match(sentence, sources)
        if not match.said.tokens:
            return Verdict(False, "empty", 0.0)  # "Yes." claims what only the question tells
        return self._coefficients.verdict(self._signals(match))

    def signals(self, sentence: str, sources: Sequence[Source]) -> dict[str, float]:
        """Return, by name, all that speaks for or against a sentence."""
        return self._signals(self.match(sentence, sources))

    def _signals(self, match: Match) -> dict[str, float]:
        found = figure_signals(match) | name_signals(match, self._names) | mark_signals(match)
        return found | place_signals(match) | word_signals(match) | untold_signals(match)

    def match(self, sentence: str, sources: Sequence[Source]) -> Match:
        """Set a sentence against its quotes."""
        years = {source.date[:4] for source in sources}
        date = sources[0].date if len(years) == 1 else ""  # else it is not told which year "今年" is
        said = _plain(normalise(resolve(sentence, date)))
        english = is_english(said)
        told = tuple(claims(_plain(normalise(resolve(one.quote, one.date))), one.date) for one in sources)
        lead = normalise(" ".join(one.lead for one in sources)).lower()
        return Match(claims(said, date, english), told, lead, english, self._likeness)

    def _likeness(self, word: str, others: Sequence[str]) -> float:
        """Return the highest cosine of a word with some others."""
        own = self._vector(word)
        return max(float(own @ self._vector(other)) for other in others)


def _plain(text: str) -> str:
    """Return `text` with no blanks around figures, and with what a denial says, though it denies nothing, said without.

    Half the web writes "2022 年 3 月 9 日", and a date is read as it is written without.
    """
    return _FREE.sub("免费", _SPACED.sub("", text))


def _same(sentence: str, source: Source) -> bool:
    said = _squeezed(sentence)
    return bool(said) and said in (_squeezed(source.quote), _squeezed(resolve(source.quote, source.date)))


def _squeezed(text: str) -> str:
    """Return `text` without white space and the mark it ends with."""
    return "".join(text.split()).rstrip("。.!！;；")


@cache
def shipped() -> Coefficients:
    """The coefficients shipped beside this file."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return Coefficients(**{name: value for name, value in table.items() if name != "fit"})
