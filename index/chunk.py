"""A Document is cut into Chunks: whole sentences of one section, opened by its heading, offsets kept."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.records import Chunk, Document, Heading, Sentence
from index.sentences import split_sentences, trimmed

__all__ = ["chunk_document", "split_sentences"]

_CLAUSE_ENDS = "；;，,、：:"
_MOST_BACK = 16  # characters a hard cut may move back to keep a letter and its accents together
_JOINERS = "\u200d\ufe0f\ufe0e"


@dataclass(slots=True)
class _Section:
    """A heading, or several with nothing between them, and the sentences up to the next."""

    path: tuple[str, ...]
    headings: list[Sentence] = field(default_factory=list)
    body: list[Sentence] = field(default_factory=list)


def chunk_document(document: Document, max_chars: int, overlap: int = 1) -> tuple[Chunk, ...]:
    """Cut a document into chunks of at most `max_chars` characters, white space between sentences counted.

    Within a section up to `overlap` sentences, no longer together than a third of a chunk, open the next chunk too.
    A heading opens the chunk of what it heads. Together the chunks hold every character that is not white space.
    Raises ValueError unless `max_chars` is positive.
    """
    if max_chars < 1:
        raise ValueError(f"max_chars is {max_chars}; a chunk holds at least 1 character")
    document_id = document.id  # a hash of the whole text: reckoned once, not once a chunk
    return tuple(
        _chunk(document, document_id, section.path, sentences)
        for section in _sections(document)
        for sentences in _packed(document.text, section, max_chars, overlap)
    )


def _chunk(document: Document, document_id: str, path: tuple[str, ...], sentences: list[Sentence]) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    return Chunk(document_id, document.title, path, start, end, document.text[start:end], tuple(sentences))


def _sections(document: Document) -> list[_Section]:
    text, place = document.text, 0
    sections = [_Section(())]
    outer: list[Heading] = []
    for heading in _in_order(document):
        sections[-1].body += _body(document, place, heading.start)
        if sections[-1].body:
            sections.append(_Section(()))
        outer = [*(other for other in outer if other.level < heading.level), heading]
        sections[-1].path = tuple(other.title for other in outer if not _is_title(other.title, document))
        lines = split_sentences(text, heading.start, heading.end)
        sections[-1].headings += [replace(line, heading=True) for line in lines]
        place = heading.end
    sections[-1].body += _body(document, place, len(text))
    if not sections[-1].body and len(sections) > 1:
        last = sections.pop()  # a heading with nothing below it does not stand alone
        sections[-1].body += last.headings
    return sections


def _in_order(document: Document) -> Iterator[Heading]:
    """Yield the headings that lie in the text and behind one another."""
    place = 0
    for heading in sorted(document.headings, key=lambda heading: heading.start):
        if place <= heading.start < heading.end <= len(document.text):
            yield heading
            place = heading.end


def _body(document: Document, start: int, end: int) -> list[Sentence]:
    """Return the sentences between headings; one that only repeats the title, as captions do, is no evidence either."""
    return [
        replace(sentence, heading=True)
        if _is_title(document.text[sentence.start : sentence.end], document)
        else sentence
        for sentence in split_sentences(document.text, start, end)
    ]


def _is_title(text: str, document: Document) -> bool:
    return text.strip("。. ") == document.title.strip("。. ")


def _packed(text: str, section: _Section, max_chars: int, overlap: int) -> Iterator[list[Sentence]]:
    """Yield the sentences of each chunk of a section."""
    units = _units(text, section, max_chars)
    for first, stop in _balanced(units, _ranges(units, max_chars, overlap), max_chars, overlap):
        yield units[first:stop]


def _units(text: str, section: _Section, max_chars: int) -> list[Sentence]:
    """Return the section's sentences, those over the limit cut; the first so that it fits below its headings."""
    units = [piece for line in section.headings for piece in _cut(text, line, max_chars, max_chars)]
    room = max_chars
    if units and section.body:
        begun = section.body[0].start
        near = [line.start for line in units if begun - line.start <= max_chars * 3 // 4]
        room = max_chars - (begun - min(near)) if near else max_chars
    for sentence in section.body:
        units += _cut(text, sentence, room, max_chars)
        room = max_chars
    return units


def _ranges(units: list[Sentence], max_chars: int, overlap: int) -> list[tuple[int, int]]:
    """Return for each chunk which units it holds, as many as fit, half-open."""
    ranges: list[tuple[int, int]] = []
    first = stop = 0
    while stop < len(units):
        stop += 1
        while stop < len(units) and units[stop].end - units[first].start <= max_chars:
            stop += 1
        ranges.append((first, stop))
        if stop < len(units):
            first = _with_overlap(units, stop, stop, max_chars, overlap)
    return ranges


def _with_overlap(units: list[Sentence], first: int, last: int, max_chars: int, overlap: int) -> int:
    """Return where a chunk of the new units `first` to `last` starts, some sentences before them included."""
    start = first
    while start > max(0, first - overlap):
        before = units[start - 1]
        too_long = units[first - 1].end - before.start > max_chars // 3
        if before.heading or too_long or units[last].end - before.start > max_chars:
            break
        start -= 1
    return start


def _balanced(
    units: list[Sentence], ranges: list[tuple[int, int]], max_chars: int, overlap: int
) -> list[tuple[int, int]]:
    """Give a last chunk that is too small some sentences of the one before."""
    if len(ranges) < 2 or units[-1].end - units[ranges[-2][1]].start >= max_chars // 4:
        return ranges
    first, parting = ranges[-2]
    least = max(first, ranges[-3][1] if len(ranges) > 2 else 0) + 1
    while (
        parting > least
        and not all(unit.heading for unit in units[first : parting - 1])
        and units[-1].end - units[parting - 1].start <= units[parting - 2].end - units[first].start
    ):
        parting -= 1
    last = _with_overlap(units, parting, len(units) - 1, max_chars, overlap)
    return [*ranges[:-2], (first, parting), (last, len(units))]


def _cut(text: str, sentence: Sentence, first_room: int, room: int) -> list[Sentence]:
    """Cut a sentence over the limit: at clauses, else at spaces, else hard. The first piece has its own limit."""
    if sentence.end - sentence.start <= first_room:
        return [sentence]
    pieces = []
    start, limit = sentence.start, first_room
    while sentence.end - start > limit:
        stop = _cut_place(text, start, limit)
        if span := trimmed(text, start, stop):
            pieces.append(Sentence(*span, sentence.heading))
        start, limit = stop, room
    if span := trimmed(text, start, sentence.end):
        pieces.append(Sentence(*span, sentence.heading))
    return pieces


def _cut_place(text: str, start: int, room: int) -> int:
    """Return the best place to cut in `text[start:start + room]`, not in its first third."""
    stop, least = start + room, start + room // 3
    for place in range(stop, least, -1):
        if text[place - 1] in _CLAUSE_ENDS and not text[place].isdigit():
            return place
    for place in range(stop, least, -1):
        if text[place - 1].isspace():
            return place
    back = range(stop, max(start, stop - _MOST_BACK), -1)
    for whole in (_is_one_word, _is_one_letter):
        for place in back:
            if not whole(text[place - 1], text[place]):
                return place
    return stop


def _is_one_word(left: str, right: str) -> bool:
    """Whether two characters are part of one Latin word, number or address, or one letter."""
    spaced = left.isspace() or right.isspace()
    return _is_one_letter(left, right) or ((left + right).isascii() and not spaced)


def _is_one_letter(left: str, right: str) -> bool:
    """Whether two characters are one to the eye."""
    return (
        unicodedata.category(right)[0] == "M" or left == "\u200d" or right in _JOINERS or "\ud800" <= left <= "\udbff"
    )
