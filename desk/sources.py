"""Entries that cite reports, held against the reports as they are now: what has moved is cited where it stands now.

An entry whose report has changed is to be reviewed; one whose cited words are gone is stopped as well, until they are
back or staff cite others. Knows reports as texts only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.database import Database
from desk.entry_finding import with_parts
from desk.entry_history import Change, add_revision, last_snapshot
from desk.entry_records import SYSTEM
from desk.entry_rows import draft_of, gone_in, source_of, write_draft
from desk.tables import FaqEntry, FaqSource
from desk.types import utc_now
from rag.staff_answers import PassageSource

QUOTE_CHARS = 60
"""So much of a quote is told at most where it is missing."""
BATCH = 200
"""So many entries are changed in one transaction at most."""
Standing = Literal["stands", "moved", "changed", "removed"]


class Report(Protocol):
    """What is needed of a report: where it is, which edition it is, and its canonical text."""

    @property
    def path(self) -> str:
        """Where it is; a new edition is at the same path."""
        ...

    @property
    def id(self) -> str:
        """Which edition it is: another one after every change."""
        ...

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    @property
    def text(self) -> str:
        """Its canonical text."""
        ...


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What became of an entry whose reports have changed."""

    entry_id: int
    question: str
    is_stopped: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Look:
    """How a source stands: as `source` from now on."""

    source: PassageSource
    standing: Standing

    @property
    def is_gone(self) -> bool:
        return self.standing in ("changed", "removed")

    @property
    def passage(self) -> tuple[str, str]:
        return self.source.path, self.source.quote

    @property
    def told(self) -> str:
        """What staff are told of it, a line that begins with the report's title."""
        quote = self.source.quote
        shown = quote if len(quote) <= QUOTE_CHARS else quote[: QUOTE_CHARS - 1] + "…"
        words = " ".join(shown.split())
        return (
            f"《{self.source.title}》"
            + {
                "stands": "中引用的原句已恢复",
                "moved": "已更新，引用的原句仍在",
                "changed": f"已更新，不再有“{words}”",
                "removed": f"已不在资料中，缺少“{words}”",
            }[self.standing]
        )


def check_sources(database: Database, reports: Iterable[Report], now: datetime | None = None) -> list[SourceChange]:
    """Hold every entry against the reports there are; return what has changed.

    It is saved in one transaction, or one for each BATCH of entries: others who write do not wait longer. Done again,
    also after it was killed in between, it changes nothing more. Raises DatabaseUnavailableError.
    """
    by_path = {report.path: report for report in reports}
    with database.session() as session:
        doubtful = _doubtful(session, by_path)
    changes: list[SourceChange] = []
    for start in range(0, len(doubtful), BATCH):
        with database.writing() as session:
            rows = _rows(session, doubtful[start : start + BATCH])
            found = [_check(session, row, by_path, now or utc_now()) for row in rows]
            changes += [change for change in found if change]
    return changes


def _doubtful(session: Session, reports: Mapping[str, Report]) -> list[int]:
    """Return the entries that may have to be changed; nobody is kept from writing meanwhile."""
    doubtful = set(session.scalars(select(FaqEntry.id).where(FaqEntry.is_stopped.is_(True))))
    for row in session.scalars(select(FaqSource).where(FaqSource.kind == "passage")):
        source = source_of(row)
        if isinstance(source, PassageSource) and _look(source, reports).standing != "stands":
            doubtful.add(row.entry_id)
    return sorted(doubtful)


def _rows(session: Session, ids: list[int]) -> Sequence[FaqEntry]:
    return session.scalars(with_parts(select(FaqEntry).where(FaqEntry.id.in_(ids)).order_by(FaqEntry.id))).all()


def _check(session: Session, row: FaqEntry, reports: Mapping[str, Report], now: datetime) -> SourceChange | None:
    """Bring an entry in line with the reports; None when it is already."""
    draft, last = draft_of(row), last_snapshot(session, row)
    former = gone_in(last)
    looks = [_look(source, reports) for source in draft.sources if isinstance(source, PassageSource)]
    gone = tuple(dict.fromkeys(look.passage for look in looks if look.is_gone))
    news = [look for look in looks if _is_news(look, former)]
    if not news and row.is_stopped == bool(gone):
        return None
    moved = iter(looks)
    sources = tuple(next(moved).source if isinstance(one, PassageSource) else one for one in draft.sources)
    write_draft(session, row, replace(draft, sources=sources))
    row.is_stopped = bool(gone)
    row.needs_review = True
    row.review_reason = _reason(row.review_reason, [*news, *(look for look in looks if look.is_gone)])
    told = {"moved": sum(look.standing == "moved" for look in looks), "gone": len(gone)}
    add_revision(session, row, Change("sources", SYSTEM, now, last["updated_by"], last["of"], gone, told))
    return SourceChange(row.id, row.question, row.is_stopped, row.review_reason)


def _is_news(look: _Look, former: tuple[tuple[str, str], ...]) -> bool:
    """Whether a source does not stand as it was known to: it has moved, is gone, or is back."""
    return look.standing == "moved" or look.is_gone != (look.passage in former)


def _look(source: PassageSource, reports: Mapping[str, Report]) -> _Look:
    report = reports.get(source.path)
    if report is None:
        return _Look(source, "removed")
    if report.id == source.document_id and report.text[source.start : source.end] == source.quote:
        return _Look(source, "stands")
    start = _nearest(report.text, source.quote, source.start)
    if start is None:
        return _Look(source, "changed")
    end = start + len(source.quote)
    return _Look(replace(source, document_id=report.id, title=report.title, start=start, end=end), "moved")


def _nearest(text: str, quote: str, place: int) -> int | None:
    """Return where a quote stands in a text, of several places the one nearest to where it stood."""
    before, after = text.rfind(quote, 0, max(0, place) + len(quote)), text.find(quote, max(0, place))
    found = [start for start in (before, after) if start >= 0]
    return min(found, key=lambda start: abs(start - place)) if found else None


def _reason(former: str, looks: Iterable[_Look]) -> str:
    """Return why an entry is to be reviewed, a line each; what was said of a report before gives way."""
    lines = list(dict.fromkeys(look.told for look in looks))
    titles = tuple({line.partition("》")[0] for line in lines})
    kept = [line for line in former.splitlines() if line and not line.startswith(titles)] if titles else []
    return "\n".join([*kept, *lines])
