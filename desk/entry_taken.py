"""Which questions are taken: no two entries may answer the same one on the same day. Reads, never writes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.entry_records import EntryDraft, EntryError
from desk.entry_rules import key
from desk.tables import FaqEntry, FaqPhrase


@dataclass(frozen=True, slots=True)
class _Holder:
    """An entry that answers a question, and from when to when."""

    entry_id: int
    question: str
    valid_from: date
    valid_to: date


class Taken:
    """Who answers which question, as of one transaction; whoever changes an entry in it tells it here."""

    def __init__(self, session: Session) -> None:
        self._holders: dict[str, dict[int, _Holder]] = defaultdict(dict)
        self._keys: dict[int, set[str]] = defaultdict(set)
        entries = select(FaqEntry.id, FaqEntry.question, FaqEntry.valid_from, FaqEntry.valid_to)
        holders = {row.id: _holder(*row) for row in session.execute(entries)}
        phrases = select(FaqPhrase.entry_id, FaqPhrase.text).where(FaqPhrase.kind == "similar")
        for holder in holders.values():
            self._add(holder, holder.question)
        for entry_id, text in session.execute(phrases):
            self._add(holders[entry_id], text)

    def check(self, draft: EntryDraft, entry_id: int | None = None) -> None:
        """Raise EntryError when another entry than `entry_id` answers one of the draft's questions on its days."""
        mine = _holder(0, draft.question, draft.valid_from, draft.valid_to)
        for text in (draft.question, *draft.similar):
            for other in self._holders.get(key(text), {}).values():
                if other.entry_id != entry_id and _meet(mine, other):
                    raise EntryError(
                        f"“{text}”已由常见问答 {other.entry_id}“{other.question}”回答，请改那一条，或错开有效期"
                        f" / entry {other.entry_id} answers this question already: {text}"
                    )

    def put(self, entry_id: int, draft: EntryDraft) -> None:
        """Note which questions an entry answers now."""
        self.drop(entry_id)
        holder = _holder(entry_id, draft.question, draft.valid_from, draft.valid_to)
        for text in (draft.question, *draft.similar):
            self._add(holder, text)

    def drop(self, entry_id: int) -> None:
        """Note that an entry answers nothing any more."""
        for one in self._keys.pop(entry_id, ()):
            del self._holders[one][entry_id]

    def _add(self, holder: _Holder, text: str) -> None:
        self._holders[key(text)][holder.entry_id] = holder
        self._keys[holder.entry_id].add(key(text))


def _holder(entry_id: int, question: str, valid_from: date | None, valid_to: date | None) -> _Holder:
    return _Holder(entry_id, question, valid_from or date.min, valid_to or date.max)


def _meet(one: _Holder, other: _Holder) -> bool:
    return one.valid_from <= other.valid_to and other.valid_from <= one.valid_to
