"""Which quotes a written sentence rests on, told by what they share: a model's own marks are a hint, no more.

Pure functions over texts; knows nothing of models.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.records import Citation
from rag.shingles import is_chinese, shingles
from rag.writing import normalise

_END = re.compile(r"[。！？!?\n]|(?<=[A-Za-z)\u3400-\u9fff%])\.(?=\s|\[|$)|(?<=\d)\.(?=\s+[A-Z]|\[|$)")
_MARKS = re.compile(r"\s*(?:[\[［【(（]\s*\d{1,2}\s*[\]］】)）]\s*)+")
_MARK = re.compile(r"[\[［【]\s*(\d{1,2})\s*[\]］】]|[(（](\d)[)）]")
_HINT = 0.15
"""What the model's own mark adds to the share of a quote."""
_FURTHER = 0.2
"""Share of the sentence that a further quote must add to be cited too."""
_MOST = 3
LONGEST = 400
"""Characters after which a sentence is taken to be one whether it ends or not."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it, less its marks, and the numbers that it was marked with."""

    text: str
    hints: frozenset[int]


def sentences(pieces: Iterable[str]) -> Iterator[Written | None]:
    """Yield each sentence of a streamed text as soon as it is whole, the marks after it included.

    None after a piece tells that it has come: whoever listens may want to do something meanwhile.
    """
    buffer = ""
    for piece in pieces:
        buffer += piece
        yield None
        while (cut := _cut(buffer)) is not None:
            whole, buffer = buffer[:cut], buffer[cut:]
            if written := _written(whole):
                yield written
    if written := _written(buffer):
        yield written


def _cut(buffer: str) -> int | None:
    """Return where the first sentence ends, None while more of it, or of its marks, may come."""
    end = _END.search(buffer)
    if end is None:
        return LONGEST if len(buffer) > LONGEST else None
    after = _MARKS.match(buffer, end.end())
    stop = after.end() if after else end.end()
    rest = buffer[stop:]
    return stop if rest and not re.match(r"\s*[\[［【(（]?\s*\d{0,2}\s*$", rest) else None


def _written(text: str) -> Written | None:
    hints = frozenset(int(a or b) for a, b in _MARK.findall(text))
    bare = re.sub(r"\s*(?:[\[［【]\s*\d{1,2}\s*[\]］】])", "", text).strip()
    return Written(bare, hints) if re.search(r"\w", bare) else None


def attributed(written: Written, quotes: Sequence[Citation]) -> list[Citation]:
    """Return the quotes that the sentence rests on, the fewest that share most with it, in the order of their numbers.

    Empty when it shares nothing with any and carries no mark of one.
    """
    said = shingles(normalise(written.text))
    left, chosen = set(said), list[Citation]()
    known = {quote.number: shingles(normalise(_with_lead(quote))) for quote in quotes}
    while len(chosen) < _MOST:
        rest = [quote for quote in quotes if quote not in chosen]
        gains = [_gain(quote, left & known[quote.number], len(said), written.hints) for quote in rest]
        best = max(range(len(rest)), key=gains.__getitem__, default=None)
        if best is None or gains[best] <= (_FURTHER if chosen else 0):
            break
        chosen.append(rest[best])
        left -= known[rest[best].number]
    return sorted(chosen, key=lambda quote: quote.number)


def attributions(written: Written, quotes: Sequence[Citation]) -> Iterator[list[Citation]]:
    """Yield what the sentence may rest on, likeliest first: what it shares most with, then others that share enough.

    Another quote alone, then one more beside the first: a mark of the model's, or a lead, may have tipped the scales.
    """
    first = attributed(written, quotes)
    if not first:
        return
    yield first
    said = shingles(normalise(written.text))
    share = {one.number: _gain(one, said & shingles(normalise(one.quote)), len(said), frozenset()) for one in quotes}
    others = sorted((one for one in quotes if share[one.number] > _FURTHER), key=lambda one: -share[one.number])
    yield from ([one] for one in others if [one] != first)
    if len(first) < _MOST:
        further = (one for one in others if one not in first)
        yield from (sorted([*first, one], key=lambda quote: quote.number) for one in further)


def _with_lead(quote: Citation) -> str:
    return " ".join((quote.document, *quote.headings, quote.quote))


def _gain(quote: Citation, shared: set[str], size: int, hints: frozenset[int]) -> float:
    return sum(_weight(shingle) for shingle in shared) / max(size, 1) + _HINT * (quote.number in hints)


def _weight(shingle: str) -> float:
    """A figure or a Latin name tells more than a pair of characters."""
    return 1.0 if is_chinese(shingle) else 2.0
