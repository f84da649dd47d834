"""Which questions are taken: no two entries may answer the same one on the same day. Reads, never writes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.entry_records import EntryDraft, EntryError
from desk.entry_rules import key
from desk.tables import FaqEntry, FaqPhrase


@dataclass(frozen=True, slots=True)
class _Holder:
    """An entry that answers questions, from when to when; `keys` are None while all that it was read with hold."""

    entry_id: int
    question: str
    valid_from: date
    valid_to: date
    keys: frozenset[str] | None = None


class Taken:
    """Who answers which question, as of one transaction; whoever changes an entry in it tells it here."""

    def __init__(self, session: Session) -> None:
        entries = select(FaqEntry.id, FaqEntry.question, FaqEntry.valid_from, FaqEntry.valid_to)
        phrases = select(FaqPhrase.entry_id, FaqPhrase.text).where(FaqPhrase.kind == "similar")
        self._holders = {row[0]: _holder(*row) for row in session.execute(entries)}
        self._ids: dict[str, list[int]] = defaultdict(list)  # some of them no longer hold the key
        for holder in self._holders.values():
            self._ids[key(holder.question)].append(holder.entry_id)
        for entry_id, text in session.execute(phrases):
            self._ids[key(text)].append(entry_id)

    def check(self, draft: EntryDraft, entry_id: int | None = None) -> None:
        """Raise EntryError when another entry than `entry_id` answers one of the draft's questions on its days."""
        mine = _holder(0, draft.question, draft.valid_from, draft.valid_to)
        for text in (draft.question, *draft.similar):
            for other in self._holding(key(text)):
                if other.entry_id != entry_id and _meet(mine, other):
                    raise EntryError(
                        f"“{text}”已由常见问答 {other.entry_id}“{other.question}”回答，请改那一条，或错开有效期"
                        f" / entry {other.entry_id} answers this question already: {text}"
                    )

    def put(self, entry_id: int, draft: EntryDraft) -> None:
        """Note which questions an entry answers now."""
        keys = frozenset(map(key, (draft.question, *draft.similar)))
        holder = _holder(entry_id, draft.question, draft.valid_from, draft.valid_to)
        self._holders[entry_id] = replace(holder, keys=keys)
        for one in keys:
            self._ids[one].append(entry_id)

    def drop(self, entry_id: int) -> None:
        """Note that an entry answers nothing any more."""
        self._holders.pop(entry_id, None)

    def _holding(self, wanted: str) -> Iterator[_Holder]:
        for entry_id in self._ids.get(wanted, ()):
            holder = self._holders.get(entry_id)
            if holder and (holder.keys is None or wanted in holder.keys):
                yield holder


def _holder(entry_id: int, question: str, valid_from: date | None, valid_to: date | None) -> _Holder:
    return _Holder(entry_id, question, valid_from or date.min, valid_to or date.max)


def _meet(one: _Holder, other: _Holder) -> bool:
    return one.valid_from <= other.valid_to and other.valid_from <= one.valid_to
