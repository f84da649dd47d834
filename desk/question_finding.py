"""Open questions found and read: a page of them, one with its turns, those like it. Changes nothing."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from desk.facets import facets
from desk.grouping import KINDS
from desk.masking import WORDS
from desk.question_records import AlikeEntry, AskedOnce, Order, Question, QuestionPage, TurnPage, Wanted
from desk.tables import FaqEntry, FaqPhrase, Feedback, OpenQuestion, OpenQuestionTurn, QuestionVector, Reason, Turn
from desk.unanswered import as_asked, comparable

_ORDERS = {
    "asked": (OpenQuestion.asked.desc(), OpenQuestion.last_at.desc(), OpenQuestion.id),
    "newest": (OpenQuestion.last_at.desc(), OpenQuestion.id.desc()),
}
_ALIKE = 0.5
"""Share of neighbouring characters in common (Dice) from which an entry may be about the same."""
_WORDINGS = 400  # turns looked at for how else it was asked


def find(session: Session, wanted: Wanted, name: str, words: str, order: Order, page: int, size: int) -> QuestionPage:
    """Return a page of the open questions in which each of `words` stands, in the title or as a visitor asked."""
    held = [*_in_state(wanted, name), *(_holds(word) for word in words.split()[:8])]
    total = session.scalar(select(func.count()).select_from(OpenQuestion).where(*held)) or 0
    last = max(1, -(-total // size))
    rows = select(OpenQuestion).where(*held).order_by(*_ORDERS[order]).offset((min(page, last) - 1) * size).limit(size)
    found = session.scalars(rows).all()
    reasons = _reasons(session, [row.id for row in found])
    return QuestionPage(tuple(question_of(row, reasons.get(row.id, {})) for row in found), total)


def _in_state(wanted: Wanted, name: str) -> tuple[ColumnElement[bool], ...]:
    whole = OpenQuestion.merged_into.is_(None)
    if wanted == "mine":
        return whole, OpenQuestion.state == "open", OpenQuestion.assignee == name
    return whole, OpenQuestion.state == wanted


def _holds(word: str) -> ColumnElement[bool]:
    asked = (
        select(OpenQuestionTurn.open_question_id)
        .join(Turn, Turn.id == OpenQuestionTurn.turn_id)
        .where(or_(*(text.icontains(word, autoescape=True) for text in (Turn.question, Turn.standalone_question))))
    )
    return or_(OpenQuestion.title.icontains(word, autoescape=True), OpenQuestion.id.in_(asked))


def question_of(row: OpenQuestion, reasons: dict[Reason, int]) -> Question:
    """Read one row."""
    return Question(
        row.id, row.title, row.state, row.asked, row.first_at, row.last_at, row.assignee, row.note,
        row.faq_entry_id, row.merged_into, reasons,
    )  # fmt: skip


def read(session: Session, question_id: int) -> Question | None:
    """Return one open question as it is now."""
    row = session.get(OpenQuestion, question_id)
    return question_of(row, _reasons(session, [question_id]).get(question_id, {})) if row else None


def _reasons(session: Session, ids: Sequence[int]) -> dict[int, dict[Reason, int]]:
    link = OpenQuestionTurn
    rows = select(link.open_question_id, link.reason, func.count()).where(link.open_question_id.in_(ids))
    found: dict[int, dict[Reason, int]] = {}
    for question_id, reason, count in session.execute(rows.group_by(link.open_question_id, link.reason)):
        found.setdefault(question_id, {})[reason] = count
    return found


def turns(session: Session, question_id: int, page: int, size: int) -> TurnPage:
    """Return a page of its turns, the last asked first."""
    link = OpenQuestionTurn
    total = session.scalar(select(func.count()).select_from(link).where(link.open_question_id == question_id)) or 0
    rows = (
        select(Turn, link.reason, Feedback)
        .join(link, link.turn_id == Turn.id)
        .outerjoin(Feedback, Feedback.turn_id == Turn.id)
        .where(link.open_question_id == question_id)
        .order_by(Turn.asked_at.desc(), Turn.id)
        .offset((max(1, page) - 1) * size)
        .limit(size)
    )
    return TurnPage(tuple(_asked(*row) for row in session.execute(rows)), total)


def _asked(turn: Turn, reason: Reason, said: Feedback | None) -> AskedOnce:
    return AskedOnce(
        turn.id, turn.conversation_id, turn.asked_at, turn.question, turn.standalone_question, turn.answer, turn.mode,
        turn.confidence, reason, said.verdict if said else None, tuple(map(str, said.reasons)) if said else (),
        said.comment if said else "",
    )  # fmt: skip


def wordings(session: Session, question_id: int, limit: int) -> list[str]:
    """Return how else it was asked, the most frequent first: no words twice, none with something masked."""
    link = OpenQuestionTurn
    rows = (
        select(Turn.question, Turn.standalone_question)
        .join(link, link.turn_id == Turn.id)
        .where(link.open_question_id == question_id)
        .order_by(Turn.asked_at.desc(), Turn.id)
        .limit(_WORDINGS)
    )
    asked = [as_asked(row.question, row.standalone_question) for row in session.execute(rows)]
    kept = [text for text in asked if not any(word in text for word in WORDS)]
    first = {comparable(text): text for text in reversed(kept)}
    title = comparable(session.scalar(select(OpenQuestion.title).filter_by(id=question_id)) or "")
    counts = Counter(map(comparable, kept))
    return [first[text] for text, _ in counts.most_common() if text and text != title][:limit]


def like(session: Session, question_id: int, limit: int) -> list[Question]:
    """Return other open questions, those nearest in meaning first; then the most asked, where nothing is known."""
    link = OpenQuestionTurn
    one_each = (
        select(link.open_question_id, func.min(link.turn_id).label("turn_id"))
        .join(OpenQuestion)
        .where(or_(and_(*_in_state("open", "")), OpenQuestion.id == question_id))
        .join(QuestionVector, QuestionVector.turn_id == link.turn_id)
        .group_by(link.open_question_id)
        .subquery()
    )
    rows = select(one_each.c.open_question_id, QuestionVector.model, QuestionVector.vector).join(
        QuestionVector, QuestionVector.turn_id == one_each.c.turn_id
    )
    vectors = {row.open_question_id: (row.model, row.vector) for row in session.execute(rows)}
    order = _nearest(vectors.pop(question_id, None), vectors)[:limit]
    found = session.scalars(select(OpenQuestion).where(OpenQuestion.id.in_(order))).all()
    return [question_of(row, {}) for row in sorted(found, key=lambda row: order.index(row.id))]


def _nearest(own: tuple[str, bytes] | None, others: dict[int, tuple[str, bytes]]) -> list[int]:
    if own is None:
        return sorted(others)
    ids = [one for one, (model, vector) in others.items() if model == own[0] and len(vector) == len(own[1])]
    if not ids:
        return []
    matrix = np.frombuffer(b"".join(others[one][1] for one in ids), "<f4").reshape(len(ids), -1)
    near = matrix @ np.frombuffer(own[1], "<f4")
    return [ids[place] for place in np.argsort(-near, kind="stable")]


def alike_entries(session: Session, title: str, limit: int) -> list[AlikeEntry]:
    """Return the published entries whose words are much like a title's and that ask the same matter of the same."""
    asked = select(FaqEntry.id, FaqEntry.question, FaqEntry.question.label("text"))
    phrased = (
        select(FaqEntry.id, FaqEntry.question, FaqPhrase.text)
        .join(FaqPhrase, FaqPhrase.entry_id == FaqEntry.id)
        .where(FaqPhrase.kind == "similar")
    )
    best: dict[int, AlikeEntry] = {}
    for row in (*session.execute(asked), *session.execute(phrased)):
        alike = _alike(comparable(title), comparable(row.text))
        if alike >= _ALIKE and (row.id not in best or best[row.id].alike < alike):
            best[row.id] = AlikeEntry(row.id, row.question, alike)
    return sorted(best.values(), key=lambda one: (-one.alike, one.id))[:limit]


def _alike(one: str, other: str) -> float:
    ours, theirs = facets(one), facets(other)
    if any(_are_apart(ours.of(kind), theirs.of(kind)) for kind in KINDS):
        return 0.0
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / max(1, len(first) + len(second))


def _are_apart(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(ours and theirs) and not ours & theirs


def _pairs(text: str) -> set[str]:
    return set(map("".join, pairwise(text)))
