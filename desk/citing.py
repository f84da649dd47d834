"""Which published answers rest on a report, and what becomes of them when it changes."""

from dataclasses import dataclass

from sqlalchemy import select

from desk.database import Database
from desk.tables import FaqEntry, FaqSource


@dataclass(frozen=True, slots=True)
class Citing:
    """An entry that cites a report, and the words it cites of it, each once."""

    entry_id: int
    question: str
    is_given: bool
    """Whether it is on and not stopped, whatever its days."""
    quotes: tuple[str, ...]

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the words it cites that a text does not hold."""
        return tuple(quote for quote in self.quotes if quote not in text)


def citing(database: Database, path: str) -> tuple[Citing, ...]:
    """Return the entries that cite the report at a path of the corpus, in the order they were made."""
    query = (
        select(FaqEntry.id, FaqEntry.question, FaqEntry.is_on, FaqEntry.is_stopped, FaqSource.quote)
        .join(FaqSource, FaqSource.entry_id == FaqEntry.id)
        .where(FaqSource.kind == "passage", FaqSource.path == path)
        .order_by(FaqEntry.id, FaqSource.place)
    )
    with database.session() as session:
        rows = session.execute(query).all()
    quotes: dict[int, list[str]] = {}
    for row in rows:
        quotes.setdefault(row.id, []).append(row.quote or "")
    entries = {row.id: row for row in rows}
    return tuple(
        Citing(id_, row.question, row.is_on and not row.is_stopped, tuple(dict.fromkeys(quotes[id_])))
        for id_, row in entries.items()
    )
