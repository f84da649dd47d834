"""Chinese words with their part of speech and how telling they are; jieba's dictionary, opened at first use.

Knows nothing of the corpus: `Word.idf` is the word's rarity in general Chinese.
"""

import functools
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RARE_IDF = 12.0  # near the median of jieba's table: a word it does not list is taken to be a rare one
_SHORT = 600  # characters: a question, not a report


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a cut text. `tag` is a PKU part of speech ("n", "v", "nr", "m"…); `start` a character offset."""

    text: str
    tag: str
    start: int

    @property
    def idf(self) -> float:
        """Inverse document frequency in general Chinese, between about 0 and 14."""
        return general_idf().get(self.text, RARE_IDF)

    @property
    def end(self) -> int:
        """Offset of the first character after the word."""
        return self.start + len(self.text)


def cut(text: str) -> list[Word]:
    """Cut `text` into words that, joined, give it back."""
    return list(_remembered(text) if len(text) <= _SHORT else _cut(text))


def split(text: str) -> list[str]:
    """Cut `text` into words that, joined, give it back; ten times as quick as `cut`, which tells what they are."""
    _tagger()
    import jieba

    return list(jieba.cut(text))


def _cut(text: str) -> tuple[Word, ...]:
    words, start = [], 0
    for pair in _tagger().cut(text):
        words.append(Word(pair.word, pair.flag, start))
        start += len(pair.word)
    return tuple(words)


# A question is cut by each step that reads it, and tagging 500 unusual characters takes half a second.
_remembered = functools.lru_cache(maxsize=1024)(_cut)


@functools.cache
def general_idf() -> dict[str, float]:
    """Jieba's table of inverse document frequencies (270,000 words)."""
    import jieba

    table = Path(jieba.__file__).parent / "analyse" / "idf.txt"
    rows = (line.rsplit(" ", 1) for line in table.read_text(encoding="utf-8").splitlines())
    return {word: float(idf) for word, idf in rows}


@functools.cache
def is_common(word: str) -> bool:
    """Whether `word` stands in jieba's general dictionary."""
    _tagger()
    import jieba

    return bool(jieba.dt.FREQ.get(word, 0))


@functools.cache
def _tagger() -> Any:  # noqa: ANN401 - jieba has no type stubs
    # Loading the dictionary takes about a second, which `--help` and the web server's start should not pay.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its regular expressions are not raw strings
        import jieba
        import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba.posseg
