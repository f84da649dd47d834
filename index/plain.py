"""Plain text becomes blocks: which line ends mean something, which lines are headings, and where a sentence was torn.

Plain text marks nothing, so this file guesses, and where unsure leaves lines apart: two wrongly joined make a sentence
that nobody wrote, two left apart are at worst a short quote.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from index.markdown import bullet_length, is_label, is_numbered
from index.text import Block, Line

_LONGEST_HEADING = 30
_LEAST_WRAP = 40  # columns: a line this wide that stops in mid-sentence was wrapped, not ended
_FINAL = "。！？!?…；;：:.．｡"
_CLOSERS = "”’』」）)》〉】]\"'"
_GOES_ON = "，、,—（(“‘《「『"
_CONTINUES = "，、。；：！？,;!?”’』」）)》】"
_ENUMERATIONS = (
    (re.compile(r"第[\d零〇一二三四五六七八九十百]{1,6}[编篇章部分]{1,2}([\s、：:]|$)"), 1),
    (re.compile(r"第[\d零〇一二三四五六七八九十百]{1,6}节([\s、：:]|$)"), 2),
    (re.compile(r"[一二三四五六七八九十]{1,3}[、．.]"), 1),
    (re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]"), 2),
    (re.compile(r"\d{1,2}([、．]|\.(?!\d))"), 3),
    (re.compile(r"\d{1,2}(\.\d{1,2}){1,3}\s"), 2),
)
_CREDIT = re.compile(
    r"[（(【\[]?(本报|实习|见习)?(记者|通讯员|作者|编辑|责编|摄影|文|图|来源|供图|撰文|校对|审核|本版图片)[\s:：/／\d均由为]"
)
_DATE = re.compile(r"[\d年月日时分\s:：./-]+$")
_COLUMNS = re.compile(r"\S {2,}\S|\|")
_DECORATION = re.compile(r"[\s=\-_*~—─━·.#]{3,}$")


@dataclass(slots=True)
class _Entry:
    """A line that is not blank, with what stands around it."""

    line: Line
    indent: int
    after_blank: bool = True
    before_blank: bool = True
    item: bool = False
    level: int = 0

    @property
    def text(self) -> str:
        return self.line.text


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a file sets its lines: their usual width in columns, and whether paragraphs are wrapped to it."""

    width: int
    wrapped: bool


def plain_blocks(lines: list[Line]) -> list[Block]:
    """Cut clean lines of plain text into blocks; heading-like lines get a level."""
    entries = _entries(lines)
    _find_headings(entries)
    return _mended(_paragraphs(entries))


def short_first_line(blocks: list[Block]) -> str:
    """Return what a plain text seems to be called: its first line where that is short, its full stop off."""
    first = blocks[0].text if blocks else ""
    return bare_title(first) if _could_be_title(first) else ""


def bare_title(text: str) -> str:
    """Return a title without the full stop some writers put behind it."""
    return text.rstrip("。.｡ ") or text


def _could_be_title(text: str) -> bool:
    bare = bare_title(text)
    return len(bare) <= _LONGEST_HEADING and not re.search(r"[。！？；\n]", bare) and not _CREDIT.match(bare)


def _entries(lines: list[Line]) -> list[_Entry]:
    entries: list[_Entry] = []
    blank = True
    for line in lines:
        text = line.text.strip()
        if not text or _DECORATION.match(text):
            blank = True
            if entries:
                entries[-1].before_blank = True
            continue
        bullet = bullet_length(text)
        entry = _Entry(Line(text[bullet:], line.page), len(line.text) - len(line.text.lstrip()), blank)
        entry.item = bool(bullet) or is_numbered(text)
        entry.before_blank = blank = False
        entries.append(entry)
    if entries:
        entries[-1].before_blank = True
    return entries


def _find_headings(entries: list[_Entry]) -> None:
    chaptered = any(_enumeration(entry.text) == 0 for entry in entries)
    for number, entry in enumerate(entries):
        following = entries[number + 1 : number + 4]
        if not any(_is_body(other) for other in following) or following[0].text[0] in _CONTINUES:
            continue
        if number == 0 and entry.before_blank and _could_be_title(entry.text) and not is_label(entry.text):
            entry.level = 1
        elif _is_short_and_open(entry.text):
            entry.level = _level(entry, following[0], chaptered)


def _is_body(entry: _Entry) -> bool:
    return len(entry.text) > _LONGEST_HEADING or _is_finished(entry.text)


def _is_short_and_open(text: str) -> bool:
    """Whether a line is as short as a heading and ends in a word."""
    return (
        len(text) <= _LONGEST_HEADING
        and text[-1] not in _FINAL + _GOES_ON
        and text[0] not in _CONTINUES
        and sum(char.isalpha() for char in text) > 1
        and not (_CREDIT.match(text) or _DATE.match(text) or is_label(text) or _COLUMNS.search(text))
    )


