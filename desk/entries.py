"""FAQ entries: what staff have answered once, published, changed, undone, found.

    entries = Entries(database)
    entry = entries.publish(EntryDraft(question, answer, sources=(StaffSource("王芳", today),)), by="王芳", answers=12)
    entries.change(entry.id, replace(entry.draft, answer="…"), by="李雷", revision=entry.revision)

Each change is one transaction: the entry, its history, the audit, the open question and the regression case are saved
together or not at all. Knows nothing of how questions are matched with entries.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from desk.database import Database
from desk.entry_finding import find, with_parts
from desk.entry_history import last_snapshot
from desk.entry_records import (
    SYSTEM,
    Action,
    Entry,
    EntryChangedError,
    EntryDraft,
    EntryError,
    EntryPage,
    Revision,
    State,
)
from desk.entry_rows import entry_of, revision_of
from desk.entry_writing import EntryWriter
from desk.tables import FaqEntry, FaqRevision
from desk.types import utc_now
from rag.china import CHINA

__all__ = [
    "SYSTEM",
    "Action",
    "Entries",
    "Entry",
    "EntryChangedError",
    "EntryDraft",
    "EntryError",
    "EntryPage",
    "EntryWriter",
    "Revision",
    "State",
]

PAGE = 50
"""Entries on a page."""


class Entries:
    """The entries in a database; may be used from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    @contextmanager
    def together(self, *, by: str) -> Iterator[EntryWriter]:
        """Make many changes, saved together at the end, or none of them when an error leaves."""
        with self._database.writing() as session:
            yield EntryWriter(session, by, self._clock())

    def publish(self, draft: EntryDraft, *, by: str, answers: int | None = None, origin_question: str = "") -> Entry:
        """Add an entry, and answer the open question `answers` by it. Raises EntryError."""
        with self.together(by=by) as writer:
            return writer.publish(draft, answers, origin_question)

    def change(self, entry_id: int, draft: EntryDraft, *, by: str, revision: int) -> Entry:
        """Make an entry what the draft says; `revision` is the one that was read.

        Raises EntryError, EntryChangedError when somebody else has saved it since.
        """
        with self.together(by=by) as writer:
            return writer.change(entry_id, draft, revision=revision)

    def switch(self, entry_id: int, is_on: bool, *, by: str) -> Entry:
        """Let an entry be answered, or no longer."""
        with self.together(by=by) as writer:
            return writer.switch(entry_id, is_on)

    def undo(self, entry_id: int, *, by: str) -> Entry:
        """Go back one change, again and again down to the first; itself a new revision."""
        with self.together(by=by) as writer:
            return writer.undo(entry_id)

    def confirm(self, entry_id: int, *, by: str) -> Entry:
        """Say that an entry has been reviewed and holds. Raises EntryError while words that it cites are gone."""
        with self.together(by=by) as writer:
            return writer.confirm(entry_id)

    def delete(self, entry_id: int, *, by: str) -> None:
        """Take an entry away; its history stays, and it can be restored."""
        with self.together(by=by) as writer:
            writer.delete(entry_id)

    def restore(self, entry_id: int, *, by: str) -> Entry:
        """Bring back an entry that was deleted, as it was then, under the same number."""
        with self.together(by=by) as writer:
            return writer.restore(entry_id)

    def entry(self, entry_id: int) -> Entry:
        """Return an entry as it is now. Raises EntryError when there is none."""
        with self._database.session() as session:
            row = session.scalar(with_parts(select(FaqEntry).filter_by(id=entry_id)))
            if row is None:
                raise EntryError(f"没有这条常见问答，可能已被删除 / there is no such entry: {entry_id}")
            return entry_of(row, last_snapshot(session, row)["updated_by"])

    def history(self, entry_id: int) -> list[Revision]:
        """Return the changes of an entry, deleted or not, the newest first."""
        found = select(FaqRevision).filter_by(entry_id=entry_id).order_by(FaqRevision.number.desc())
        with self._database.session() as session:
            return list(map(revision_of, session.scalars(found)))

    def find(self, words: str = "", state: State = "all", page: int = 1, size: int = PAGE) -> EntryPage:
        """Return the entries whose question, answer or phrases hold each of the words, the last changed first."""
        today = self._clock().astimezone(CHINA).date()
        with self._database.session() as session:
            return find(session, words, state, today, max(1, page), max(1, size))
