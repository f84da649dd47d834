"""The desk's tables. Every moment is UTC; ids that visitors see are random hex digits, the others count up.

A change here needs a new step in desk/migrations/versions: a test compares both.
"""

from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, MetaData, UniqueConstraint, event, insert, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from desk.topics import sections_of
from desk.types import Document, UtcDateTime, Word, Words, new_id
from rag.records import Language, Mode

Channel = Literal["web", "api"]
Verdict = Literal["helpful", "unhelpful"]
PhraseKind = Literal["similar", "negative"]
SourceKind = Literal["passage", "staff"]
QuestionState = Literal["open", "answered", "dismissed"]
Reason = Literal["refused", "unsure", "unhelpful"]
LeadState = Literal["new", "called", "closed"]
Role = Literal["staff", "admin"]
CaseOrigin = Literal["published", "trial"]

_HEX = Word(32)
_WORD = Word(16)
_NEVER_AGAIN = {"sqlite_autoincrement": True}  # SQLite would give a deleted row's id, and its history, to the next one


class Base(DeclarativeBase):
    """What all tables share: constraints have names, since a migration can only change what it can name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain attribute
        datetime: UtcDateTime(),
        str: Words(),
        list[Any]: Document,
        dict[str, Any]: Document,
        Language: _WORD,
        Mode: _WORD,
        Channel: _WORD,
        Verdict: _WORD,
        PhraseKind: _WORD,
        SourceKind: _WORD,
        QuestionState: _WORD,
        Reason: _WORD,
        LeadState: _WORD,
        Role: _WORD,
        CaseOrigin: _WORD,
    }


def _one_of(column: str, words: object) -> CheckConstraint:
    """Return the constraint that a column holds one of a Literal's words."""
    allowed = ", ".join(f"'{word}'" for word in get_args(words))
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


class Conversation(Base):
    """One visitor's conversation: when, in which language, by which way in.

    `visitor` tells the conversations of one browser from another's; it is never an address, a name or anything else
    that leads to a person.
    """

    __tablename__ = "conversation"
    __table_args__ = (_one_of("channel", Channel), _one_of("language", Language))

    id: Mapped[str] = mapped_column(_HEX, primary_key=True, default=new_id)
    visitor: Mapped[str] = mapped_column(index=True)
    started_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    language: Mapped[Language]
    channel: Mapped[Channel]

    turns: Mapped[list["Turn"]] = relationship(
        back_populates="conversation", order_by="Turn.number", cascade="all, delete-orphan", passive_deletes=True
    )


class Turn(Base):
    """One question of a conversation and the answer as it was shown; `number` counts from 1.

    `confidence` is the probability, 0 to 1, that the reports answer it. `total_ms` is `timings_ms["total"]`, wall-clock
    milliseconds, apart so that many can be read at once. Never holds what the visitor typed and did not send, nor who
    the visitor is, unless the question says so.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        _one_of("language", Language),
        _one_of("mode", Mode),
        # What is counted by, small enough to be read in whole where the rows, with their citations, are not.
        Index(
            "ix_turn_counted",
            *("asked_at", "mode", "language", "confidence", "total_ms", "faq_entry_id", "conversation_id", "id"),
        ),
    )

    id: Mapped[str] = mapped_column(_HEX, primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    number: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    question: Mapped[str]
    standalone_question: Mapped[str]
    language: Mapped[Language]
    answer: Mapped[str]
    refused: Mapped[bool] = mapped_column(index=True)
    confidence: Mapped[float]
    mode: Mapped[Mode]
    citations: Mapped[list[Any]] = mapped_column(default=list)
    nearby: Mapped[list[Any]] = mapped_column(default=list)
    timings_ms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    faq_entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entry.id", ondelete="SET NULL"), index=True)
    total_ms: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))

    conversation: Mapped[Conversation] = relationship(back_populates="turns")
    feedback: Mapped["Feedback | None"] = relationship(
        back_populates="turn", cascade="all, delete-orphan", passive_deletes=True
    )


class Feedback(Base):
    """What a visitor thought of one answer: one verdict a turn, the last one given. Never who gave it."""

    __tablename__ = "feedback"
    __table_args__ = (_one_of("verdict", Verdict),)

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    verdict: Mapped[Verdict]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    comment: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime]

    turn: Mapped[Turn] = relationship(back_populates="feedback")


class CitedSection(Base):
    """A section of a report that a turn's answer cites, `title` as people read it; `place` is its order, from 1.

    Derived from the turn's citations, which are too long to be read in their thousands; `asked_at` is the turn's.
    Never what a visitor wrote, nor the words that are cited.
    """

    __tablename__ = "cited_section"

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)


@event.listens_for(Turn, "after_insert")
def _keep_sections(_: object, connection: Connection, turn: Turn) -> None:
    """Keep the sections that a turn cites, whoever adds it; what staff's own answers cite is theirs."""
    titles = sections_of(turn.citations or []) if turn.mode != "faq" else []
    rows = [
        {"turn_id": turn.id, "place": place, "title": title, "asked_at": turn.asked_at}
        for place, title in enumerate(titles, 1)
    ]
    if rows:
        connection.execute(insert(CitedSection), rows)


