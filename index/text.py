"""Canonical text, what every citation points into: NFC, one line a paragraph, headings and pages as offsets.

The readers of formats cut a file into blocks; here a file's characters are cleaned before, and its blocks are set
into one text after.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from index.records import Heading

_LINE_ENDS = re.compile(r"\r\n?|[\v\x85\u2028\u2029]")
# Invisible characters that would hide in a quote: marks of byte order, joints, soft hyphens, changes of direction.
_INVISIBLE = {0xFEFF, 0xFFFD, 0x00AD, 0x200B, 0x2060, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_DROPPED = {code: None for code in (*range(0x20), *range(0x7F, 0xA0), *_INVISIBLE) if code not in (9, 10, 12)}
_SPACES = {0x09: " ", 0xA0: " ", 0x202F: " "}
_UNUSABLE = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACELESS = re.compile(
    r"[\u2018-\u201d\u2026\u2e80-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f"
    r"\U00020000-\U0003ffff]"
)
_JOINT = 32  # characters each side of a joint that decide whether it is NFC


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or part of one, and the number of the page it stands on (0-based)."""

    text: str
    page: int = 0


@dataclass(slots=True)
class Block:
    """A paragraph, list, table or heading: rows that stay lines, each of one or more lines to be joined.

    `level` is 0 but for headings.
    """

    rows: list[list[Line]] = field(default_factory=list)
    level: int = 0

    @property
    def text(self) -> str:
        """The block's text as it will stand, its lines joined."""
        return "\n".join(join(row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical text with the headings and page starts that lie in it."""

    text: str
    headings: tuple[Heading, ...]
    pages: tuple[int, ...]


def clean(text: str) -> str:
    """Return the text in NFC, its line ends newlines; of the control characters only line and page ends are left."""
    text = _LINE_ENDS.sub("\n", text).translate(_DROPPED).translate(_SPACES)
    return unicodedata.normalize("NFC", _UNUSABLE.sub("", text))


def clean_line(text: str) -> str:
    """Return a clean text on one line, spaces single."""
    return unicodedata.normalize("NFC", " ".join(clean(text).split()))


def lines_of(text: str) -> list[Line]:
    """Cut a clean text into lines; a form feed ends a line and a page."""
    pages = text.rstrip().split("\f")
    return [Line(line, number) for number, page in enumerate(pages) for line in page.split("\n")]


def glue(left: str, right: str) -> str:
    """Return what stands between two lines of a paragraph: nothing beside Chinese or Japanese, else a space."""
    if not unicodedata.is_normalized("NFC", left[-_JOINT:] + right[:_JOINT]):
        return " "
    if _SPACELESS.match(left[-1]) or _SPACELESS.match(right[0]):
        return ""
    return "" if left.endswith("-") and left[-2:-1].isalpha() and right[0].islower() else " "


def join(lines: Iterable[Line]) -> str:
    """Join the lines of one paragraph."""
    return "".join(between + text for between, text, _ in _joints(lines))


def _joints(lines: Iterable[Line]) -> Iterator[tuple[str, str, int]]:
    """Yield what stands before each line that is not blank, its text and its page."""
    before = ""
    for line in lines:
        if line.text and not line.text.isspace():
            yield (glue(before, line.text) if before else ""), line.text, line.page
            before = line.text


def assemble(blocks: Iterable[Block]) -> Canonical:
    """Set blocks into one text, a blank line between them."""
    setter = _Setter()
    for block in blocks:
        setter.add(block)
    return Canonical(
        "".join(setter.pieces), tuple(setter.headings), tuple(setter.pages) if len(setter.pages) > 1 else ()
    )


class _Setter:
    """Sets rows one after another, noting where headings and pages fall."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.headings: list[Heading] = []
        self.pages: list[int] = [0]
        self.length = 0

    def add(self, block: Block) -> None:
        between = "\n\n" if self.pieces else ""
        for row in block.rows:
            start = self._row(row, between)
            if start < self.length:
                between = "\n"
                if block.level:
                    self.headings.append(Heading(block.level, join(row), start, self.length))

    def _row(self, row: list[Line], between: str) -> int:
        """Set one row behind `between` and return where its own characters start."""
        start = self.length + len(between)
        for joint, text, page in _joints(row):
            self._put(between or joint)
            # Blank pages start where the next page with text does.
            self.pages.extend([self.length] * (page + 1 - len(self.pages)))
            self._put(text)
            between = ""
        return start

    def _put(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)