def _level(entry: _Entry, following: _Entry, chaptered: bool) -> int:
    """Return the level of a heading-like line, 0 where it is an item of a list or part of a paragraph."""
    kind = _enumeration(entry.text)
    alone = entry.after_blank and entry.before_blank
    if kind is None:
        return int(alone and not entry.item)
    if kind == _enumeration(following.text) or (kind > 3 and not alone):
        return 0
    return _ENUMERATIONS[kind][1] + (2 if chaptered and kind > 1 else 0)


def _enumeration(text: str) -> int | None:
    """Return which kind of number a line begins with."""
    return next((kind for kind, (pattern, _) in enumerate(_ENUMERATIONS) if pattern.match(text)), None)


def _is_finished(text: str) -> bool:
    """Whether a line ends as a sentence does."""
    return (text.rstrip(_CLOSERS) or text)[-1] in _FINAL


def _columns(text: str) -> int:
    """Return the width of a text on a terminal: two columns for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _shape(entries: list[_Entry]) -> _Shape:
    widths = sorted(_columns(entry.text) for entry in entries)
    followed = [entry for entry, after in pairwise(entries) if not after.after_blank and not entry.level]
    torn = sum(not _is_finished(entry.text) for entry in followed)
    return _Shape(widths[len(widths) * 3 // 4], 2 * torn >= len(followed))


def _paragraphs(entries: list[_Entry]) -> list[Block]:
    if not entries:
        return []
    shape = _shape(entries)
    margin = min(entry.indent for entry in entries)
    blocks = [_block(entries[0])]
    for before, entry in pairwise(entries):
        indented = entry.indent - margin > 1
        if entry.after_blank or entry.level or before.level:
            blocks.append(_block(entry))
        elif not entry.item and not indented and _goes_on(before, entry, shape):
            blocks[-1].rows[-1].append(entry.line)
        elif (before.item and entry.item) or _are_rows(before, entry):
            blocks[-1].rows.append([entry.line])
        else:
            blocks.append(_block(entry))
    return blocks


def _block(entry: _Entry) -> Block:
    return Block([[entry.line]], entry.level)


def _goes_on(before: _Entry, entry: _Entry, shape: _Shape) -> bool:
    """Whether a line is wrapped into the next."""
    if _CREDIT.match(before.text) or _CREDIT.match(entry.text) or (is_label(before.text) and is_label(entry.text)):
        return False
    if _COLUMNS.search(before.text) and _COLUMNS.search(entry.text):
        return False
    width = _columns(before.text)
    if _is_finished(before.text):
        return shape.wrapped and 0.9 * shape.width <= width <= 4 * _LEAST_WRAP
    return before.text[-1] in _GOES_ON or entry.text[0] in _CONTINUES or width >= min(0.6 * shape.width, _LEAST_WRAP)


def _are_rows(before: _Entry, entry: _Entry) -> bool:
    """Whether two lines belong together without being one sentence: an address, a table, a byline."""
    return not _is_finished(before.text) and len(before.text) <= 2 * _LONGEST_HEADING and not entry.item


def _mended(blocks: list[Block]) -> list[Block]:
    """Join paragraphs that a blank line parts in mid-sentence."""
    texts = [block.rows[-1][-1].text for block in blocks]
    longs = [
        text for text, block in zip(texts, blocks, strict=True) if len(text) > _LONGEST_HEADING and not block.level
    ]
    unfinished = sum(not _is_finished(text) for text in longs)
    # Who ends no paragraph with a mark has torn none.
    punctuates = unfinished <= max(2, 0.4 * len(longs))
    mended: list[Block] = []
    for block in blocks:
        if mended and _is_torn(mended[-1], block, punctuates):
            mended[-1].rows[-1].extend(block.rows[0])
            mended[-1].rows.extend(block.rows[1:])
        else:
            mended.append(block)
    return mended


def _is_torn(before: Block, after: Block, punctuates: bool) -> bool:
    end, start = before.rows[-1][-1].text, after.rows[0][0].text
    if before.level or after.level or _is_finished(end) or _CREDIT.match(end):
        return False
    if end[-1] in _GOES_ON or start[0] in _CONTINUES:
        return True
    if not punctuates or _CREDIT.match(start) or is_numbered(start) or is_label(start):
        return False
    both_long = sum(len(line.text) for line in before.rows[-1]) > _LONGEST_HEADING and end[-1].isalnum()
    return both_long and _takes_up(start) and (_is_finished(start) or len(start) > _LONGEST_HEADING)


def _takes_up(start: str) -> bool:
    """Whether a line can be the rest of a sentence: in English a capital says it is not."""
    return start[0].isalnum() and not start[0].isupper()
