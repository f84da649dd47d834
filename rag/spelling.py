"""Slips of a phone keyboard put right from the corpus's own words: homophones, one wrong character, typed pinyin.

Knows the words of the corpus; changes only what the corpus does not have.
"""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.words import cut, is_common, split
from rag.lexicon import lexicon

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]")
_MIXED = re.compile(r"[\u3400-\u9fff]+[a-z]{2,}|[a-z]{2,}[\u3400-\u9fff]+|[\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[\u3400-\u9fff]{2,}")
_LATIN_RUN = re.compile(r"(?<![a-z])[a-z]{3,}(?: ?[a-z]{2,})*", re.I)
_FUNCTION = frozenset(
    "的了着过吗呢吧啊么是在有没不和与及或等也都就还又再被把对于到从给让我你您他她它们这那谁哪几多何啥咋请问要想能会去来很太最一二三四五六七八九十两"
)
_ASKED_WITH = (
    "有多少套 有多少 多少套 多少 多少钱 什么 什么时候 时候 哪里 在哪里 在哪 哪些 哪个 哪家 有哪些 怎么 怎么样 为什么 "
    "是谁 是什么 几家 几个 有没有 是不是 请问 有 在 是 的 吗 呢 了 和 几 套 家 个 谁 哪 去"
)
_NEW = re.compile(f"({'|'.join(sorted(lexicon().new))})")
_LONGEST = 6  # characters of a word that is put right
_LONG = 4  # characters from which one wrong character leaves no doubt which word was meant
_LONG_PINYIN = 8  # letters, likewise: "change" and "casting" are words
_SHORT_PINYIN = 5  # letters, of a name in an English question
_SMALL = 200_000  # characters: about two hundred reports
_MOST = 2_000_000  # characters that words are learnt from: five seconds' work or so


class Speller:
    """Corrects a question against the words of a corpus."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` are the corpus, normalised and in lower case."""
        self._corpus = "\n".join(texts)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        words = _words(self._corpus[:_MOST])
        for word in sorted(words):
            self._by_sound[sound(word)].append(word)
        self._by_mask: dict[str, list[str]] = defaultdict(list)
        for word in (word for word, count in words.items() if len(word) >= _LONG and (count > 1 or is_common(word))):
            for mask in _masks(word):
                self._by_mask[mask].append(word)

    def correct(self, question: str) -> str:
        """Return `question` (normalised), the words the corpus lacks put right where just one of its words fits."""
        if not _HAN.search(question):
            return question
        pieces = [piece for text in _NEW.split(question) for piece in _pieces(text)]
        return _LATIN_RUN.sub(lambda run: self._from_pinyin(run.group()), "".join(self._correct_pieces(pieces)))

    def from_pinyin(self, text: str) -> str:
        """Return `text` (lower case) with every Latin word that sounds like a corpus word replaced by it.

        A text that is pinyin all through becomes Chinese all through, its asking words too.
        """
        found = re.sub(r"[a-z]+(?: [a-z]+)*", lambda run: self._names_in(run.group()), text)
        rest = re.findall(r"[a-z]+", found)
        if found == text or not all(word in _asking_sounds() for word in rest):
            return found
        return re.sub(r"[a-z]+", lambda word: _asking_sounds()[word.group()], found).replace(" ", "")

    def _names_in(self, run: str) -> str:
        words, found, position = run.split(" "), [], 0
        while position < len(words):
            for length in range(min(4, len(words) - position), 0, -1):
                name = self._sounding_like("".join(words[position : position + length]))
                if name:
                    found.append(name)
                    break
            else:
                length = 1
                found.append(words[position])
            position += length
        return " ".join(found)

    def _sounding_like(self, joined: str) -> str:
        """Return a corpus word of this sound, or the only one whose sound differs by a letter; empty if none."""
        if len(joined) < _SHORT_PINYIN or joined in _asking_sounds():
            return ""
        if exact := self._by_sound.get(joined):
            return exact[0]
        return self._one_letter_off(joined) if len(joined) >= _LONG_PINYIN else ""

    def _one_letter_off(self, joined: str) -> str:
        near = {word for key, words in self._by_sound.items() if _one_edit(key, joined) for word in words}
        return near.pop() if len(near) == 1 else ""

    def _from_pinyin(self, run: str) -> str:
        joined = run.replace(" ", "").lower()
        exact = self._by_sound.get(joined)
        if exact:
            return exact[0]
        return (self._one_letter_off(joined) if len(joined) >= _LONG_PINYIN else "") or run

    def _correct_pieces(self, pieces: Sequence[str]) -> list[str]:
        """Try the longest runs of whole words first; a word that asks or joins is never part of a slip."""
        right: dict[int, tuple[str, int]] = {}
        taken: set[int] = set()
        for count in range(_LONGEST, 0, -1):
            for start in range(len(pieces) - count + 1):
                places = range(start, start + count)
                word = self._right(pieces[start : start + count]) if taken.isdisjoint(places) else None
                if word:
                    right[start] = word, count
                    taken.update(places)
        return [
            right[place][0] if place in right else piece
            for place, piece in enumerate(pieces)
            if place in right or place not in taken
        ]

    def _right(self, pieces: Sequence[str]) -> str | None:
        """Return the one corpus word that the joined `pieces` are a slip of."""
        window = "".join(pieces)
        if not _MIXED.fullmatch(window) or any(_asks_or_joins(piece) for piece in pieces):
            return None
        word = self._homophone(window) or self._near(window, pieces)
        return None if word is None or self._is_meant(window, pieces) else word

    def _homophone(self, window: str) -> str | None:
        latin = bool(_LATIN.search(window))
        if len(window) > _LONGEST and not latin:
            return None
        words = [word for word in self._by_sound.get(sound(window), []) if latin or _alike(word, window)]
        return words[0] if len(words) == 1 else None

    def _near(self, window: str, pieces: Sequence[str]) -> str | None:
        """Return the only long word with one other character; a run of plain words is no slip of one."""
        if len(window) > _LONGEST or all(len(piece) > 1 and is_common(piece) for piece in pieces):
            return None
        words = {word for mask in _masks(window) for word in self._by_mask.get(mask, ())} - {window}
        return words.pop() if len(words) == 1 else None

    def _is_meant(self, window: str, pieces: Sequence[str]) -> bool:
        """Whether the words are right as they stand. Looks through the whole corpus, so it comes last."""
        return window in self._corpus or is_common(window) or not any(self._is_odd(piece, window) for piece in pieces)

    def _is_odd(self, piece: str, window: str) -> bool:
        """Whether a piece may be debris of a slip: a single character, or a word that nobody has.

        In a short window a word of the general dictionary is taken to be meant, a word of the lexicon always.
        """
        if len(piece) == 1:
            return True
        known = lexicon().knows(piece) or (is_common(piece) and len(window) < _LONG)
        return not known and piece not in self._corpus


