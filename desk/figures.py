"""How much is asked, how it is answered, about what and how fast: the figures of some days and of as many before.

    figures = Figures(database).read(date(2024, 5, 1), date(2024, 5, 30))

Counted by the database, from columns that an index holds in whole; knows no plots and no HTML.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Date, Integer, Row, cast, func, select
from sqlalchemy.orm import Session

from desk.database import Database
from desk.days import DayError, Days
from desk.figure_records import Day, Told, Topic, Totals, Unanswered, percentile
from desk.tables import Channel, CitedSection, Conversation, FaqEntry, Feedback, OpenQuestion, OpenQuestionTurn, Turn
from rag.records import Language, Mode

TOP = 20
"""So many topics are told."""
LONGEST = 366
"""So many days are told of at most…"""
EARLIEST = date(2000, 1, 1)
"""…none of them before this one."""

_Name = TypeVar("_Name")


@dataclass
class _Counted:
    """What one query has counted of one span, day by day."""

    modes: defaultdict[date, Counter[Mode]] = field(default_factory=lambda: defaultdict(Counter))
    times: defaultdict[date, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, day: date, mode: Mode, ms: int, count: int) -> None:
        self.modes[day][mode] += count
        self.times[day][ms] += count

    def of(self, day: date) -> Day:
        times = self.times.get(day, Counter())
        return Day(day, self.modes.get(day, Counter()), percentile(times, 0.5), percentile(times, 0.95))

    def all_modes(self) -> Counter[Mode]:
        return _sum(self.modes.values())

    def all_times(self) -> Counter[int]:
        return _sum(self.times.values())


class Figures:
    """Counts what the database holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, since: date, until: date) -> Told:
        """Return the figures of these days, both included; raises DayError for none, or more than LONGEST."""
        length = (until - since).days + 1
        if not 1 <= length <= LONGEST or since < EARLIEST:
            raise DayError(f"一次可以看 1 到 {LONGEST} 天。 The figures of 1 to {LONGEST} days can be read at once.")
        earlier = since - timedelta(days=length)
        span, before = Days(since, until), Days(earlier, since - timedelta(days=1))
        with self._database.session() as session:
            counted = _counted(session, Days(earlier, until), since)
            return Told(
                since=since,
                until=until,
                totals=_totals(session, span, counted[True]),
                before=_totals(session, before, counted[False]),
                daily=tuple(counted[True].of(since + timedelta(days=place)) for place in range(length)),
                topics=_topics(session, span),
                unanswered=_unanswered(session, span),
                reasons=_reasons(session, span),
                channels=_channels(session, span),
                languages=_languages(session, span),
            )


def _sum(counters: Iterable[Counter[Any]]) -> Counter[Any]:
    whole: Counter[Any] = Counter()
    for counter in counters:
        whole.update(counter)
    return whole


def _day_of(session: Session) -> ColumnElement[Any]:
    """Return the day, China's, on which a turn was asked: as text like 2024-05-06 on SQLite, which knows no dates."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(Turn.asked_at, "+8 hours")
    return cast(func.timezone("Asia/Shanghai", Turn.asked_at), Date)


def _counted(session: Session, both: Days, since: date) -> dict[bool, _Counted]:
    """Count turns by day, mode and time: of the span (True), and of the one before (False)."""
    day, ms = _day_of(session).label("day"), cast(func.round(Turn.total_ms), Integer).label("ms")
    query = select(day, Turn.mode, ms, func.count()).where(*both.within(Turn.asked_at)).group_by(day, Turn.mode, ms)
    counted = {True: _Counted(), False: _Counted()}
    for written, mode, took, count in session.execute(query):
        on = written if isinstance(written, date) else date.fromisoformat(written)
        counted[on >= since].add(on, mode, took, count)
    return counted


def _totals(session: Session, span: Days, counted: _Counted) -> Totals:
    talks = session.scalar(select(func.count(Turn.conversation_id.distinct())).where(*span.within(Turn.asked_at)))
    given = dict(
        session.execute(
            select(Feedback.verdict, func.count()).where(*span.within(Feedback.given_at)).group_by(Feedback.verdict)
        ).all()
    )
    times = counted.all_times()
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    return Totals(counted.all_modes(), talks or 0, given.get("helpful", 0), given.get("unhelpful", 0), p50, p95)


def _topics(session: Session, span: Days) -> tuple[Topic, ...]:
    count = func.count().label("count")
    sections = select(CitedSection.title, count).where(*span.within(CitedSection.asked_at)).group_by(CitedSection.title)
    answered = (
        select(FaqEntry.question, count)
        .join(Turn, Turn.faq_entry_id == FaqEntry.id)
        .where(*span.within(Turn.asked_at))
        .group_by(FaqEntry.id, FaqEntry.question)
    )
    found = [
        *(
            Topic(title, "section", asked)
            for title, asked in session.execute(sections.order_by(count.desc()).limit(TOP))
        ),
        *(Topic(title, "faq", asked) for title, asked in session.execute(answered.order_by(count.desc()).limit(TOP))),
    ]
    return tuple(sorted(found, key=lambda topic: (-topic.asked, topic.title))[:TOP])


def _unanswered(session: Session, span: Days) -> tuple[Unanswered, ...]:
    # Materialized: the ids are read from an index, in one go; SQLite would look up each open question's turns, whose
    # rows lie all over the file.
    asked = select(Turn.id).where(*span.within(Turn.asked_at)).cte("asked").prefix_with("MATERIALIZED")
    count = func.count().label("count")
    query = (
        select(OpenQuestion.id, OpenQuestion.title, count)
        .join(OpenQuestionTurn, OpenQuestionTurn.open_question_id == OpenQuestion.id)
        .join(asked, asked.c.id == OpenQuestionTurn.turn_id)
        .where(OpenQuestion.state == "open", OpenQuestion.merged_into.is_(None))
        .group_by(OpenQuestion.id, OpenQuestion.title)
        .order_by(count.desc(), OpenQuestion.id)
    )
    return tuple(Unanswered(number, title, times) for number, title, times in session.execute(query.limit(TOP)))


def _reasons(session: Session, span: Days) -> tuple[tuple[str, int], ...]:
    query = select(Feedback.reasons).where(Feedback.verdict == "unhelpful", *span.within(Feedback.given_at))
    given = Counter(str(reason) for reasons in session.scalars(query) for reason in reasons)
    return tuple(given.most_common())


def _channels(session: Session, span: Days) -> tuple[tuple[Channel, int], ...]:
    query = (
        select(Conversation.channel, func.count())
        .join(Turn, Turn.conversation_id == Conversation.id)
        .where(*span.within(Turn.asked_at))
        .group_by(Conversation.channel)
    )
    return _largest_first(session.execute(query))


def _languages(session: Session, span: Days) -> tuple[tuple[Language, int], ...]:
    query = select(Turn.language, func.count()).where(*span.within(Turn.asked_at)).group_by(Turn.language)
    return _largest_first(session.execute(query))


def _largest_first(counts: Iterable[Row[_Name, int]]) -> tuple[tuple[_Name, int], ...]:
    return tuple(sorted(((name, count) for name, count in counts), key=lambda one: -one[1]))
