"""Writing what visitors leave: each value once, however often it is tried. Knows nothing of waiting."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.database import Database
from desk.kept import Judged, Kept, Left, Said
from desk.tables import Conversation, FaqEntry, Feedback, Lead, Turn

TRANSCRIPT = 100
"""So many turns of a conversation, its last ones, go along with a lead at most."""


def write(database: Database, values: Sequence[Kept]) -> None:
    """Write the values in their order, all of them or none."""
    if values:
        with database.writing() as session:
            for value in values:
                _put(session, value)


def _put(session: Session, value: Kept) -> None:
    match value:
        case Said():
            _add_turn(session, value)
        case Judged():
            _set_feedback(session, value)
        case Left():
            _add_lead(session, value)


def _add_turn(session: Session, said: Said) -> None:
    if _is_known(session, said.turn_id):
        return
    conversation = session.get(Conversation, said.conversation_id)
    if conversation is None:
        conversation = Conversation(
            id=said.conversation_id,
            visitor=said.visitor,
            started_at=said.asked_at,
            last_at=said.asked_at,
            language=said.language,
            channel=said.channel,
        )
        session.add(conversation)
    conversation.last_at = max(conversation.last_at, said.asked_at)
    last = session.scalar(select(func.max(Turn.number)).where(Turn.conversation_id == said.conversation_id))
    row = _turn(said, number=(last or 0) + 1)
    if said.answer.staff and session.get(FaqEntry, said.answer.staff.entry_id):  # it may have been deleted since
        row.faq_entry_id = said.answer.staff.entry_id
    session.add(row)
    session.flush()


def _turn(said: Said, number: int) -> Turn:
    answer = said.answer
    return Turn(
        id=said.turn_id,
        conversation_id=said.conversation_id,
        number=number,
        asked_at=said.asked_at,
        question=said.question,
        standalone_question=answer.standalone_question,
        language=answer.language,
        answer=answer.answer,
        refused=answer.refused,
        confidence=answer.confidence,
        mode=answer.mode,
        citations=[citation.as_json() for citation in answer.citations],
        nearby=[citation.as_json() for citation in answer.nearby],
        timings_ms=answer.timings_ms,
        total_ms=answer.timings_ms.get("total", 0.0),
    )


def _set_feedback(session: Session, judged: Judged) -> None:
    if not _is_known(session, judged.turn_id):
        return
    feedback = session.get(Feedback, judged.turn_id)
    if feedback is not None and feedback.given_at > judged.given_at:
        return
    session.merge(
        Feedback(
            turn_id=judged.turn_id,
            verdict=judged.verdict,
            reasons=list(judged.reasons),
            comment=judged.comment,
            given_at=judged.given_at,
        )
    )
    session.flush()


def _is_known(session: Session, turn_id: str) -> bool:
    return session.scalar(select(Turn.id).where(Turn.id == turn_id)) is not None


def _add_lead(session: Session, left: Left) -> None:
    """Add a lead with the conversation as it stands: what was said before it is written before it."""
    if session.get(Lead, left.id) is not None:
        return
    turn = session.get(Turn, left.turn_id) if left.turn_id else None
    lead = Lead(
        id=left.id,
        created_at=left.left_at,
        updated_at=left.left_at,
        name=left.name,
        contact=left.contact,
        company=left.company,
        area=left.area,
        industry=left.industry,
        move_in=left.move_in,
        need=left.need,
        consent_at=left.left_at,
        consent_text=left.consent_text,
    )
    if turn is not None:
        lead.conversation_id = turn.conversation_id
        lead.transcript = _transcript(session, turn.conversation_id)
    session.add(lead)
    session.flush()


def _transcript(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    """Return a conversation's turns, the first one first, as the leads keep them."""
    query = select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.number.desc()).limit(TRANSCRIPT)
    return [
        {
            "turn": turn.id,
            "asked_at": turn.asked_at.isoformat(),
            "question": turn.question,
            "answer": turn.answer,
            "refused": turn.refused,
            "mode": turn.mode,
            "citations": [{key: cited.get(key) for key in ("number", "document", "quote")} for cited in turn.citations],
        }
        for turn in reversed(session.scalars(query).all())
    ]
