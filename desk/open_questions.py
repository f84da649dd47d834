"""What the bot could not answer, as staff work on it: found, read, assigned, dismissed, merged, taken apart.

    questions = OpenQuestions(database)
    page = questions.find("open", order="asked")
    questions.merge([3, 4], into=2, by="王芳")

Each change is one transaction and is written down. An open question is answered by publishing an entry
(`Entries.publish(…, answers=id)`) or by one that is there already (`answer_by`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from desk import question_finding as finding
from desk.audit import note
from desk.database import Database
from desk.entry_records import Entry
from desk.entry_writing import EntryWriter
from desk.question_link import answer_question
from desk.question_records import AlikeEntry, OpenQuestionError, Order, Question, QuestionPage, TurnPage, Wanted
from desk.tables import Account, OpenQuestion, OpenQuestionTurn, Turn
from desk.types import utc_now
from desk.unanswered import as_asked

PAGE = 30
"""Open questions on a page."""
TURNS = 10
"""Turns of an open question on a page."""
NOTE_CHARS = 500
_STANDS = {"answered": "已回答 / answered already", "dismissed": "已忽略 / dismissed already", "open": "待答 / open"}


class OpenQuestions:
    """The open questions in a database; may be used from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def find(
        self, wanted: Wanted = "open", name: str = "", words: str = "", order: Order = "asked", page: int = 1,
        size: int = PAGE,
    ) -> QuestionPage:  # fmt: skip
        """Return a page of those that are open, assigned to `name` ("mine"), answered or dismissed."""
        with self._database.session() as session:
            return finding.find(session, wanted, name, words, order, max(1, page), max(1, size))

    def counts(self, name: str) -> dict[Wanted, int]:
        """Return how many are open, open and assigned to `name`, answered, dismissed."""
        whole = select(OpenQuestion.state, func.count()).where(OpenQuestion.merged_into.is_(None))
        mine = select(func.count()).where(OpenQuestion.merged_into.is_(None), OpenQuestion.state == "open")
        with self._database.session() as session:
            states = dict(session.execute(whole.group_by(OpenQuestion.state)).all())
            own = session.scalar(mine.where(OpenQuestion.assignee == name)) or 0
        return {
            "open": states.get("open", 0),
            "mine": own,
            "answered": states.get("answered", 0),
            "dismissed": states.get("dismissed", 0),
        }

    def newest(self) -> int:
        """Return the highest id of all: what comes later has a higher one."""
        with self._database.session() as session:
            return session.scalar(select(func.max(OpenQuestion.id))) or 0

    def newer(self, newest: int) -> int:
        """Return how many that are open have come since `newest`."""
        held = OpenQuestion.id > newest, OpenQuestion.state == "open", OpenQuestion.merged_into.is_(None)
        with self._database.session() as session:
            return session.scalar(select(func.count()).select_from(OpenQuestion).where(*held)) or 0

    def colleagues(self) -> list[str]:
        """Return the names of the active accounts."""
        with self._database.session() as session:
            return list(session.scalars(select(Account.name).where(Account.is_active).order_by(Account.name)))

    def question(self, question_id: int) -> Question:
        """Return one as it is now; raise OpenQuestionError when there is none."""
        with self._database.session() as session:
            found = finding.read(session, question_id)
        if found is None:
            raise OpenQuestionError(f"没有这个待答问题 / there is no such open question: {question_id}")
        return found

    def turns(self, question_id: int, page: int = 1, size: int = TURNS) -> TurnPage:
        """Return a page of its turns, the last asked first."""
        with self._database.session() as session:
            return finding.turns(session, question_id, page, size)

    def wordings(self, question_id: int, limit: int = 12) -> list[str]:
        """Return how else it was asked, the most frequent first; none with something masked."""
        with self._database.session() as session:
            return finding.wordings(session, question_id, limit)

    def like(self, question_id: int, limit: int = 20) -> list[Question]:
        """Return other open questions, those nearest in meaning first."""
        with self._database.session() as session:
            return finding.like(session, question_id, limit)

    def alike_entries(self, title: str, limit: int = 2) -> list[AlikeEntry]:
        """Return the published entries that may be about the same, the likest first."""
        with self._database.session() as session:
            return finding.alike_entries(session, title, limit)

    def assign(self, question_id: int, name: str | None, *, by: str) -> None:
        """Give it to an active account to answer, or to nobody."""
        with self._database.writing() as session:
            row = _known(session, question_id, "open")
            active = select(Account.id).where(Account.name == name, Account.is_active)
            if name is not None and session.scalar(active) is None:
                raise OpenQuestionError(f"没有这个可用的账号 / there is no such active account: {name}")
            if row.assignee != name:
                self._note(session, by, "assign", row, {"from": row.assignee, "to": name})
                row.assignee = name

    def dismiss(self, question_id: int, words: str = "", *, by: str) -> None:
        """Say that it need not be answered, and why; who asks the same is not shown any more."""
        if len(words) > NOTE_CHARS:
            raise OpenQuestionError(f"备注最多{NOTE_CHARS}字 / the note has {NOTE_CHARS} characters at most")
        with self._database.writing() as session:
            row = _known(session, question_id, "open")
            row.state, row.note = "dismissed", " ".join(words.split())
            self._note(session, by, "dismiss", row)

    def reopen(self, question_id: int, *, by: str) -> None:
        """Let it wait for an answer again; an entry that answered it stays."""
        with self._database.writing() as session:
            row = _known(session, question_id, "answered", "dismissed")
            self._note(session, by, "reopen", row, {"was": row.state})
            row.state, row.faq_entry_id = "open", None

    def merge(self, question_ids: Sequence[int], into: int, *, by: str) -> None:
        """Put the turns of some into another one and add their counts; they are shown no more."""
        with self._database.writing() as session:
            target = _known(session, into, "open")
            for question_id in dict.fromkeys(question_ids):
                if question_id == into:
                    raise OpenQuestionError("不能并入自己 / it cannot be merged into itself")
                row = _known(session, question_id, "open", "dismissed")
                _move(session, row, target)
                row.state, row.merged_into = "dismissed", into
                self._note(session, by, "merge", row, {"into": into})

    def split(self, question_id: int, turn_id: str, *, by: str) -> int:
        """Make a turn that does not belong to it a question of its own; return that one's id."""
        with self._database.writing() as session:
            row, turn = _known(session, question_id, "open", "answered", "dismissed"), session.get(Turn, turn_id)
            link = session.get(OpenQuestionTurn, (question_id, turn_id))
            if link is None or turn is None:
                raise OpenQuestionError("这一问已不在这个问题里 / this turn is no longer part of it")
            if row.asked <= 1:
                raise OpenQuestionError("这个问题只有这一问，不用移出 / it has no other turn")
            title = as_asked(turn.question, turn.standalone_question)
            new = OpenQuestion(title=title, asked=1, first_at=turn.asked_at, last_at=turn.asked_at)
            session.add(new)
            session.flush()
            link.open_question_id = new.id
            session.flush()
            row.asked -= 1
            _dated_anew(session, row)
            self._note(session, by, "split", row, {"new": new.id})
            return new.id

    def answer_by(self, question_id: int, entry: Entry, *, by: str) -> Entry:
        """Make its title a similar question of an entry as it was read, which answers it from then on; both or neither.

        Raises EntryError, EntryChangedError when somebody else has saved the entry since.
        """
        with self._database.writing() as session:
            row = _known(session, question_id, "open")
            draft = replace(entry.draft, similar=(*entry.draft.similar, row.title))
            changed = EntryWriter(session, by, self._clock()).change(entry.id, draft, revision=entry.revision)
            answer_question(session, question_id, entry.id, by=by, now=self._clock())
            return changed

    def _note(
        self,
        session: Session,
        by: str,
        action: str,
        row: OpenQuestion,
        detail: dict[str, int | str | None] | None = None,
    ) -> None:
        note(session, by, f"question.{action}", f"question {row.id}", detail, self._clock())


