"""What turns' questions mean: read from what is kept, else embedded once and kept, and remembered for the next time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from desk.database import Database
from desk.facets import asked
from desk.grouping import AS_EMBEDDED, LEARNT, Meant
from desk.known_groups import KnownGroup, keep_vectors
from desk.tables import Turn
from desk.unanswered import as_asked, comparable, kept_vectors

AT_ONCE = 200
"""Texts embedded before they are kept: so much work is lost at most, and so long is a transaction."""
REMEMBERED = 20_000
"""Questions, some 2 kB each."""


class Meanings(Protocol):
    """What is needed of the answering side: what questions mean, and what they name."""

    @property
    def model(self) -> str:
        """The fingerprint of the model: only vectors of the same one are compared."""
        ...

    @property
    def learnt(self) -> bool:
        """Whether the vectors are moved so that what means the same is near."""
        ...

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text (normalised)."""
        ...

    def nouns(self, text: str) -> frozenset[str]:
        """Return the things and figures that `text` (normalised) names."""
        ...


@dataclass(frozen=True)
class Member:
    """A question as it was asked, and as it is compared."""

    asked: str
    meant: Meant


class Memory:
    """What is known of the questions of a database. For one thread."""

    def __init__(self, database: Database, meanings: Meanings) -> None:
        self._database = database
        self._meanings = meanings
        self._members: dict[str, Member] = {}

    def of_turn(self, turn_id: str) -> Member:
        """Return a turn's question, which was learnt."""
        return self._members[turn_id]

    def of_group(self, group: KnownGroup) -> list[Member]:
        """Return the questions that stand for a learnt group, each once; its title, where its turns are gone."""
        found = [self._members[turn_id] for turn_id in group.turn_ids if turn_id in self._members]
        return list({member.meant.text: member for member in found}.values()) or [self._members[_titled(group)]]

    def learn(self, questions: Mapping[str, str]) -> None:
        """Learn questions by their turns' ids."""
        missing = sorted(turn_id for turn_id in questions if turn_id not in self._members)
        kept = self._kept(missing)
        vectors = self._known() if missing else {}
        vectors |= {comparable(questions[turn_id]): vector for turn_id, vector in kept.items()}
        turns = defaultdict[str, list[str]](list)
        for turn_id in missing:
            if turn_id not in kept:
                turns[comparable(questions[turn_id])].append(turn_id)
        for some in _pieces(sorted(turns)):
            vectors |= self._embedded([text for text in some if text not in vectors])
            self._keep({turn_id: vectors[text] for text in some for turn_id in turns[text]})
        self._members |= {one: self._member(questions[one], vectors[comparable(questions[one])]) for one in missing}

    def learn_groups(self, groups: Sequence[KnownGroup]) -> None:
        """Learn what stands for each group; what is not needed for it is forgotten when it is too much."""
        needed = {turn_id for group in groups for turn_id in group.turn_ids}
        if len(self._members) > REMEMBERED:
            self._members = {key: member for key, member in self._members.items() if key in needed}
        self.learn(self._asked(sorted(needed - self._members.keys())))
        bare = [group for group in groups if not any(turn_id in self._members for turn_id in group.turn_ids)]
        titles = {_titled(group): group.title for group in bare if _titled(group) not in self._members}
        vectors = self._embedded(sorted({comparable(title) for title in titles.values()}))
        self._members |= {key: self._member(title, vectors[comparable(title)]) for key, title in titles.items()}

    def _known(self) -> dict[str, bytes]:
        return {member.meant.text: member.meant.vector.tobytes() for member in self._members.values()}

    def _member(self, question: str, vector: bytes) -> Member:
        return Member(question, as_meant(comparable(question), np.frombuffer(vector, "<f4"), self._meanings))

    def _embedded(self, texts: Sequence[str]) -> dict[str, bytes]:
        if not texts:
            return {}
        rows = self._meanings.vectors(texts).astype("<f4")
        return {text: row.tobytes() for text, row in zip(texts, rows, strict=True)}

    def _keep(self, vectors: Mapping[str, bytes]) -> None:
        for some in _pieces(sorted(vectors)):
            with self._database.writing() as session:
                keep_vectors(session, {turn_id: vectors[turn_id] for turn_id in some}, self._meanings.model)

    def _kept(self, turn_ids: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for some in _pieces(turn_ids):
            with self._database.session() as session:
                found |= kept_vectors(session, some, self._meanings.model)
        return found

    def _asked(self, turn_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in _pieces(turn_ids):
            with self._database.session() as session:
                rows = select(Turn.id, Turn.question, Turn.standalone_question).where(Turn.id.in_(some))
                found |= {row.id: as_asked(row.question, row.standalone_question) for row in session.execute(rows)}
        return found


def as_meant(text: str, vector: NDArray[np.float32], meanings: Meanings) -> Meant:
    """Return a question as it is compared, of its text as `comparable` spells it and its vector."""
    return Meant(text, vector, asked(text, meanings.nouns), LEARNT if meanings.learnt else AS_EMBEDDED)


def _titled(group: KnownGroup) -> str:
    """Return the name under which a group's title is remembered among turns' ids."""
    return f"title {group.title}"


def _pieces(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
