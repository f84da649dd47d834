"""What visitors asked and the chat could not answer well, for staff to answer, dismiss, merge, or give to a colleague.

    questions = OpenQuestions(database)
    for question in questions.find(order="asked").questions: ...
    questions.dismiss(question.id, "与园区无关", by="王芳")

Each change is one transaction with its line in the audit. Answering is publishing an entry: `Entries.publish`.
Knows nothing of how questions are put together.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from desk.audit import note
from desk.database import Database
from desk.question_records import AskedTurn, Order, Question, QuestionError, QuestionPage
from desk.question_rows import asked_turn, ordered, questions_of
from desk.tables import Account, AuditEvent, OpenQuestion, OpenQuestionTurn, QuestionState, Reason, Turn
from desk.types import utc_now

PAGE = 30
"""Questions on a page."""
TURNS = 50
"""Turns of a question on a page."""
NOTE_CHARS = 500
_STATES: Mapping[QuestionState, str] = {"open": "待答", "answered": "已答", "dismissed": "已忽略"}


class OpenQuestions:
    """The open questions in a database; may be used from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def find(
        self,
        state: QuestionState = "open",
        assignee: str = "",
        words: str = "",
        order: Order = "asked",
        page: int = 1,
        size: int = PAGE,
    ) -> QuestionPage:
        """Return the questions in a state, of one assignee if any is named, whose title holds each of the words.

        The most asked first, or those asked last; what was merged into another is not among them.
        """
        wanted = select(OpenQuestion).where(OpenQuestion.state == state, OpenQuestion.merged_into.is_(None))
        if assignee:
            wanted = wanted.where(OpenQuestion.assignee == assignee)
        for word in words.split():
            wanted = wanted.where(OpenQuestion.title.icontains(word, autoescape=True))
        with self._database.session() as session:
            total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            page = max(1, min(page, -(-total // size)))
            rows = session.scalars(ordered(wanted, order).limit(size).offset((page - 1) * size)).all()
            return QuestionPage(questions_of(session, rows), total)

    def counts(self) -> dict[QuestionState, int]:
        """Return how many questions there are in each state."""
        counted = (
            select(OpenQuestion.state, func.count())
            .where(OpenQuestion.merged_into.is_(None))
            .group_by(OpenQuestion.state)
        )
        with self._database.session() as session:
            return {**dict.fromkeys(_STATES, 0), **dict(session.execute(counted).all())}

    def question(self, question_id: int) -> Question:
        """Return one question. Raises QuestionError when there is none."""
        with self._database.session() as session:
            return questions_of(session, [_known(session, question_id)])[0]

    def turns(self, question_id: int, page: int = 1, size: int = TURNS) -> tuple[AskedTurn, ...]:
        """Return the turns that asked it and are still there, the latest first."""
        found = (
            select(OpenQuestionTurn.reason, Turn)
            .join(Turn, Turn.id == OpenQuestionTurn.turn_id)
            .where(OpenQuestionTurn.open_question_id == question_id)
            .options(joinedload(Turn.feedback), joinedload(Turn.conversation))
            .order_by(Turn.asked_at.desc(), Turn.id)
            .limit(size)
            .offset((max(1, page) - 1) * size)
        )
        with self._database.session() as session:
            return tuple(asked_turn(turn, reason) for reason, turn in session.execute(found))

    def assign(self, question_id: int, name: str | None, *, by: str) -> Question:
        """Give a question to a member of staff who may sign in, or to nobody. Raises QuestionError."""
        with self._database.writing() as session:
            row = _known(session, question_id)
            if name is not None and not session.scalar(
                select(Account.id).where(Account.name == name, Account.is_active)
            ):
                raise QuestionError(f"没有可用的账号“{name}” / there is no active account of that name: {name}")
            row.assignee = name
            self._note(session, by, "question.assign", row.id, {"to": name})
            return questions_of(session, [row])[0]

    def dismiss(self, question_id: int, why: str, *, by: str) -> Question:
        """Say that a question need not be answered, and why; whoever asks it again is counted with it."""
        kept = why.strip()
        if len(kept) > NOTE_CHARS:
            raise QuestionError(
                f"说明最多{NOTE_CHARS}字，现有{len(kept)}字 / the note has more than {NOTE_CHARS} characters"
            )
        with self._database.writing() as session:
            row = self._open(session, question_id)
            row.state, row.note = "dismissed", kept
            self._note(session, by, "question.dismiss", row.id)
            return questions_of(session, [row])[0]

    def reopen(self, question_id: int, *, by: str) -> Question:
        """Put a question that was answered or dismissed back among those that wait; its entry stays."""
        with self._database.writing() as session:
            row = _known(session, question_id)
            if row.merged_into is not None:
                raise QuestionError(
                    f"它已并入待答问题 {row.merged_into}，请打开那一条 / it was merged into {row.merged_into}"
                )
            row.state = "open"
            self._note(session, by, "question.reopen", row.id)
            return questions_of(session, [row])[0]

    def merge(self, question_ids: Iterable[int], into: int, *, by: str) -> Question:
        """Let one question take over the turns of others that ask the same. Raises QuestionError."""
        with self._database.writing() as session:
            target = self._open(session, into)
            others = [self._open(session, one) for one in dict.fromkeys(question_ids) if one != into]
            for other in others:
                _take_over(session, target, other)
                self._note(session, by, "question.merge", other.id, {"into": into})
            return questions_of(session, [target])[0]

    def take_out(self, question_id: int, turn_id: str, *, by: str) -> Question:
        """Make a question of its own from a turn that was put together with others by mistake. Raises QuestionError."""
        with self._database.writing() as session:
            row = _known(session, question_id)
            link = session.get(OpenQuestionTurn, (question_id, turn_id))
            turn = session.get(Turn, turn_id)
            if link is None or turn is None:
                raise QuestionError("这条提问已不在这里 / this turn is no longer here")
            if row.asked <= 1:
                raise QuestionError("这里只有这一条提问，不用分出去 / there is no other turn in it")
            new, reason = _new(session, turn), link.reason
            row.asked -= 1
            session.delete(link)
            session.flush()
            session.add(OpenQuestionTurn(open_question_id=new.id, turn_id=turn_id, reason=reason))
            self._note(session, by, "question.split", row.id, {"into": new.id})
            session.flush()
            return questions_of(session, [new])[0]

    def put_in(self, turn_id: str, *, by: str) -> Question:
        """Make an open question from a turn that staff have come across; the one it is in already, if it is in one."""
        with self._database.writing() as session:
            there = session.scalar(select(OpenQuestionTurn.open_question_id).filter_by(turn_id=turn_id))
            if there is not None:
                return questions_of(session, [_known(session, there)])[0]
            turn = session.get(Turn, turn_id)
            if turn is None:
                raise QuestionError("这条提问已被删除 / this turn has been deleted")
            new = _new(session, turn)
            reason: Reason = "refused" if turn.refused else "unsure"
            session.add(OpenQuestionTurn(open_question_id=new.id, turn_id=turn_id, reason=reason))
            self._note(session, by, "question.add", new.id)
            session.flush()
            return questions_of(session, [new])[0]

    def _open(self, session: Session, question_id: int) -> OpenQuestion:
        """Return a question that still waits; raise QuestionError that says who was quicker."""
        row = _known(session, question_id)
        if row.state != "open" or row.merged_into is not None:
            who = session.scalar(
                select(AuditEvent.by).filter_by(subject=f"question {row.id}").order_by(AuditEvent.id.desc()).limit(1)
            )
            done = "已合并" if row.merged_into is not None else _STATES[row.state]
            raise QuestionError(
                f"“{row.title}”{done}（{who or '系统'}），没有改动，请刷新 / it no longer waits, nothing was changed"
            )
        return row

    def _note(
        self, session: Session, by: str, action: str, question_id: int, detail: Mapping[str, Any] | None = None
    ) -> None:
        note(session, by, action, f"question {question_id}", detail, self._clock())


def _known(session: Session, question_id: int) -> OpenQuestion:
    row = session.get(OpenQuestion, question_id) if 0 < question_id < 2**31 else None
    if row is None:
        raise QuestionError(f"没有这个待答问题 / there is no such open question: {question_id}")
    return row


def _new(session: Session, turn: Turn) -> OpenQuestion:
    title = " ".join((turn.standalone_question or turn.question).split())
    row = OpenQuestion(title=title, asked=1, first_at=turn.asked_at, last_at=turn.asked_at)
    session.add(row)
    session.flush()
    return row


def _take_over(session: Session, target: OpenQuestion, other: OpenQuestion) -> None:
    """Move the turns of a question to another, each once, and add up what was counted."""
    mine = select(OpenQuestionTurn.turn_id).filter_by(open_question_id=target.id)
    session.execute(
        delete(OpenQuestionTurn).where(
            OpenQuestionTurn.open_question_id == other.id, OpenQuestionTurn.turn_id.in_(mine)
        )
    )
    session.execute(
        update(OpenQuestionTurn).where(OpenQuestionTurn.open_question_id == other.id).values(open_question_id=target.id)
    )
    # what was merged into the other goes along, so that nobody has to follow a chain
    session.execute(update(OpenQuestion).where(OpenQuestion.merged_into == other.id).values(merged_into=target.id))
    target.asked += other.asked
    target.first_at, target.last_at = min(target.first_at, other.first_at), max(target.last_at, other.last_at)
    other.state, other.merged_into = "dismissed", target.id
