"""The history of entries: each change adds a revision that holds the entry as it stands after it, and is audited."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.audit import note
from desk.entry_records import Action, EntryDraft
from desk.entry_rows import Snapshot, snapshot_of
from desk.tables import FaqEntry, FaqRevision

_FIELDS = tuple(EntryDraft.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision is told besides the entry: who made it, when, how; `told` goes into the audit alone.

    `of` is the revision that first had these words, None: this one. `gone` are the passages, as path and quote, that
    are no longer in the reports. `updated_by` is who of staff changed it last.
    """

    action: Action
    by: str
    at: datetime
    updated_by: str
    of: int | None = None
    gone: tuple[tuple[str, str], ...] = ()
    told: dict[str, Any] = field(default_factory=dict)


def add_revision(session: Session, row: FaqEntry, change: Change) -> None:
    """Write down a change of an entry, made already; a new entry's revision is 0 before its first."""
    with session.no_autoflush:  # all is written together at the end
        former = last_snapshot(session, row) if row.revision else {}
    row.revision = number = row.revision + 1
    of = number if change.of is None else change.of
    snapshot = snapshot_of(row, of=of, gone=change.gone, updated_by=change.updated_by)
    session.add(
        FaqRevision(entry_id=row.id, number=number, at=change.at, by=change.by, action=change.action, snapshot=snapshot)
    )
    detail = {"revision": number, **change.told}
    if number > 1:
        detail["fields"] = _changed_fields(former, snapshot)
    note(session, change.by, f"faq.{change.action}", f"faq {row.id}", detail, change.at)
    session.flush()


def last_snapshot(session: Session, row: FaqEntry) -> Snapshot:
    """Return an entry as it stood after its last change; as it is now, for one whose history is lost."""
    found = find_revision(session, row.id, row.revision)
    if found is not None and "of" in found.snapshot:
        return found.snapshot
    return snapshot_of(row, of=row.revision, gone=(), updated_by=found.by if found else "")


def last_number(session: Session, entry_id: int) -> int:
    """Return how many changes there have been of an entry, deleted or not."""
    return session.scalar(select(func.max(FaqRevision.number)).filter_by(entry_id=entry_id)) or 0


def find_revision(session: Session, entry_id: int, number: int) -> FaqRevision | None:
    """Find one change of an entry, deleted or not."""
    return session.scalar(select(FaqRevision).filter_by(entry_id=entry_id, number=number))


def _changed_fields(former: Snapshot, snapshot: Snapshot) -> list[str]:
    return [name for name in _FIELDS if former.get(name) != snapshot.get(name)]
