"""Entries by their words and how they stand, a page at a time."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from desk.entry_records import EntryPage, State
from desk.entry_rows import entry_of
from desk.tables import FaqEntry, FaqPhrase, FaqRevision
from rag.writing import normalise

WORDS = 10
"""So many words are looked for at most, of so many characters each."""
WORD_CHARS = 100


def find(session: Session, words: str, state: State, today: date, page: int, size: int) -> EntryPage:
    """Return a page of the entries that hold each of the words and stand as told, the last changed first."""
    asked = [*_standing(state, today), *map(_holds, words[: WORDS * WORD_CHARS].split()[:WORDS])]
    total = session.scalar(select(func.count()).select_from(FaqEntry).where(*asked)) or 0
    order = (FaqEntry.updated_at.desc(), FaqEntry.id.desc())
    found = with_parts(select(FaqEntry).where(*asked).order_by(*order).limit(size).offset((page - 1) * size))
    rows = session.scalars(found).all()
    by = _updated_by(session, rows)
    return EntryPage(tuple(entry_of(row, by.get(row.id, "")) for row in rows), total, page, size)


def with_parts(query: Select[Any]) -> Select[Any]:
    """Read the phrases and sources of the entries along with them."""
    return query.options(selectinload(FaqEntry.phrases), selectinload(FaqEntry.sources))


def _standing(state: State, today: date) -> list[ColumnElement[bool]]:
    asked: dict[State, list[ColumnElement[bool]]] = {
        "all": [],
        "on": [FaqEntry.is_on.is_(True)],
        "off": [FaqEntry.is_on.is_(False)],
        "review": [FaqEntry.needs_review | FaqEntry.is_stopped],
        "due": [FaqEntry.review_by <= today],
        "expired": [FaqEntry.valid_to < today],
    }
    return asked[state]


def _holds(word: str) -> ColumnElement[bool]:
    """Whether an entry holds a word as it is typed, or in simplified characters of normal width."""
    spellings = {word[:WORD_CHARS], normalise(word)[:WORD_CHARS] or word[:WORD_CHARS]}
    return or_(*map(_holds_exactly, sorted(spellings)))


def _holds_exactly(text: str) -> ColumnElement[bool]:
    phrase = and_(FaqPhrase.entry_id == FaqEntry.id, FaqPhrase.text.icontains(text, autoescape=True))
    return or_(
        FaqEntry.question.icontains(text, autoescape=True),
        FaqEntry.answer.icontains(text, autoescape=True),
        exists().where(phrase),
    )


def _updated_by(session: Session, rows: Iterable[FaqEntry]) -> dict[int, str]:
    """Return who of staff changed each of the entries last."""
    wanted = [and_(FaqRevision.entry_id == row.id, FaqRevision.number == row.revision) for row in rows]
    if not wanted:
        return {}
    found = session.execute(select(FaqRevision.entry_id, FaqRevision.by, FaqRevision.snapshot).where(or_(*wanted)))
    return {entry_id: snapshot.get("updated_by", by) for entry_id, by, snapshot in found}
