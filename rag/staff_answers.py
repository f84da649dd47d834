"""What staff have answered once, as the chat answers from it: questions, answer, sources. Knows no database.

An entry's answer can be cited like a report: it is a document of its own, whose whole text is the answer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PassageSource:
    """Words of a report that an answer rests on: `text[start:end] == quote` of the document when it was picked.

    Should the report change since, `path` and `quote` say what to look for.
    """

    document_id: str
    path: str
    title: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StaffSource:
    """A member of staff who told the answer, and on which day."""

    name: str
    told_on: date


Source = PassageSource | StaffSource


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """A published entry. `similar` ask the same as `question`; `negative` only look like it, and are never answered.

    `answered_on` is the day of its last change. It is given from `valid_from` to `valid_to`, both days included.
    """

    id: int
    revision: int
    question: str
    answer: str
    answered_on: date
    similar: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def document_id(self) -> str:
        """The id under which the answer itself is cited and shown: another one after every change."""
        return f"staff-{self.id}-{self.revision}"

    def holds_on(self, day: date) -> bool:
        """Whether it may be given on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class StaffAnswers(Protocol):
    """Whoever knows what staff have published."""

    def current(self) -> tuple[StaffAnswer, ...]:
        """Return every entry that is on and not stopped, whatever its days. Called for every question: at once."""
        ...

    def past(self, entry_id: int, revision: int) -> StaffAnswer | None:
        """Return an entry as it stood at one revision, current or not; None when there never was one."""
        ...
