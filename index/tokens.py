"""Text cut into the tokens of the lexical leg, queries and documents alike.

Knows jieba's dictionary and the names it is handed; knows nothing of the index.
"""

import logging
import re
import unicodedata
import warnings
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

_LONGEST_TOKEN = 64  # characters; a longer run is an encoded blob, not a word

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々〇"
_KANA_HANGUL = "\u3040-\u30ff\uac00-\ud7af"
_RUNS = re.compile(
    rf"(?P<han>[{_HAN}{_KANA_HANGUL}]+)|(?P<word>[^\W_{_HAN}{_KANA_HANGUL}]+(?:[.,·:/_&+#@'-]+[^\W_{_HAN}{_KANA_HANGUL}]+)*[%‰]?)"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PARTS = re.compile(r"[^\W_]+(?:\.\d+)*")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]{2,}|\d{2,}")
_MEASURED = re.compile(rf"(?<![0-9a-z.%-])[a-z-]*[0-9][0-9a-z.%-]*[万亿千百]*[{_HAN}]")
_DATE = re.compile(r"(?:(\d{2,4})年)?(\d{1,2})月(?:(\d{1,2})[日号])?")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
LONGEST_NAME, SHORTEST_NAME = 12, 3
"""Characters of a name; every pair of neighbours is a token anyway."""


def tokenize(text: str, names: Collection[str] = ()) -> list[str]:
    """Cut text into search tokens, lower-case and compatibility-folded (NFKC); a word said twice is there twice.

    Chinese gives jieba's words, the words within them, every pair of neighbouring characters, and each of `names` that
    stands in it. Codes and numbers stay whole, with their parts and with the measure word behind them: `C3栋` gives
    `c3` and `c3栋`.
    """
    text = _folded(text)
    tokens: list[str] = []
    for run in _RUNS.finditer(text):
        tokens += _chinese(run["han"]) if run["han"] else _word(run["word"])
    tokens += [match[0] for match in _MEASURED.finditer(text)]
    tokens += _dates(text)
    if names:
        tokens += names_in(text, names)
    return [token[:_LONGEST_TOKEN] for token in tokens]


def names_in(text: str, names: Collection[str]) -> list[str]:
    """Return those of `names` that stand in `text`, as often as they do; one may stand inside another."""
    runs = [run["han"] for run in _RUNS.finditer(_folded(text)) if run["han"]]
    return [
        piece
        for run in runs
        for start in range(len(run) - SHORTEST_NAME + 1)
        for end in range(start + SHORTEST_NAME, min(start + LONGEST_NAME, len(run)) + 1)
        if (piece := run[start:end]) in names
    ]


def spoken_date(date: str) -> str:
    """Return an ISO date, as precise as it is, as reports write it: `2023-05-06` is `2023年5月6日`."""
    found = _ISO_DATE.fullmatch(date)
    if not found:
        return ""
    return "".join(f"{int(part)}{unit}" for part, unit in zip(found.groups(), "年月日", strict=True) if part)


def _folded(text: str) -> str:
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower())


def _chinese(run: str) -> list[str]:
    return [*_cutter().cut_for_search(run), *(left + right for left, right in pairwise(run))]


def _word(run: str) -> list[str]:
    parts = [part for whole in _PARTS.findall(run) for part in (whole, *_LETTERS_OR_DIGITS.findall(whole))]
    return list(dict.fromkeys((run, *parts)))


def _dates(text: str) -> Iterator[str]:
    """Yield `5月6日` and `2023年5月` for `2023年5月6日`: reports and visitors are precise to different degrees."""
    for year, month, day in _DATE.findall(text):
        if day:
            yield f"{month}月{day}日"
        if year:
            yield f"{year}年{month}月"
        if year and day:
            yield f"{year}年{month}月{day}日"


@cache
def _cutter() -> Any:  # noqa: ANN401 - jieba has no types
    # Loading its dictionary takes most of a second, which `--help` should not pay.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its regular expressions are not raw strings
        import jieba

    jieba.setLogLevel(logging.CRITICAL)
    jieba.initialize()
    return jieba


def keep_dictionary_in(folder: Path) -> None:
    """Have jieba keep its compiled dictionary in `folder`, not in the machine's shared temporary folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

    with suppress(OSError):  # without it, loading takes half a second longer
        folder.mkdir(parents=True, exist_ok=True)
    jieba.dt.tmp_dir = str(folder)
