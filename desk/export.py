"""What the desk keeps, as a table or as lines of JSON, read and written a piece at a time.

Moments are given as China's clocks show them. Knows nothing of files and the command line.
"""

import csv
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Literal, TextIO

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from desk.audit import note
from desk.database import Database
from desk.tables import Base, Conversation, FaqEntry, Lead, Turn
from rag.china import CHINA

What = Literal["conversations", "leads", "faq"]
Form = Literal["csv", "jsonl"]
Row = dict[str, Any]
Days = tuple[date | None, date | None]

BOM = "\ufeff"
"""Without it Excel takes the file for another encoding than UTF-8."""
COLUMNS: dict[What, tuple[str, ...]] = {
    "conversations": (
        *("conversation", "number", "asked_at", "channel", "language", "question", "standalone_question", "answer"),
        *("mode", "refused", "confidence", "faq_entry_id", "verdict", "reasons", "comment"),
        *("citations", "nearby", "timings_ms"),
    ),
    "leads": (
        *("id", "created_at", "state", "name", "contact", "company", "need", "area", "industry", "move_in", "note"),
        *("consent_at", "consent_text", "conversation_id", "transcript", "updated_at"),
    ),
    "faq": (
        *("id", "question", "answer", "is_on", "valid_from", "valid_to", "owner", "review_by", "needs_review"),
        *("review_reason", "is_stopped", "similar", "negative", "sources", "revision", "created_at", "updated_at"),
    ),
}
"""What is told of each, in order. Never who the visitor was: a conversation's id tells it from the others."""
_SOURCE_COLUMNS = ("kind", "document_id", "path", "title", "quote", "start", "end", "staff_name", "told_on")
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a text begins with that a spreadsheet would take for a formula."""
_PIECE = 200  # rows


def export(database: Database, what: What, form: Form, days: Days, out: TextIO, *, by: str) -> int:
    """Write to `out` what there is from the first of the days to the last, and into the audit that it was; count it."""
    since, until = days
    told = {"format": form, "since": since and since.isoformat(), "until": until and until.isoformat()}
    with database.writing() as session:
        note(session, by, "export", what, told)
    with database.session() as session, closing(rows(session, what, since, until)) as found:
        return write(found, what, form, out)


def rows(
    session: Session, what: What, since: date | None = None, until: date | None = None
) -> Generator[Row, None, None]:
    """Read rows from the day `since` to the day `until`, both included and China's.

    Conversations are a row a turn, by when it was asked; leads go by when they came, entries by when they last changed.
    """
    query, moment, as_row = _SOURCES[what]
    with session.scalars(query.where(*_between(moment, since, until)).execution_options(yield_per=_PIECE)) as found:
        for row in found:
            yield as_row(row)


def write(found: Iterable[Row], what: What, form: Form, out: TextIO) -> int:
    """Write rows, in a table the names of the columns before them; return how many there were."""
    write_row = _jsonl_writer(out) if form == "jsonl" else _csv_writer(COLUMNS[what], out)
    count = 0
    for row in found:
        write_row(row)
        count += 1
    return count


def _jsonl_writer(out: TextIO) -> Callable[[Row], object]:
    return lambda row: out.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")


def _csv_writer(columns: tuple[str, ...], out: TextIO) -> Callable[[Row], object]:
    out.write(BOM)
    table = csv.writer(out)
    table.writerow(columns)
    return lambda row: table.writerow([cell(row[column]) for column in columns])


def cell(value: object) -> object:
    """Return a value for one cell: what a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False, default=_plain)
    elif isinstance(value, date):
        return _plain(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value)}")


def _between(
    moment: InstrumentedAttribute[datetime], since: date | None, until: date | None
) -> Iterator[ColumnElement[bool]]:
    if since and since > date.min:  # in UTC it would begin before the year 1
        yield moment >= datetime.combine(since, time(), CHINA)
    if until and until < date.max:
        yield moment < datetime.combine(until + timedelta(days=1), time(), CHINA)


def _row_of_turn(turn: Turn) -> Row:
    feedback = turn.feedback
    made = {
        "conversation": turn.conversation_id,
        "channel": turn.conversation.channel,
        "verdict": feedback.verdict if feedback else None,
        "reasons": feedback.reasons if feedback else [],
        "comment": feedback.comment if feedback else "",
    }
    return _row(turn, COLUMNS["conversations"], made)


def _row_of_lead(lead: Lead) -> Row:
    return _row(lead, COLUMNS["leads"])


def _row_of_entry(entry: FaqEntry) -> Row:
    made = {
        "similar": [phrase.text for phrase in entry.phrases if phrase.kind == "similar"],
        "negative": [phrase.text for phrase in entry.phrases if phrase.kind == "negative"],
        "sources": [_row(source, _SOURCE_COLUMNS) for source in entry.sources],
    }
    return _row(entry, COLUMNS["faq"], made)


def _row(row: Base, columns: Iterable[str], made: Mapping[str, Any] = MappingProxyType({})) -> Row:
    """Return the columns of a row, those of `made` from there."""
    return {column: made[column] if column in made else getattr(row, column) for column in columns}


_Source = tuple[Select[Any], InstrumentedAttribute[datetime], Callable[[Any], Row]]
_SOURCES: dict[What, _Source] = {
    "conversations": (
        select(Turn)
        .options(joinedload(Turn.conversation), joinedload(Turn.feedback))
        .join(Turn.conversation)
        .order_by(Conversation.started_at, Conversation.id, Turn.number),
        Turn.asked_at,
        _row_of_turn,
    ),
    "leads": (select(Lead).order_by(Lead.created_at, Lead.id), Lead.created_at, _row_of_lead),
    "faq": (
        select(FaqEntry).options(selectinload(FaqEntry.phrases), selectinload(FaqEntry.sources)).order_by(FaqEntry.id),
        FaqEntry.updated_at,
        _row_of_entry,
    ),
}