def _alike(word: str, window: str) -> bool:
    return len(word) == len(window) and _differences(word, window) <= max(1, len(word) // 2)


def _differences(first: str, second: str) -> int:
    return sum(a != b for a, b in zip(first, second, strict=True))


def _masks(word: str) -> list[str]:
    """Return `word` with each of its characters left out in turn; words that share a mask differ in one character."""
    return [f"{word[:place]}_{word[place + 1 :]}" for place in range(len(word))]


def _asks_or_joins(piece: str) -> bool:
    """Whether a piece stands for itself; other single characters may be what is left of a word: 总 of 总经历."""
    return piece in _FUNCTION if len(piece) == 1 else piece in lexicon().stop


def _pieces(text: str) -> list[str]:
    return [text] if text in lexicon().new else [word.text for word in cut(text)]


def _words(text: str) -> dict[str, int]:
    """Return how often the corpus has each word, and each two neighbours joined, of at most `_LONGEST` characters.

    Two characters that no dictionary joins and that stand together once are a wrong cut: 小为, from 由小为大. In a
    large corpus two words that meet once have met by chance.
    """
    words = split(text)
    single = Counter(words)
    whole = {word for word, count in single.items() if len(word) != 2 or count > 1 or is_common(word)}
    joined = Counter(a + b for a, b in pairwise(words) if a in whole and b in whole)
    if len(text) > _SMALL:
        joined = Counter({word: count for word, count in joined.items() if count > 1})
    counts = Counter({word: single[word] for word in whole}) + joined
    return {word: count for word, count in counts.items() if len(word) <= _LONGEST and _WORD.fullmatch(word)}


@functools.lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return the word's pinyin without tones, joined; near sounds (an/ang, zh/z, n/l) are kept apart."""
    # The pinyin tables take a quarter of a second, which only a start-up pays.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(word, style=Style.NORMAL))


@functools.cache
def _asking_sounds() -> dict[str, str]:
    """Return pinyin -> word of what a question is asked with; of two words that sound alike, the first named."""
    words = _ASKED_WITH.split()
    return {sound(word): word for word in reversed(words)}


def _one_edit(first: str, second: str) -> bool:
    """Whether one insertion, deletion or substitution makes one of the other."""
    if abs(len(first) - len(second)) > 1:
        return False
    shorter, longer = sorted((first, second), key=len)
    place = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return shorter[place + (len(shorter) == len(longer)) :] == longer[place + 1 :]
