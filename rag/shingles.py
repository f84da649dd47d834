"""What two texts are compared by, piece by piece: Latin words and figures whole, neighbouring pairs of characters.

Pure; takes text as `rag.writing.normalise` gives it.
"""

import re
from itertools import pairwise

RUN = re.compile(r"[a-z0-9.%]+|[\u3400-\u9fff]+")
"""A Latin word or figure, or Chinese without a break, in lower case."""


def shingles(text: str) -> set[str]:
    """Return the Latin words and figures of `text`, and its pairs of neighbouring Chinese characters, lower case."""
    found: set[str] = set()
    for run in RUN.findall(text.lower()):
        found.update(map("".join, pairwise(run))) if is_chinese(run) else found.add(run)
    return found


def is_chinese(piece: str) -> bool:
    """Whether a run or shingle is of Chinese characters."""
    return piece[0] >= "\u3400"
