"""The nouns of the index. Imports nothing of ours; every offset is a character offset into `Document.text`."""

import bisect
import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


def content_id(*parts: str) -> str:
    """Return a 16-digit hex id of the parts' content (SHA-256; each part length-prefixed, so no two lists collide)."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of a document's canonical text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the slice of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line in the canonical text; `level` 1 is the outermost below the title."""

    level: int
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One report: its canonical text, what its front matter says, and where its headings and pages stand.

    `path` is relative to the corpus folder, POSIX style. `date` is ISO, as precise as known ("2023", "2023-10",
    "2023-10-27"), or empty. `pages` holds the start offset of each page, empty where the format has none.
    """

    path: str
    title: str
    text: str
    date: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """Content hash of everything an answer could show of this document."""
        return content_id(self.path, self.title, self.date, self.source, *self.tags, self.text)

    @property
    def text_hash(self) -> str:
        """Content hash of the canonical text alone: two files with equal text are duplicates."""
        return content_id(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chunk; `heading` marks a heading line, which is context and never evidence."""

    start: int
    end: int
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole sentences of one document, the unit that is retrieved: `document.text[start:end] == text`."""

    document_id: str
    title: str
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        """Content hash; equal chunks of an unchanged document keep their id."""
        return content_id(self.document_id, str(self.start), str(self.end), *self.headings)

    @property
    def embedded_text(self) -> str:
        """What the dense and lexical legs index: title and headings give the chunk its subject."""
        return " › ".join((self.title, *self.headings)) + "\n" + self.text

    def sentence_text(self, sentence: Sentence) -> str:
        """Return the words of one of this chunk's sentences."""
        return self.text[sentence.start - self.start : sentence.end - self.start]

    def embedded_sentences(self) -> list[str]:
        """What each sentence is embedded as, in the order of `sentences`: `title：sentence`."""
        return [f"{self.title}：{self.sentence_text(sentence)}" for sentence in self.sentences]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found by one leg. `score` is larger for nearer: cosine similarity, or BM25."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the catalog holds it, with what citing needs of its document.

    `sentence_vectors` has one unit row per sentence of the chunk, in their order, shape (n_sentences, dimensions).
    """

    chunk: Chunk
    path: str
    date: str
    source: str
    pages: tuple[int, ...]
    sentence_vectors: NDArray[np.float32] = field(compare=False, repr=False)

    def page(self, offset: int) -> int | None:
        """Return the 1-based page that the character at `offset` stands on; None where the format has no pages."""
        return max(1, bisect.bisect_right(self.pages, offset)) if self.pages else None
