"""The corpus's own names: what its titles and headings call things.

A user dictionary for the lexical leg, made by a build and kept in the catalog. Knows documents, no index.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from index.records import Document
from index.tokens import LONGEST_NAME, SHORTEST_NAME

_PIECE = re.compile(r"[\u3400-\u9fff]+")
_ORGANISATION = re.compile(
    r"[\u3400-\u9fff]{2,10}?(?:有限公司|公司|集团|大学|学院|医院|银行|研究院|研究所|实验室|产业园|公寓|大厦)"
)


def names_of(documents: Iterable[Document]) -> frozenset[str]:
    """Return the runs of Chinese characters in titles and headings, and the organisations that stand within them."""
    return frozenset(name for document in documents for name in _of(document))


def _of(document: Document) -> Iterator[str]:
    for line in (document.title, *(heading.title for heading in document.headings)):
        folded = unicodedata.normalize("NFKC", line)
        found = (*_PIECE.findall(folded), *_ORGANISATION.findall(folded))
        yield from (name for name in found if SHORTEST_NAME <= len(name) <= LONGEST_NAME)


def packed(names: Iterable[str]) -> str:
    """Return names as the text that the catalog keeps."""
    return "\n".join(sorted(names))


def unpacked(text: str) -> frozenset[str]:
    """Return the names of what `packed` gave; none of an index that was built before there were any."""
    return frozenset(text.split())
