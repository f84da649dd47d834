"""Open questions as the grouper sees and changes them: what is there to join, and turns put into it at one stroke.

Knows tables; knows nothing of why questions belong together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from desk.tables import OpenQuestion, OpenQuestionTurn, QuestionVector, Turn
from desk.unanswered import Unanswered

_SAMPLE = 16
"""Turns of a group that a new question is compared with, at most."""
_AT_ONCE = 500  # ids in one statement

State = tuple[int | None, ...]
"""Changes with every group that comes, goes, or may be joined no longer."""


@dataclass(frozen=True)
class KnownGroup:
    """A group that may be joined: its title, and the ids of some of its turns, always the same ones."""

    id: int
    title: str
    turn_ids: tuple[str, ...]


@dataclass(frozen=True)
class Joining:
    """Turns for one group: one that is known, or a new one (None). Without a `title` a known group's stays."""

    group_id: int | None
    turns: tuple[Unanswered, ...]
    title: str = ""


def state(session: Session) -> State:
    """Return what is another value after every change of which groups may be joined."""
    counted = [func.count().filter(OpenQuestion.state == name) for name in ("open", "dismissed")]
    row = session.execute(select(func.max(OpenQuestion.id), func.count(OpenQuestion.merged_into), *counted)).one()
    return tuple(row)


def _joinable() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OpenQuestion.state.in_(("open", "dismissed")), OpenQuestion.merged_into.is_(None)


def known_groups(session: Session) -> list[KnownGroup]:
    """Return the groups that may be joined, the oldest first: open ones, and those that staff do not care for."""
    turns: dict[int, list[str]] = defaultdict(list)
    links = select(OpenQuestionTurn.open_question_id, OpenQuestionTurn.turn_id).join(OpenQuestion).where(*_joinable())
    for group_id, turn_id in session.execute(links.order_by(OpenQuestionTurn.turn_id)):
        if len(turns[group_id]) < _SAMPLE:
            turns[group_id].append(turn_id)
    rows = session.execute(select(OpenQuestion.id, OpenQuestion.title).where(*_joinable()).order_by(OpenQuestion.id))
    return [KnownGroup(row.id, row.title, tuple(turns[row.id])) for row in rows]


def join(session: Session, joinings: Iterable[Joining]) -> int:
    """Put turns into their groups and count them; turns that are gone or were put somewhere meanwhile are left out.

    Returns how many were put. For a session that writes.
    """
    joinings = list(joinings)
    free = _free(session, [turn.turn_id for joining in joinings for turn in joining.turns])
    kept = [(joining, [turn for turn in joining.turns if turn.turn_id in free]) for joining in joinings]
    rows = [(_group(session, joining, turns), turns) for joining, turns in kept if turns]
    session.flush()  # new groups have their ids now
    links = [
        {"open_question_id": group.id, "turn_id": turn.turn_id, "reason": turn.reason}
        for group, turns in rows
        for turn in turns
    ]
    if links:
        session.execute(insert(OpenQuestionTurn), links)
    return len(links)


def _group(session: Session, joining: Joining, turns: Sequence[Unanswered]) -> OpenQuestion:
    first, last = min(turn.asked_at for turn in turns), max(turn.asked_at for turn in turns)
    if joining.group_id is None:
        group = OpenQuestion(title=joining.title, asked=len(turns), first_at=first, last_at=last)
        session.add(group)
        return group
    group = session.get_one(OpenQuestion, joining.group_id)
    group.asked += len(turns)
    group.first_at, group.last_at = min(group.first_at, first), max(group.last_at, last)
    if joining.title and group.state == "open" and group.assignee is None:
        group.title = joining.title
    return group


def _free(session: Session, turn_ids: Sequence[str]) -> set[str]:
    """Return those of the turns that are there and in no group."""
    grouped = exists().where(OpenQuestionTurn.turn_id == Turn.id)
    return {
        found
        for some in _pieces(turn_ids)
        for found in session.scalars(select(Turn.id).where(Turn.id.in_(some), ~grouped))
    }


def keep_vectors(session: Session, vectors: dict[str, bytes], model: str) -> None:
    """Keep what turns' questions mean; what another model saw in them goes. For a session that writes."""
    for some in _pieces(list(vectors)):
        there = session.scalars(select(Turn.id).where(Turn.id.in_(some))).all()
        session.execute(delete(QuestionVector).where(QuestionVector.turn_id.in_(there)))
        rows = [{"turn_id": turn_id, "model": model, "vector": vectors[turn_id]} for turn_id in there]
        if rows:
            session.execute(insert(QuestionVector), rows)


def _pieces(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
