"""What the two derived indexes have in common: the entries they take, and the few verbs they answer to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.records import Hit

Query = TypeVar("Query", contravariant=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """One chunk as the derived indexes take it: `text` is what is searched, `vector` its unit vector."""

    id: str
    text: str
    vector: NDArray[np.float32] = field(compare=False, repr=False)
    metadata: Mapping[str, str | int] = field(default_factory=dict)


class DerivedIndex(Protocol[Query]):
    """An index that can be thrown away and made again from the catalog.

    Adding an id again replaces its entry; removing an unknown id does nothing. Both are on disk when they return.
    """

    def add(self, entries: Sequence[Entry]) -> None:
        """Put the entries in."""
        ...

    def remove(self, ids: Collection[str]) -> None:
        """Take the entries of these ids out."""
        ...

    def ids(self) -> set[str]:
        """Return the id of every entry."""
        ...

    def search(self, query: Query, limit: int) -> list[Hit]:
        """Return the `limit` best entries, best first."""
        ...

    def close(self) -> None:
        """Let go of files and memory; the index cannot be used afterwards."""
        ...
