"""Slips of a phone keyboard put right from the corpus's own words: homophones, one wrong character, typed pinyin.

Knows the words of the corpus; changes only what the corpus does not have.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable

from index.words import cut, is_common
from rag.lexicon import lexicon

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]")
_MIXED = re.compile(r"[\u3400-\u9fff]+[a-z]{2,}|[a-z]{2,}[\u3400-\u9fff]+|[\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[\u3400-\u9fff]{2,}")
_LATIN_RUN = re.compile(r"[a-z]{3,}(?: ?[a-z]{2,})*")
_LONGEST = 6  # characters of a word that is put right


class Speller:
    """Corrects a question against the words of a corpus."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` are the corpus, normalised and in lower case."""
        self._corpus = "\n".join(texts)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in sorted(_words(self._corpus)):
            self._by_sound[sound(word)].append(word)
        self._long = [word for words in self._by_sound.values() for word in words if len(word) >= 4]

    def correct(self, question: str) -> str:
        """Return `question` (normalised) with words the corpus does not know put right where just one of its words fits."""
        if not _HAN.search(question):
            return question
        pieces = [word.text for word in cut(question)]
        return _LATIN_RUN.sub(lambda run: self._from_pinyin(run.group()), "".join(self._correct_pieces(pieces)))

    def from_pinyin(self, text: str) -> str:
        """Return `text` (lower case) with every Latin word that sounds like a corpus word replaced by it."""
        return re.sub(r"[a-z]+(?: [a-z]+)*", lambda run: self._names_in(run.group()), text)

    def _names_in(self, run: str) -> str:
        words, found, position = run.split(" "), [], 0
        while position < len(words):
            for length in range(min(4, len(words) - position), 0, -1):
                near = self._by_sound.get("".join(words[position : position + length]), [])
                if near and sum(map(len, words[position : position + length])) >= 5:
                    found.append(near[0])
                    break
            else:
                length = 1
                found.append(words[position])
            position += length
        return " ".join(found)

    def _from_pinyin(self, run: str) -> str:
        joined = run.replace(" ", "")
        exact = self._by_sound.get(joined)
        if exact:
            return exact[0]
        near = {word for key, words in self._by_sound.items() if _one_edit(key, joined) for word in words}
        return near.pop() if len(near) == 1 and len(joined) >= 6 else run

    def _correct_pieces(self, pieces: list[str]) -> list[str]:
        """Try the longest runs of whole words first; a word that asks or joins is never part of a slip."""
        for count in range(min(_LONGEST, len(pieces)), 0, -1):
            for start in range(len(pieces) - count + 1):
                right = self._right(pieces[start : start + count])
                if right:
                    after = self._correct_pieces(pieces[start + count :])
                    return [*self._correct_pieces(pieces[:start]), right, *after]
        return pieces

    def _right(self, pieces: list[str]) -> str | None:
        """Return the one corpus word that the joined `pieces` are a slip of."""
        window = "".join(pieces)
        latin = bool(_LATIN.search(window))
        if not _MIXED.fullmatch(window) or (len(window) > _LONGEST and not latin):
            return None
        if window in self._corpus or is_common(window):
            return None
        if any(piece in lexicon().stop for piece in pieces) or not any(self._is_odd(piece, window) for piece in pieces):
            return None
        homophones = [word for word in self._by_sound.get(sound(window), []) if latin or _alike(word, window)]
        if len(homophones) == 1:
            return homophones[0]
        if all(len(piece) > 1 and is_common(piece) for piece in pieces):
            return None
        near = [word for word in self._long if len(word) == len(window) >= 4 and _differences(word, window) == 1]
        return near[0] if len(near) == 1 else None

    def _is_odd(self, piece: str, window: str) -> bool:
        """Whether a piece may be debris of a slip: a single character, or a word that the corpus does not have.

        In a short window a word of the general dictionary is taken to be meant.
        """
        return len(piece) == 1 or (piece not in self._corpus and (len(window) >= 4 or not is_common(piece)))


def _alike(word: str, window: str) -> bool:
    return len(word) == len(window) and _differences(word, window) <= max(1, len(word) // 2)


def _differences(first: str, second: str) -> int:
    return sum(a != b for a, b in zip(first, second, strict=True))


def _words(text: str) -> set[str]:
    """Return the words of the corpus and of two neighbours joined, at most `_LONGEST` characters."""
    words = [word.text for word in cut(text)]
    joined = [a + b for a, b in zip(words, words[1:], strict=False)]
    return {word for word in (*words, *joined) if _WORD.fullmatch(word) and len(word) <= _LONGEST}


@functools.lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return the word's pinyin without tones, joined; near sounds (an/ang, zh/z, n/l) are kept apart."""
    # The pinyin tables take a quarter of a second, which only a start-up pays.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(word, style=Style.NORMAL))


def _one_edit(first: str, second: str) -> bool:
    """Whether one insertion, deletion or substitution makes one of the other."""
    if abs(len(first) - len(second)) > 1:
        return False
    shorter, longer = sorted((first, second), key=len)
    place = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return shorter[place + (len(shorter) == len(longer)) :] == longer[place + 1 :]
