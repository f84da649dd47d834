"""Changes of entries within one transaction: many of them are saved together or not at all.

    with entries.together(by="王芳") as writer:
        writer.publish(first)
        writer.change(7, second, revision=3)

Undoing goes back one change of staff, again and again down to the first: a revision that repeats an earlier one says
which it was (`of`), and the next undo goes on from there. What nobody edited is skipped: a review, a report that has
changed.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.case_rows import expect_answer, put_case
from desk.entry_history import Change, add_revision, find_revision, last_number, last_snapshot
from desk.entry_records import Action, Entry, EntryChangedError, EntryDraft, EntryError
from desk.entry_rows import draft_in, draft_of, entry_of, gone_in, write_draft
from desk.entry_rules import checked
from desk.entry_taken import Taken
from desk.masking import masked
from desk.question_link import answer_question
from desk.tables import FaqEntry, FaqRevision, RegressionCase
from rag.staff_answers import PassageSource, Source


class EntryWriter:
    """Changes entries in a transaction that somebody else began and ends."""

    def __init__(self, session: Session, by: str, now: datetime) -> None:
        self._session = session
        self._by = by
        self._now = now

    @cached_property
    def _taken(self) -> Taken:
        return Taken(self._session)

    def publish(self, draft: EntryDraft, answers: int | None = None, origin_question: str = "") -> Entry:
        """Add an entry. `answers` is the open question that it answers, and that is linked to it.

        `origin_question` is how it was asked, and becomes the regression case; without it the entry's question does.
        """
        draft = checked(draft)
        self._taken.check(draft)
        row = FaqEntry(created_at=self._now, updated_at=self._now, revision=0)
        row.needs_review, row.review_reason, row.is_stopped = False, "", False
        write_draft(self._session, row, draft)
        self._session.add(row)
        self._session.flush()
        told = {} if answers is None else {"question": answers}
        if answers is not None:
            answer_question(self._session, answers, row.id, by=self._by, now=self._now)
        put_case(self._session, self._case(row, masked(" ".join(origin_question.split())) or draft.question))
        self._taken.put(row.id, draft)
        return self._saved(row, "publish", told=told)

    def change(self, entry_id: int, draft: EntryDraft, *, revision: int) -> Entry:
        """Make an entry what the draft says; `revision` is the one that was read. What it is already is not saved.

        It counts as a review, unless words that it still cites are gone from the reports. Raises EntryChangedError.
        """
        row = self._known(entry_id)
        draft = checked(draft)
        if row.revision != revision:
            self._check_unedited(row, revision)
            draft = replace(draft, sources=_as_they_stand(draft.sources, draft_of(row).sources))
        if draft == draft_of(row):
            return self._read(row)
        gone = gone_in(last_snapshot(self._session, row))
        row.needs_review = False
        return self._rewritten(row, draft, "change", gone, reason=row.review_reason)

    def switch(self, entry_id: int, is_on: bool) -> Entry:
        """Let an entry be answered, or no longer."""
        row = self._known(entry_id)
        if row.is_on == is_on:
            return self._read(row)
        gone = gone_in(last_snapshot(self._session, row))
        row.is_on = is_on
        return self._saved(row, "on" if is_on else "off", gone=gone)

    def undo(self, entry_id: int) -> Entry:
        """Make an entry what it was before the last change that is not undone yet; one that is deleted comes back.

        Whether it is to be reviewed stays as it is. Raises EntryError when there is nothing left to undo.
        """
        row = self._session.get(FaqEntry, entry_id)
        if row is None:
            return self.restore(entry_id)
        now = last_snapshot(self._session, row)
        before = find_revision(self._session, entry_id, now["of"] - 1)
        if before is None:
            raise EntryError("这已经是最早的版本，不能再撤销 / there is no earlier version to go back to")
        former = draft_in(before.snapshot)
        draft = replace(former, sources=_as_they_stand(former.sources, draft_of(row).sources))
        gone = (*gone_in(now), *gone_in(before.snapshot))
        reason = row.review_reason or before.snapshot.get("review_reason", "")
        return self._rewritten(row, draft, "undo", gone, reason, of=before.snapshot.get("of", before.number))

    def confirm(self, entry_id: int) -> Entry:
        """Say that an entry has been reviewed and holds. Raises EntryError while words that it cites are gone."""
        row = self._known(entry_id)
        if row.is_stopped:
            raise EntryError("引用的原句已不在资料中，请先更换来源 / words that it cites are gone, cite others first")
        if not row.needs_review:
            return self._read(row)
        row.needs_review, row.review_reason = False, ""
        return self._saved(row, "confirm", of=last_snapshot(self._session, row)["of"])

    def delete(self, entry_id: int) -> None:
        """Take an entry away; its history stays, and it can be restored."""
        row = self._known(entry_id)
        last = last_snapshot(self._session, row)
        self._saved(row, "delete", of=last["of"], gone=gone_in(last))
        self._session.delete(row)
        self._session.flush()
        self._taken.drop(entry_id)

    def restore(self, entry_id: int) -> Entry:
        """Bring back an entry that was deleted, as it was then, under the same number."""
        last = find_revision(self._session, entry_id, last_number(self._session, entry_id))
        first = find_revision(self._session, entry_id, 1)
        if last is None or first is None:
            raise EntryError(f"没有这条常见问答 / there is no such entry: {entry_id}")
        if self._session.get(FaqEntry, entry_id):
            raise EntryError(f"这条常见问答没有被删除 / this entry is not deleted: {entry_id}")
        draft = draft_in(last.snapshot)
        self._taken.check(draft)
        row = FaqEntry(id=entry_id, created_at=first.at, updated_at=self._now, revision=last.number)
        for name in ("needs_review", "review_reason", "is_stopped"):
            setattr(row, name, last.snapshot[name])
        write_draft(self._session, row, draft)
        self._session.add(row)
        self._session.flush()
        self._taken.put(entry_id, draft)
        return self._saved(row, "restore", of=last.snapshot["of"], gone=gone_in(last.snapshot))

    def _known(self, entry_id: int) -> FaqEntry:
        row = self._session.get(FaqEntry, entry_id)
        if row is not None:
            return row
        last = find_revision(self._session, entry_id, last_number(self._session, entry_id))
        if last is None:
            raise EntryError(f"没有这条常见问答 / there is no such entry: {entry_id}")
        raise EntryChangedError(f"这条常见问答已被“{last.by}”删除 / {last.by} has deleted this entry: {entry_id}")

    def _check_unedited(self, row: FaqEntry, revision: int) -> None:
        """Raise EntryChangedError when somebody has changed an entry since a revision, not only the reports' watch."""
        since = select(FaqRevision).where(FaqRevision.entry_id == row.id, FaqRevision.number > revision)
        edits = self._session.scalars(
            since.where(FaqRevision.action != "sources").order_by(FaqRevision.number.desc())
        ).all()
        if edits or revision > row.revision:
            who = edits[0].by if edits else "?"
            raise EntryChangedError(
                f"“{who}”刚刚保存过这条常见问答，请重新打开后再改，以免覆盖"
                f" / {who} has saved this entry since you opened it, open it again"
            )

    def _rewritten(
        self,
        row: FaqEntry,
        draft: EntryDraft,
        action: Action,
        gone: Iterable[tuple[str, str]],
        reason: str,
        of: int | None = None,
    ) -> Entry:
        """Save a draft; while it cites a passage that is gone, the entry is stopped and to be reviewed."""
        self._taken.check(draft, row.id)
        cited = [(one.path, one.quote) for one in draft.sources if isinstance(one, PassageSource)]
        still_gone = tuple(passage for passage in dict.fromkeys(gone) if passage in cited)
        row.is_stopped = bool(still_gone)
        row.needs_review = row.needs_review or row.is_stopped
        row.review_reason = reason if row.needs_review else ""
        if (row.answer, draft_of(row).sources) != (draft.answer, draft.sources):
            expect_answer(self._session, row.id, draft.answer)
        write_draft(self._session, row, draft)
        self._taken.put(row.id, draft)
        return self._saved(row, action, of=of, gone=still_gone)

    def _saved(
        self,
        row: FaqEntry,
        action: Action,
        of: int | None = None,
        gone: tuple[tuple[str, str], ...] = (),
        told: dict[str, Any] | None = None,
    ) -> Entry:
        row.updated_at = self._now
        add_revision(self._session, row, Change(action, self._by, self._now, self._by, of, gone, told or {}))
        return entry_of(row, self._by)

    def _read(self, row: FaqEntry) -> Entry:
        return entry_of(row, last_snapshot(self._session, row)["updated_by"])

    def _case(self, row: FaqEntry, question: str) -> RegressionCase:
        return RegressionCase(
            question=question,
            mode="faq",
            answer=row.answer,
            faq_entry_id=row.id,
            origin="published",
            added_by=self._by,
            added_at=self._now,
        )


def _as_they_stand(sources: Iterable[Source], present: Iterable[Source]) -> tuple[Source, ...]:
    """Return sources of an earlier moment; those that are cited at present too stand where they stand at present."""
    places = {(one.path, one.quote): one for one in present if isinstance(one, PassageSource)}
    return tuple(places.get((one.path, one.quote), one) if isinstance(one, PassageSource) else one for one in sources)