def _known(session: Session, question_id: int, *states: str) -> OpenQuestion:
    row = session.get(OpenQuestion, question_id)
    if row is None:
        raise OpenQuestionError(f"没有这个待答问题 / there is no such open question: {question_id}")
    if row.merged_into is not None:
        raise OpenQuestionError(
            f"这个问题已并入另一个（#{row.merged_into}） / it has been merged into {row.merged_into}"
        )
    if row.state not in states:
        raise OpenQuestionError(f"这个问题现在是：{_STANDS[row.state]}；请刷新 / refresh the list")
    return row


def _move(session: Session, row: OpenQuestion, target: OpenQuestion) -> None:
    link = OpenQuestionTurn
    there = select(link.turn_id).where(link.open_question_id == target.id)
    own = link.open_question_id == row.id
    session.execute(delete(link).where(own, link.turn_id.in_(there)).execution_options(synchronize_session=False))
    session.execute(update(link).where(own).values(open_question_id=target.id))
    target.asked += row.asked
    target.first_at, target.last_at = min(target.first_at, row.first_at), max(target.last_at, row.last_at)


def _dated_anew(session: Session, row: OpenQuestion) -> None:
    """Set when it was asked by the turns that are left; unchanged where the oldest of them are deleted."""
    link = OpenQuestionTurn
    kept = select(func.count(), func.max(Turn.asked_at)).join(link, link.turn_id == Turn.id)
    count, last = session.execute(kept.where(link.open_question_id == row.id)).one()
    if count and count == row.asked:
        row.last_at = last
