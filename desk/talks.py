"""What visitors have asked and were answered, as staff look for it and read it. Changes nothing.

page = Talks(database).find(Wanted(words="公寓", modes=("refused",)))
talk = Talks(database).talk(page.lines[0].conversation_id)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, exists, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from desk.database import Database
from desk.days import Days
from desk.errors import DeskError
from desk.looking import holds, words_of
from desk.stored import citations_of
from desk.tables import (
    Channel,
    Conversation,
    FaqEntry,
    Feedback,
    OpenQuestion,
    OpenQuestionTurn,
    QuestionState,
    Turn,
    Verdict,
)
from rag.records import Citation, Language, Mode

SIZE = 30
"""So many conversations are on a page."""

Judged = Literal["helpful", "unhelpful", "any"]


class NoTalkError(DeskError):
    """There is no such conversation, or no longer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which turns are looked for; what is not said is not asked for. `below` is a confidence, 0 to 1, included."""

    words: str = ""
    days: Days = field(default_factory=Days)
    modes: tuple[Mode, ...] = ()
    feedback: Judged | None = None
    channel: Channel | None = None
    language: Language | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The last turn of a page: what comes after it is older."""

    asked_at: datetime
    turn_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in the list. `question` is its newest that was looked for, asked at `asked_at`.

    `modes` are those of its turns, in their order; `confidence` is the lowest of them.
    """

    conversation_id: str
    question: str
    asked_at: datetime
    channel: Channel
    language: Language
    modes: tuple[Mode, ...]
    confidence: float
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class TalkPage:
    """Some conversations, newest first; `last` is where the next page goes on, None on the last."""

    lines: tuple[Line, ...]
    last: Place | None


@dataclass(frozen=True, slots=True)
class TalkTurn:
    """One question and its answer as it was shown, and what has become of it.

    `entry` is the FAQ entry that answered; `opened` the open question that the turn belongs to, with its title.
    """

    id: str
    number: int
    asked_at: datetime
    question: str
    standalone_question: str
    answer: str
    refused: bool
    mode: Mode
    confidence: float
    total_ms: float
    citations: tuple[Citation, ...]
    nearby: tuple[Citation, ...]
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    entry: tuple[int, str] | None = None
    opened: tuple[int, str, QuestionState] | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A whole conversation."""

    id: str
    started_at: datetime
    last_at: datetime
    channel: Channel
    language: Language
    turns: tuple[TalkTurn, ...]


class Talks:
    """Finds conversations and reads one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: Wanted, after: Place | None = None, size: int = SIZE) -> TalkPage:
        """Return a page of the conversations that hold a turn as wanted, by the newest such turn of each."""
        with self._database.session() as session:
            found = session.execute(_newest(wanted, after).limit(size + 1)).all()
            lines = _lines(session, [(id_, question, asked_at) for _, id_, question, asked_at in found[:size]])
        last = Place(found[size - 1][3], found[size - 1][0]) if len(found) > size else None
        return TalkPage(tuple(lines), last)

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
            told = tuple(_turn(turn, entries, opened) for turn in turns)
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
