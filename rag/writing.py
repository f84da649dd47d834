"""How a text is written: normalised for matching, its language known, its characters simplified or traditional.

Knows characters, not what is said with them. The only file that imports opencc.
"""

import functools
import re
import unicodedata
from typing import Protocol

from rag.records import Language

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""A Chinese character."""
_ENGLISH_START = re.compile(
    r"\s*(?:who|what|when|where|which|why|how|is|are|do|does|did|can|could|will|tell|i|the|name|please)\b", re.I
)
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Half a pair of surrogates, what stands for a lost character, and what only chooses a glyph: none can be searched for.
_UNSEARCHABLE = re.compile(r"[\ud800-\udfff\ufffc\ufffd\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


class Converter(Protocol):
    """What is used of opencc, which has no type stubs."""

    def convert(self, text: str) -> str:
        """Return `text` in the other script."""
        ...


def normalise(text: str) -> str:
    """Return `text` in NFKC, simplified Chinese, without invisible characters, each run of whitespace one space."""
    text = "".join(_visible(char) for char in _UNSEARCHABLE.sub("", text))
    return to_simplified(" ".join(unicodedata.normalize("NFKC", text).split()))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    return "" if category == "Cf" else " " if category in {"Cc", "Zl", "Zp"} else char


def language(text: str) -> Language:
    """Return the language to answer `text` in: English when no Chinese but names stands in it, else its script."""
    if not HAN.search(text):
        return "en" if _LATIN_WORD.search(text) else "zh"
    if _ENGLISH_START.match(text) and len(_LATIN_WORD.findall(text)) > 2:
        return "en"
    text = _UNSEARCHABLE.sub("", text)
    traditional = sum(a != b for a, b in zip(text, _converter("t2s").convert(text), strict=False))
    simplified = sum(a != b for a, b in zip(text, _converter("s2t").convert(text), strict=False))
    return "zh-Hant" if traditional > simplified else "zh"


def to_simplified(text: str) -> str:
    """Return `text` in simplified characters; the words stay ("智慧" is also a mainland word, so none is swapped)."""
    convert = _converter("t2s").convert
    return convert(convert(text)) if HAN.search(text) else text  # 薴 becomes 苧, and that 苎


def to_traditional(text: str) -> str:
    """Return `text` in traditional characters."""
    return _converter("s2t").convert(text)


@functools.cache
def _converter(name: str) -> Converter:
    import opencc

    converter: Converter = opencc.OpenCC(name)
    return converter
