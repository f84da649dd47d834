"""Where sentences end, in Chinese and in English, as offsets into a text.

Closing quotes and brackets stay with their sentence. A quotation or bracket of moderate length is not cut inside, nor
parted from the words that say who spoke. A semicolon ends a sentence only once that is long: "；" often joins
clauses that need each other, but a list of ten makes no useful quote.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

from index.records import Sentence

_MOST_QUOTED = 60  # characters; a longer quotation is cut at its own sentences
_LONG_SENTENCE = 80  # characters after which a semicolon ends a sentence
_PAIRS = {
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "（": "）",
    "(": ")",
    "《": "》",
    "【": "】",
    "〈": "〉",
    "[": "]",
}
_OPENER = {close: opening for opening, close in _PAIRS.items()}
_QUOTES = '”’』」"'
_BRACKETS = re.compile("[" + re.escape("".join(_PAIRS) + "".join(_OPENER)) + '"\n]')
# A run of marks that may end a sentence, and the closing quotes and brackets after it.
_MARKS = re.compile(r"(\n)|([。！？｡?!…；;]+|\.+)([”’』」）)》〉】\]\"']*)")
_NOT_A_START = re.compile(r"\s*[，、；：,;:%～~]")
_AFTER_QUOTE = re.compile(r"的|等|和|与(?!此)|及|之|是")
_AFTER_ELLIPSIS = re.compile(r"等|的")
_SPEAKER = re.compile(
    r"[^。！？!?…“”\n]{0,30}?(?:说(?!明)|表示|介绍|告诉|坦言|指出|认为|透露|(?<![名职简])称(?![号为]))"
)
_ABBREVIATION = re.compile(
    r"(?:^|[^A-Za-z])(?:No|Nos|Mr|Mrs|Ms|Dr|Prof|St|Co|Ltd|Inc|Corp|Fig|Vol|pp|vs|cf|approx|etc|e\.g|i\.e|[A-Z])$", re.I
)
_LIST_NUMBER = re.compile(r"\s*[(（]?(?:\d{1,3}|[A-Za-z])$")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Sentence]:
    """Return the sentences of `text[start:end]`, without the white space round them; together they hold all else."""
    end = len(text) if end is None else end
    sentences = []
    for stop in _boundaries(text, start, end):
        if span := trimmed(text, start, stop):
            sentences.append(Sentence(*span))
        start = stop
    return sentences


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without the white space at its ends; None if nothing is left."""
    words = text[start:end]
    bare = words.strip()
    if not bare:
        return None
    lead = len(words) - len(words.lstrip())
    return start + lead, start + lead + len(bare)


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences end, `end` last."""
    opens, closes = _quoted(text, start, end)
    begun = start
    for match in _MARKS.finditer(text, start, end):
        stop = match.end()
        if match[1] or (not _is_inside(stop, opens, closes) and _ends(text, begun, match, end)):
            yield stop
            begun = stop
    yield end


def _quoted(text: str, start: int, end: int) -> tuple[list[int], list[int]]:
    """Return where the outermost short quotations and brackets open and close, in order."""
    waiting: dict[str, list[int]] = {}
    pairs: list[tuple[int, int]] = []
    for match in _BRACKETS.finditer(text, start, end):
        char, place = match[0], match.start()
        if char == "\n":
            waiting.clear()
        elif char in _PAIRS:
            waiting.setdefault(char, []).append(place)
        elif opening := (waiting.get(_OPENER.get(char, char)) or []):
            if place - opening[-1] <= _MOST_QUOTED:
                pairs.append((opening[-1], place))
            opening.pop()
        elif char == '"':
            waiting[char] = [place]
    return _outermost(pairs)


def _outermost(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    opens: list[int] = []
    closes: list[int] = []
    for opening, close in sorted(pairs):
        if not closes or opening > closes[-1]:
            opens.append(opening)
            closes.append(close)
        else:
            closes[-1] = max(closes[-1], close)
    return opens, closes


def _is_inside(place: int, opens: list[int], closes: list[int]) -> bool:
    """Whether a place lies within one of the spans."""
    number = bisect_left(opens, place) - 1
    return number >= 0 and place <= closes[number]


def _ends(text: str, begun: int, match: re.Match[str], end: int) -> bool:
    """Whether a sentence that began at `begun` ends with these marks."""
    marks, closers, stop = match[2], match[3], match.end()
    if stop < end and _NOT_A_START.match(text, stop, end):
        return False
    if set(marks) <= {"；", ";"}:
        return stop - begun > _LONG_SENTENCE and (marks[0] == "；" or _stands_free(text, stop, end))
    if set(marks) == {"."} and not _is_full_stop(text, begun, match, end):
        return False
    if set(marks) <= {"?", "!"} and not _stands_free(text, stop, end):
        return False
    if closers and closers[-1] in _QUOTES:
        return not (_AFTER_QUOTE.match(text, stop, end) or _SPEAKER.match(text, stop, min(end, stop + 40)))
    return not (marks[-1] in "…." and _AFTER_ELLIPSIS.match(text, stop, end))


def _stands_free(text: str, stop: int, end: int) -> bool:
    """Whether what follows an ASCII mark is not the rest of an address, a number or a name."""
    return stop >= end or not text[stop].isascii() or text[stop].isspace() or text[stop] in "\"'(["


def _is_full_stop(text: str, begun: int, match: re.Match[str], end: int) -> bool:
    """Whether dots end a sentence, not an abbreviation, the number of a list item, or the first half of 3.5."""
    stop = match.end()
    if len(match[2]) == 2 or not _stands_free(text, stop, end):
        return False
    before = text[max(begun, match.start() - 8) : match.start()]
    if len(match[2]) == 1 and (
        _ABBREVIATION.search(before) or (match.start() - begun < 8 and _LIST_NUMBER.fullmatch(before))
    ):
        return False
    if before[-1:].isdigit() and stop < end and not text[stop].isspace():
        return False
    rest = text[stop : stop + 8].lstrip()
    return not rest[:1].islower()
