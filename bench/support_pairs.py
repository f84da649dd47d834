"""Pairs of a sentence and its quotes, true and false: made by rule from public documents and our own, or written by us.

The same ones every time. Knows the files; knows nothing of the check that is measured with them.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sets import DataMissingError
from bench.support_false import FALSIFIED, Elsewhere
from bench.support_true import REPHRASINGS, joined, named
from index.sentences import split_sentences
from rag.support import Source
from rag.writing import normalise

OWN = Path(__file__).with_name("reading")
WRITTEN = Path(__file__).with_name("support_own.jsonl")
"""Sentences of our own: `kind`, `sentence`, and what it `cites`: `quote`, `date`, `lead` of each source."""
PUBLIC = ("cmrc2018", "crud_rag", "dragonball_zh")
SETS = (*PUBLIC, "own", "written")
FITTED_ON = ("cmrc2018", "own", "written")
"""What shipped coefficients may be fitted on: CC BY-SA, and our own."""
KINDS = ("number", "name", "swapped", "added", "negation")
"""Kinds of falsehood."""
_LENGTHS = range(14, 111)  # characters of a sentence that is quoted
_MOST_OTHERS = 8  # documents that something false is taken from
_TWICE = ("number", "name")  # made of two sentences each: there is one way to make them, of the others two


@dataclass(frozen=True)
class Text:
    """A document in sentences that may be quoted."""

    id: str
    set: str
    title: str
    date: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """A sentence with what it cites. `kind` is "true" or one of KINDS, `how` the way it was made."""

    set: str
    document: str
    kind: str
    how: str
    sentence: str
    sources: tuple[Source, ...]

    @property
    def is_true(self) -> bool:
        """Whether the quotes bear the sentence out."""
        return self.kind == "true"

    @property
    def is_fitted_on(self) -> bool:
        """Whether it is of the half that coefficients are fitted on."""
        return hashlib.sha256(self.document.encode()).digest()[0] % 2 == 0


def load(name: str, data: Path | None, count: int) -> list[Pair]:
    """Return the pairs of one of SETS, made of `count` documents of it. Raises DataMissingError."""
    if name == "written":
        return list(written())
    return list(pairs(texts(name, data), count))


def texts(name: str, data: Path | None, own: Path = OWN) -> list[Text]:
    """Read a set's documents. Raises DataMissingError."""
    if name == "own":
        rows = [row for path in sorted(own.glob("*.jsonl")) for row in _rows(path)]
        return [_text({**row, "id": f"own-{row['title']}"}, name) for row in rows]
    if data is None:
        raise DataMissingError("Set PARK_EVAL_DATA, or --data, to the folder of the public sets.")
    return [_text(row, name) for row in _rows(data / f"{name}.docs.jsonl")]


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise DataMissingError(f"{path} is not there; PARK_EVAL_DATA names the folder that holds the public sets.")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _text(row: dict[str, Any], name: str) -> Text:
    body = row["text"]
    found = [body[one.start : one.end] for one in split_sentences(body)]
    kept = [
        one for one in found if len(one) in _LENGTHS and one[-1] in "。！？" and re.search(r"[\u4e00-\u9fff]{4}", one)
    ]
    return Text(row["id"], name, row.get("title") or "", row.get("date") or "", tuple(kept))


def written(path: Path = WRITTEN) -> Iterator[Pair]:
    """Yield the sentences of our own; those that cite the same first quote are of one half."""
    for row in _rows(path):
        sources = tuple(Source(**cite) for cite in row["cites"])
        yield Pair("written", sources[0].quote, row["kind"], "written", row["sentence"], sources)


def pairs(texts: Sequence[Text], count: int, seed: int = 0) -> Iterator[Pair]:
    """Yield pairs made of `count` documents, a dozen or so of each."""
    usable = [text for text in texts if len(text.sentences) > len(_TWICE) + 1]
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for text in chance.sample(usable, min(count, len(usable))):
        near = chance.sample(usable, min(_MOST_OTHERS, len(usable)))
        others = [one for other in near if other.id != text.id for one in other.sentences]
        yield from _of(text, others, chance)


def _of(text: Text, others: Sequence[str], chance: random.Random) -> Iterator[Pair]:
    place = chance.randrange(len(text.sentences) - 1)
    quote, following = text.sentences[place : place + 2]
    true = [*_rephrased(text, quote, chance), *_longer(text, quote, following, chance)]
    for how, said, sources in true:
        yield Pair(text.set, text.id, "true", how, said, sources)
    bases = [("verbatim", quote, (Source(quote, text.date, text.title),)), *true]
    elsewhere = Elsewhere([one for one in text.sentences if one not in (quote, following)], others)
    for kind, ways in FALSIFIED.items():
        for way, falsify in list(ways.items()) * (1 + (kind in _TWICE)):
            how, sentence, sources = chance.choice(bases)
            said = falsify(sentence, elsewhere, chance)
            told = "".join(one.quote for one in sources)
            if said and normalise(said) != normalise(sentence) and said.rstrip("。") not in told:
                yield Pair(text.set, text.id, kind, f"{way} of {how}", said, sources)


def _rephrased(text: Text, quote: str, chance: random.Random) -> Iterator[tuple[str, str, tuple[Source, ...]]]:
    """Yield a sentence said otherwise in each way that it can be, and each in one more."""
    sources = (Source(quote, text.date, text.title),)
    for how, rephrase in REPHRASINGS.items():
        said = rephrase(quote, chance)
        if not said or said == quote:
            continue
        yield how, said, sources
        other, again = chance.choice(list(REPHRASINGS.items()))
        twice = again(said, chance) if other != how else ""
        if twice and twice not in (said, quote):
            yield f"{how}, {other}", twice, sources


def _longer(
    text: Text, quote: str, following: str, chance: random.Random
) -> Iterator[tuple[str, str, tuple[Source, ...]]]:
    """Yield two sentences told as one, and one in which the title stands for a pronoun."""
    both = tuple(Source(one, text.date, text.title) for one in (quote, following))
    yield "joined", joined(quote, following, chance), both
    for sentence in text.sentences:
        if said := named(sentence, text.title):
            yield "named", said, (Source(sentence, text.date, text.title),)
            return
