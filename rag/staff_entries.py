"""A published entry made ready for comparing: its questions in one spelling each, taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.sameness import bare, said
from rag.staff_answers import StaffAnswer
from rag.staff_signals import Taken
from rag.writing import language, normalise

_LONGEST = 500
"""Characters of a phrase that are embedded and compared."""


@dataclass(frozen=True)
class Held:
    """An entry made ready. `same` and `never` are the bare forms of what is asked of it, and of what never is.

    `answer` is what is embedded of its answer.
    """

    entry: StaffAnswer
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    answer: str
    same: frozenset[str]
    never: frozenset[str]
    taken: Taken

    @classmethod
    def of(cls, entry: StaffAnswer) -> "Held":
        """Take an entry apart."""
        positive = _texts((entry.question, *entry.similar))
        negative = _texts(entry.negative)
        never = frozenset(map(bare, negative))
        taken = Taken(tuple(map(said, positive)), said(normalise(entry.answer)))
        same = frozenset(map(bare, positive)) - never
        return cls(entry, positive, negative, as_asked(entry.answer), same, never, taken)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything of it that is embedded."""
        return (*self.positive, *self.negative, self.answer)


def as_asked(text: str) -> str:
    """Return a question as it is compared and embedded: normalised, an English one in lower case."""
    plain = normalise(text[:_LONGEST])
    return plain.lower() if language(plain) == "en" else plain


def _texts(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for phrase in phrases if (text := as_asked(phrase))))
