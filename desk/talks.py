"""What visitors have asked and were answered, as staff look for it and read it. Changes nothing.

page = Talks(database).find(Wanted(words="公寓", modes=("refused",)))
talk = Talks(database).talk(page.lines[0].conversation_id)
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from desk.database import Database
from desk.days import china_day
from desk.errors import DeskError
from desk.looking import holds, words_of
from desk.stored import citations_of
from desk.tables import (
    Conversation,
    FaqEntry,
    FaqRevision,
    Feedback,
    OpenQuestion,
    OpenQuestionTurn,
    QuestionState,
    Turn,
    Verdict,
)
from desk.talk_records import Line, Place, Talk, TalkPage, TalkTurn, Wanted
from rag.records import Mode, StaffReply

SIZE = 30
"""So many conversations are on a page."""


class NoTalkError(DeskError):
    """There is no such conversation, or no longer."""


class Talks:
    """Finds conversations and reads one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: Wanted, after: Place | None = None, size: int = SIZE) -> TalkPage:
        """Return a page of the conversations that hold a turn as wanted, by the newest such turn of each."""
        with self._database.session() as session:
            found = session.execute(_newest(wanted, after).limit(size + 1)).all()
            lines = tuple(_lines(session, [(id_, question, asked_at) for _, id_, question, asked_at in found[:size]]))
        last = Place(found[size - 1][3], found[size - 1][0]) if len(found) > size else None
        return TalkPage(lines, last)

    def talk(self, conversation_id: str) -> Talk:
        """Return a conversation; raises NoTalkError."""
        with self._database.session() as session:
            found = session.get(Conversation, conversation_id)
            if found is None:
                raise NoTalkError("没有找到这次对话，它可能已过保存期限。 There is no such conversation any more.")
            turns = session.scalars(
                select(Turn)
                .where(Turn.conversation_id == conversation_id)
                .options(joinedload(Turn.feedback))
                .order_by(Turn.number)
            ).all()
            entries, opened = _entries(session, turns), _opened(session, turns)
            told = tuple(replace(_turn(turn, entries, opened), staff=_staff(session, turn)) for turn in turns)
            return Talk(found.id, found.started_at, found.last_at, found.channel, found.language, told)


def _newest(wanted: Wanted, after: Place | None) -> Select[str, str, str, datetime]:
    """Return the query for the newest turn as wanted of each conversation."""
    later = aliased(Turn)
    newer = exists().where(
        later.conversation_id == Turn.conversation_id, later.number > Turn.number, *_conditions(later, wanted)
    )
    query = select(Turn.id, Turn.conversation_id, Turn.question, Turn.asked_at).where(
        *_conditions(Turn, wanted), ~newer
    )
    if after:
        query = query.where(tuple_(Turn.asked_at, Turn.id) < (after.asked_at, after.turn_id))
    return query.order_by(Turn.asked_at.desc(), Turn.id.desc())


def _conditions(turn: type[Turn], wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Yield what a turn must be."""
    yield from wanted.days.within(turn.asked_at)
    if wanted.modes:
        yield turn.mode.in_(wanted.modes)
    if wanted.language:
        yield turn.language == wanted.language
    if wanted.below is not None:
        yield turn.confidence <= wanted.below
    if wanted.feedback:
        judged = exists().where(Feedback.turn_id == turn.id)
        yield judged if wanted.feedback == "any" else judged.where(Feedback.verdict == wanted.feedback)
    if wanted.channel:
        yield exists().where(Conversation.id == turn.conversation_id, Conversation.channel == wanted.channel)
    for word in words_of(wanted.words):
        yield or_(holds(turn.question, word), holds(turn.answer, word))


def _lines(session: Session, found: Sequence[tuple[str, str, datetime]]) -> Iterator[Line]:
    ids = [conversation_id for conversation_id, _, _ in found]
    conversations = {one.id: one for one in session.scalars(select(Conversation).where(Conversation.id.in_(ids)))}
    turns: dict[str, list[tuple[Mode, float, Verdict | None]]] = {}
    told = (
        select(Turn.conversation_id, Turn.mode, Turn.confidence, Feedback.verdict)
        .outerjoin(Feedback, Feedback.turn_id == Turn.id)
        .where(Turn.conversation_id.in_(ids))
        .order_by(Turn.conversation_id, Turn.number)
    )
    for conversation_id, mode, confidence, verdict in session.execute(told):
        turns.setdefault(conversation_id, []).append((mode, confidence, verdict))
    for conversation_id, question, asked_at in found:
        of = turns[conversation_id]
        about = conversations[conversation_id]
        modes = tuple(mode for mode, _, _ in of)
        verdicts = tuple(verdict for _, _, verdict in of if verdict)
        lowest = min(confidence for _, confidence, _ in of)
        yield Line(conversation_id, question, asked_at, about.channel, about.language, modes, lowest, verdicts)


def _entries(session: Session, turns: Sequence[Turn]) -> dict[int, str]:
    ids = {turn.faq_entry_id for turn in turns if turn.faq_entry_id}
    found = session.execute(select(FaqEntry.id, FaqEntry.question).where(FaqEntry.id.in_(ids)))
    return dict(found.all())


def _staff(session: Session, turn: Turn) -> StaffReply | None:
    """Return which entry answered, and from which day its answer was when it did."""
    if turn.mode != "faq" or turn.faq_entry_id is None:
        return None
    was = select(func.max(FaqRevision.at)).where(
        FaqRevision.entry_id == turn.faq_entry_id, FaqRevision.at <= turn.asked_at
    )
    return StaffReply(turn.faq_entry_id, china_day(session.scalar(was) or turn.asked_at))


def _opened(session: Session, turns: Sequence[Turn]) -> dict[str, tuple[int, str, QuestionState]]:
    found = session.execute(
        select(OpenQuestionTurn.turn_id, OpenQuestion.id, OpenQuestion.title, OpenQuestion.state)
        .join(OpenQuestion, OpenQuestion.id == OpenQuestionTurn.open_question_id)
        .where(OpenQuestionTurn.turn_id.in_([turn.id for turn in turns]))
        .order_by(OpenQuestion.id)
    )
    return {turn_id: (id_, title, state) for turn_id, id_, title, state in found}


def _turn(turn: Turn, entries: dict[int, str], opened: dict[str, tuple[int, str, QuestionState]]) -> TalkTurn:
    feedback, entry_id = turn.feedback, turn.faq_entry_id
    return TalkTurn(
        id=turn.id,
        number=turn.number,
        asked_at=turn.asked_at,
        question=turn.question,
        standalone_question=turn.standalone_question,
        answer=turn.answer,
        refused=turn.refused,
        mode=turn.mode,
        confidence=turn.confidence,
        total_ms=turn.total_ms,
        citations=citations_of(turn.citations),
        nearby=citations_of(turn.nearby),
        verdict=feedback.verdict if feedback else None,
        reasons=tuple(str(reason) for reason in feedback.reasons) if feedback else (),
        comment=feedback.comment if feedback else "",
        entry=(entry_id, entries[entry_id]) if entry_id in entries else None,
        opened=opened.get(turn.id),
    )
