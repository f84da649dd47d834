"""The nouns of FAQ entries: what staff edit, what is read back, and the errors of both. Knows no database."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from desk.errors import DeskError
from rag.staff_answers import Source

SYSTEM = "系统"
"""Who changes an entry when nobody does: the watch over the reports it cites."""
Action = Literal["publish", "change", "on", "off", "undo", "confirm", "delete", "restore", "sources"]
"""What a revision came of; "sources": a report that is cited has changed."""
State = Literal["all", "on", "off", "review", "due", "expired"]
"""Which entries: switched on or off, to be reviewed or stopped, past the day of review, past their last day."""


class EntryError(DeskError):
    """An entry cannot be as it is told, or what is asked of it cannot be; nothing was saved."""


class EntryChangedError(EntryError):
    """Somebody else has saved the entry since it was read; nothing was saved."""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """What staff edit. `similar` ask the same as `question`; `negative` only look like it, and are not answered.

    It is answered from `valid_from` to `valid_to`, both days included and China's; `review_by` is when `owner` should
    look at it again.
    """

    question: str
    answer: str
    similar: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    is_on: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    owner: str = ""
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A published entry as it was when it was read; `revision` is handed back with a change of it.

    Stopped: words that it cites are gone from the reports, and it is not answered whatever `draft.is_on` says.
    `updated_at` and `updated_by` tell the last change by staff, not by the watch over the reports.
    """

    id: int
    revision: int
    draft: EntryDraft
    needs_review: bool
    review_reason: str
    is_stopped: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an entry: who made it, how, and the entry as it stood after it."""

    number: int
    at: datetime
    by: str
    action: Action
    draft: EntryDraft


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some of the entries that were looked for, and how many there are in all; `page` counts from 1."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))
