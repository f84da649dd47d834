"""Entries as rows of tables and as the snapshots of their history, read and made. Decides nothing.

A snapshot holds, besides what staff edit and how the entry stands:
  of          the revision that first had these words: an undo, or a change by no one, repeats an earlier one's
  gone        [path, quote] of each passage that is no longer in the reports
  updated_at  when staff changed it last, ISO, and `updated_by` who
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from desk.entry_records import Entry, EntryDraft, Revision
from desk.tables import FaqEntry, FaqPhrase, FaqRevision, FaqSource
from rag.china import CHINA
from rag.staff_answers import PassageSource, Source, StaffAnswer, StaffSource

Snapshot = dict[str, Any]
_DAYS = ("valid_from", "valid_to", "review_by")
_OF_A_SOURCE = ("kind", "document_id", "path", "title", "quote", "start", "end", "staff_name", "told_on")
_STANDING = ("needs_review", "review_reason", "is_stopped")


def draft_of(row: FaqEntry) -> EntryDraft:
    """Read what staff edit."""
    return EntryDraft(
        question=row.question,
        answer=row.answer,
        similar=_texts(row, "similar"),
        negative=_texts(row, "negative"),
        sources=tuple(map(source_of, row.sources)),
        is_on=row.is_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        owner=row.owner,
        review_by=row.review_by,
    )


def _texts(row: FaqEntry, kind: str) -> tuple[str, ...]:
    return tuple(phrase.text for phrase in row.phrases if phrase.kind == kind)


def source_of(row: FaqSource) -> Source:
    """Read one source."""
    if row.kind == "staff":
        return StaffSource(row.staff_name or "", row.told_on or date.min)
    return PassageSource(
        row.document_id or "", row.path or "", row.title or "", row.quote or "", row.start or 0, row.end or 0
    )


def entry_of(row: FaqEntry, updated_by: str) -> Entry:
    """Read an entry; `updated_by` is in its last revision."""
    return Entry(
        id=row.id,
        revision=row.revision,
        draft=draft_of(row),
        needs_review=row.needs_review,
        review_reason=row.review_reason,
        is_stopped=row.is_stopped,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=updated_by,
    )


def write_draft(session: Session, row: FaqEntry, draft: EntryDraft) -> None:
    """Make a row what a draft says, phrases and sources too."""
    former = draft_of(row) if inspect(row).persistent else None
    for name in ("question", "answer", "is_on", "owner", *_DAYS):
        setattr(row, name, getattr(draft, name))
    if former is None or (former.similar, former.negative) != (draft.similar, draft.negative):
        if row.phrases:
            row.phrases.clear()
            session.flush()  # or a phrase that stays would be added before it is deleted
        row.phrases += [FaqPhrase(kind="similar", text=text) for text in draft.similar]
        row.phrases += [FaqPhrase(kind="negative", text=text) for text in draft.negative]
    if former is None or former.sources != draft.sources:
        _write_sources(row.sources, draft.sources)


def _write_sources(rows: list[FaqSource], sources: Sequence[Source]) -> None:
    """Make rows what sources say, those there are first."""
    del rows[len(sources) :]
    rows += [FaqSource() for _ in sources[len(rows) :]]
    for place, (row, source) in enumerate(zip(rows, sources, strict=True), start=1):
        row.place = place
        told = _columns_of(source)
        for name in _OF_A_SOURCE:
            setattr(row, name, told.get(name))


def _columns_of(source: Source) -> dict[str, Any]:
    if isinstance(source, StaffSource):
        return {"kind": "staff", "staff_name": source.name, "told_on": source.told_on}
    return {"kind": "passage", **asdict(source)}


def snapshot_of(row: FaqEntry, *, of: int, gone: Iterable[tuple[str, str]], updated_by: str) -> Snapshot:
    """Return an entry as its history keeps it."""
    draft = draft_of(row)
    told = {name: getattr(draft, name) for name in ("question", "answer", "is_on", "owner")}
    days = {name: _written(getattr(draft, name)) for name in _DAYS}
    return {
        **told,
        **days,
        "similar": list(draft.similar),
        "negative": list(draft.negative),
        "sources": [_source_json(source) for source in draft.sources],
        **{name: getattr(row, name) for name in _STANDING},
        "of": of,
        "gone": [list(passage) for passage in gone],
        "updated_at": row.updated_at.isoformat(),
        "updated_by": updated_by,
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _source_json(source: Source) -> Snapshot:
    if isinstance(source, StaffSource):
        return {"kind": "staff", "name": source.name, "told_on": source.told_on.isoformat()}
    return {"kind": "passage", **asdict(source)}


def draft_in(snapshot: Snapshot) -> EntryDraft:
    """Read what staff edited from a snapshot; what it lacks is as in a new draft."""
    return EntryDraft(
        question=snapshot.get("question", ""),
        answer=snapshot.get("answer", ""),
        similar=tuple(snapshot.get("similar", ())),
        negative=tuple(snapshot.get("negative", ())),
        sources=tuple(map(_source_in, snapshot.get("sources", ()))),
        is_on=snapshot.get("is_on", True),
        owner=snapshot.get("owner", ""),
        **{name: _day(snapshot.get(name)) for name in _DAYS},
    )


def _source_in(told: Snapshot) -> Source:
    fields = {name: value for name, value in told.items() if name != "kind"}
    if told["kind"] == "staff":
        return StaffSource(fields["name"], date.fromisoformat(fields["told_on"]))
    return PassageSource(**fields)


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def gone_in(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """Read which passages, by path and quote, were no longer in the reports."""
    return tuple((path, quote) for path, quote in snapshot.get("gone", ()))


def revision_of(row: FaqRevision) -> Revision:
    """Read one change."""
    return Revision(row.number, row.at, row.by, row.action, draft_in(row.snapshot))  # type: ignore[arg-type]


def answer_of(row: FaqEntry) -> StaffAnswer:
    """Read an entry as the chat answers from it."""
    return _answer(row.id, row.revision, draft_of(row), row.updated_at)


def answer_in(row: FaqRevision) -> StaffAnswer:
    """Read an entry as the chat answered from it at one revision."""
    told = row.snapshot.get("updated_at")
    return _answer(row.entry_id, row.number, draft_in(row.snapshot), datetime.fromisoformat(told) if told else row.at)


def _answer(entry_id: int, revision: int, draft: EntryDraft, updated_at: datetime) -> StaffAnswer:
    return StaffAnswer(
        id=entry_id,
        revision=revision,
        question=draft.question,
        answer=draft.answer,
        answered_on=updated_at.astimezone(CHINA).date(),
        similar=draft.similar,
        negative=draft.negative,
        sources=draft.sources,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
    )
