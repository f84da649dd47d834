"""An open question that is answered by publishing an entry, within the same transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import note
from desk.entry_records import EntryError
from desk.tables import AuditEvent, OpenQuestion

_DONE = {"answered": ("回答", "answered"), "dismissed": ("处理", "dismissed")}


def answer_question(session: Session, question_id: int, entry_id: int, *, by: str, now: datetime) -> None:
    """Set an open question answered by an entry. Raises EntryError that says who was quicker."""
    question = session.get(OpenQuestion, question_id)
    if question is None:
        raise EntryError(f"没有这个待答问题 / there is no such open question: {question_id}")
    if question.state != "open":
        raise EntryError(_too_late(session, question))
    question.state, question.faq_entry_id = "answered", entry_id
    note(session, by, "question.answer", _subject(question), {"faq": entry_id}, now)


def _too_late(session: Session, question: OpenQuestion) -> str:
    last = select(AuditEvent.by).where(AuditEvent.subject == _subject(question)).order_by(AuditEvent.id.desc()).limit(1)
    who = session.scalar(last) or "别人 / somebody"
    done, in_english = _DONE[question.state]
    if question.merged_into is not None:
        done, in_english = f"并入待答问题 {question.merged_into}", "merged"
    return f"这个待答问题已由“{who}”{done}，没有重复发布 / {who} has {in_english} it already, nothing was published"


def _subject(question: OpenQuestion) -> str:
    return f"question {question.id}"