class FaqEntry(Base):
    """A question that staff have answered once, and the chat answers from then on, as it stands now.

    Given only while `is_on` and not `is_stopped` (the words it cites are gone from the reports), and from `valid_from`
    to `valid_to`, both days included, where they are set. `revision` counts its changes; what it was before is in
    faq_revision, never here.
    """

    __tablename__ = "faq_entry"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="valid"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    answer: Mapped[str]
    is_on: Mapped[bool] = mapped_column(default=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    owner: Mapped[str] = mapped_column(default="")
    review_by: Mapped[date | None]
    needs_review: Mapped[bool] = mapped_column(default=False)
    review_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    is_stopped: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    phrases: Mapped[list["FaqPhrase"]] = relationship(
        back_populates="entry", order_by="FaqPhrase.id", cascade="all, delete-orphan", passive_deletes=True
    )
    sources: Mapped[list["FaqSource"]] = relationship(
        back_populates="entry", order_by="FaqSource.place", cascade="all, delete-orphan", passive_deletes=True
    )


class FaqPhrase(Base):
    """Another way to ask an entry's question ("similar"), or a question that only looks like it ("negative").

    Never a visitor's words unless staff took them over.
    """

    __tablename__ = "faq_phrase"
    __table_args__ = (UniqueConstraint("entry_id", "kind", "text"), _one_of("kind", PhraseKind))

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entry.id", ondelete="CASCADE"))
    kind: Mapped[PhraseKind]
    text: Mapped[str]

    entry: Mapped[FaqEntry] = relationship(back_populates="phrases")


class FaqSource(Base):
    """What an entry's answer rests on: a literal passage of a report, or a member of staff who told it on a day.

    A passage is `text[start:end] == quote` of the document with that id, in characters. `place` is its order, from 1.
    Never a passage without its quote: should the report change, the quote shows what the answer rested on.
    """

    __tablename__ = "faq_source"
    __table_args__ = (
        _one_of("kind", SourceKind),
        CheckConstraint(
            "kind <> 'passage' OR (document_id IS NOT NULL AND path IS NOT NULL AND quote IS NOT NULL"
            ' AND "start" IS NOT NULL AND "end" IS NOT NULL)',
            name="passage",
        ),
        CheckConstraint("kind <> 'staff' OR staff_name IS NOT NULL", name="staff"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entry.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    kind: Mapped[SourceKind]
    document_id: Mapped[str | None] = mapped_column(index=True)
    path: Mapped[str | None]
    title: Mapped[str | None]
    quote: Mapped[str | None]
    start: Mapped[int | None]
    end: Mapped[int | None]
    staff_name: Mapped[str | None]
    told_on: Mapped[date | None]

    entry: Mapped[FaqEntry] = relationship(back_populates="sources")


class FaqRevision(Base):
    """An entry as it stood after one change, who changed it and how; `number` is the entry's revision.

    Rows are only ever added, never changed, and outlive the entry: its id is no foreign key.
    """

    __tablename__ = "faq_revision"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    action: Mapped[str]
    snapshot: Mapped[dict[str, Any]]


class OpenQuestion(Base):
    """What staff should answer: turns that ask the same, and what has become of it.

    `asked` counts its turns ever, also those deleted since. Never holds who asked.
    """

    __tablename__ = "open_question"
    __table_args__ = (_one_of("state", QuestionState), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[QuestionState] = mapped_column(default="open", index=True)
    asked: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    assignee: Mapped[str | None]
    faq_entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entry.id", ondelete="SET NULL"), index=True)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("open_question.id", ondelete="SET NULL"), index=True)
    note: Mapped[str] = mapped_column(default="")


class OpenQuestionTurn(Base):
    """A turn that asked an open question, and why its answer was not good enough. Goes when either goes.

    Never the words themselves: those are the turn's.
    """

    __tablename__ = "open_question_turn"
    __table_args__ = (_one_of("reason", Reason),)

    open_question_id: Mapped[int] = mapped_column(ForeignKey("open_question.id", ondelete="CASCADE"), primary_key=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True, index=True)
    reason: Mapped[Reason]


class QuestionVector(Base):
    """What a turn's question means, as the embedding model `model` (its fingerprint) saw it; goes with the turn.

    `vector` is of unit length, little-endian 32-bit floats. Derived, never the only place of
    anything: it can always be computed again.
    """

    __tablename__ = "question_vector"

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str]
    vector: Mapped[bytes]


class RegressionCase(Base):
    """A question and how it was answered when it was put here: a later answer that differs is told to staff.

    `history` is the conversation before it, [question, answer] pairs; `citations` as the public contract spells them.
    Never deleted with its entry: that the answer is gone is what there is to tell.
    """

    __tablename__ = "regression_case"
    __table_args__ = (_one_of("mode", Mode), _one_of("origin", CaseOrigin), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    history: Mapped[list[Any]] = mapped_column(default=list)
    mode: Mapped[Mode]
    answer: Mapped[str]
    citations: Mapped[list[Any]] = mapped_column(default=list)
    faq_entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entry.id", ondelete="SET NULL"), index=True)
    origin: Mapped[CaseOrigin]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class Lead(Base):
    """A visitor who asked to be called, what for, and the words that were agreed to.

    `area`, `industry` and `move_in` (by when) are part of the need, in the visitor's own words. Never without consent:
    its moment and its text are required. `transcript` is the conversation as it was then; it stays when the
    conversation is deleted.
    """

    __tablename__ = "lead"
    __table_args__ = (_one_of("state", LeadState),)

    id: Mapped[str] = mapped_column(_HEX, primary_key=True, default=new_id)
    created_at: Mapped[datetime]
    name: Mapped[str]
    contact: Mapped[str]
    company: Mapped[str] = mapped_column(default="")
    need: Mapped[str] = mapped_column(default="")
    consent_at: Mapped[datetime]
    consent_text: Mapped[str]
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    transcript: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[LeadState] = mapped_column(default="new", index=True)
    note: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]
    area: Mapped[str] = mapped_column(default="", server_default=text("''"))
    industry: Mapped[str] = mapped_column(default="", server_default=text("''"))
    move_in: Mapped[str] = mapped_column(default="", server_default=text("''"))


class Account(Base):
    """A member of staff who may sign in. Never the password, only its salted hash.

    `failures` counts wrong passwords since the last right one, the last of them at `failed_at`.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("name"), _one_of("role", Role), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[Role]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(default=True)
    password_changed_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]


class SignIn(Base):
    """That an account is signed in, in one browser. Never the token that the browser holds, only its SHA-256 digest."""

    __tablename__ = "sign_in"

    token_digest: Mapped[str] = mapped_column(Word(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditEvent(Base):
    """Who did what to what, and when. Rows are only ever added; never a password, a key or a visitor's words."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
