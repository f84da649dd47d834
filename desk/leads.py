"""Visitors who asked to be called, and what staff have made of it: found, read, given a state and a note.

    leads = Leads(database)
    page = leads.find(state="new")
    leads.set_state(page.leads[0].id, "called", by="王芳")

Who adds them is the chat. Every change is written into the audit, never with a visitor's words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from desk.audit import note
from desk.database import Database
from desk.days import Days
from desk.errors import DeskError
from desk.looking import holds, words_of
from desk.stored import Exchange, exchanges_of
from desk.tables import Lead, LeadState
from desk.types import utc_now

SIZE = 30
"""So many leads are on a page."""
STATES: tuple[LeadState, ...] = get_args(LeadState)
LONGEST_NOTE = 2_000  # characters

_CHANGED = "备注刚刚被同事改过：请先复制您写的内容，再重新打开这条线索。 Somebody else has changed the note."
_SEARCHED = (Lead.name, Lead.contact, Lead.company, Lead.need, Lead.area, Lead.industry, Lead.move_in, Lead.note)


class LeadError(DeskError):
    """There is no such lead, or what was to be kept of it cannot be."""


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead in the list."""

    id: str
    created_at: datetime
    name: str
    contact: str
    company: str
    need: str
    area: str
    industry: str
    state: LeadState


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Some leads, newest first; this is `page` of `pages`, counted from 1.

    `by_state` counts those found in each state, whatever state was asked for.
    """

    leads: tuple[LeadLine, ...]
    page: int
    pages: int
    by_state: dict[LeadState, int]


@dataclass(frozen=True, slots=True)
class LeadDetail:
    """A whole lead; `transcript` is the conversation as it was when the visitor left the lead, oldest first."""

    id: str
    created_at: datetime
    updated_at: datetime
    state: LeadState
    name: str
    contact: str
    company: str
    need: str
    area: str
    industry: str
    move_in: str
    consent_at: datetime
    consent_text: str
    note: str
    conversation_id: str | None
    transcript: tuple[Exchange, ...]


class Leads:
    """Reads leads and changes their state and note."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, state: LeadState | None = None, words: str = "", days: Days | None = None, page: int = 1, size: int = SIZE
    ) -> LeadPage:
        """Return a page of those that came on these days and hold every word; a page too far is the last."""
        wanted = list(_conditions(words, days or Days()))
        with self._database.session() as session:
            counts = session.execute(select(Lead.state, func.count()).where(*wanted).group_by(Lead.state))
            by_state: dict[LeadState, int] = dict.fromkeys(STATES, 0)
            by_state.update((one, count) for one, count in counts)
            total = by_state[state] if state else sum(by_state.values())
            pages = max(1, -(-total // size))
            page = max(1, min(page, pages))
            query = select(Lead).where(*wanted, *([Lead.state == state] if state else []))
            query = query.order_by(Lead.created_at.desc(), Lead.id).limit(size).offset((page - 1) * size)
            return LeadPage(tuple(_line(lead) for lead in session.scalars(query)), page, pages, by_state)

    def lead(self, lead_id: str) -> LeadDetail:
        """Return a whole lead; raises LeadError."""
        with self._database.session() as session:
            return _detail(_existing(session, lead_id))

    def set_state(self, lead_id: str, state: str, *, by: str) -> LeadDetail:
        """Give a lead another state, and return it; raises LeadError."""
        known = next((one for one in STATES if one == state), None)
        if known is None:
            raise LeadError(f"没有这种状态：{state[:20]} / there is no such state")
        with self._database.writing() as session:
            lead = _existing(session, lead_id)
            if lead.state != known:
                _audit(session, lead, by, "lead.state", {"from": lead.state, "to": known})
                lead.state = known
            return _detail(lead)

    def set_note(self, lead_id: str, note: str, *, before: str, by: str) -> LeadDetail:
        """Replace a lead's note, which was read as `before`, and return the lead.

        Raises LeadError, also where somebody else has written another note meanwhile.
        """
        written = note.strip()
        if len(written) > LONGEST_NOTE:
            raise LeadError(f"备注有 {len(written)} 个字，最多 {LONGEST_NOTE} 个。 The note is too long.")
        with self._database.writing() as session:
            lead = _existing(session, lead_id)
            if lead.note not in (before, written):
                raise LeadError(_CHANGED)
            if lead.note != written:
                _audit(session, lead, by, "lead.note", {"characters": len(written)})
                lead.note = written
            return _detail(lead)

    def delete(self, lead_id: str, *, by: str) -> None:
        """Delete a lead for good, as its visitor may ask; that it was, and by whom, is known, and nothing of it."""
        with self._database.writing() as session:
            lead = _existing(session, lead_id)
            _audit(session, lead, by, "lead.delete", {})
            session.delete(lead)


def _conditions(words: str, days: Days) -> Iterator[ColumnElement[bool]]:
    yield from days.within(Lead.created_at)
    for word in words_of(words):
        yield or_(*(holds(column, word) for column in _SEARCHED))


def _existing(session: Session, lead_id: str) -> Lead:
    lead = session.get(Lead, lead_id)
    if lead is None:
        raise LeadError("没有找到这条线索。 There is no such lead.")
    return lead


def _audit(session: Session, lead: Lead, by: str, action: str, detail: dict[str, object]) -> None:
    lead.updated_at = utc_now()
    note(session, by, action, f"lead {lead.id}", detail, lead.updated_at)


def _line(lead: Lead) -> LeadLine:
    return LeadLine(
        id=lead.id,
        created_at=lead.created_at,
        name=lead.name,
        contact=lead.contact,
        company=lead.company,
        need=lead.need,
        area=lead.area,
        industry=lead.industry,
        state=lead.state,
    )


def _detail(lead: Lead) -> LeadDetail:
    return LeadDetail(
        id=lead.id,
        created_at=lead.created_at,
        updated_at=lead.updated_at,
        state=lead.state,
        name=lead.name,
        contact=lead.contact,
        company=lead.company,
        need=lead.need,
        area=lead.area,
        industry=lead.industry,
        move_in=lead.move_in,
        consent_at=lead.consent_at,
        consent_text=lead.consent_text,
        note=lead.note,
        conversation_id=lead.conversation_id,
        transcript=exchanges_of(lead.transcript),
    )
