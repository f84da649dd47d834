"""What an entry may be: its texts, days and sources. Knows no database, nor what other entries there are."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from desk.entry_records import EntryDraft, EntryError
from rag.staff_answers import PassageSource, Source, StaffSource
from rag.writing import normalise

QUESTION_CHARS = 500
"""Most characters of a question, or of a phrase like it."""
ANSWER_CHARS = 4_000
PHRASES = 50
"""Most similar questions of an entry, and most negative ones."""
SOURCES = 20
NAME_CHARS = 40
_MEANINGLESS = re.compile("[\u00ad\u200b\u2060\ufeff]")  # pasted along from web pages and documents, unseen
_EMOJI_JOINER = "\u200d"
_MEANT = frozenset("%‰#+℃")  # a question is another one without them
_WITHIN_NUMBERS = re.compile(r"(?<=\d)[.:/~-](?=\d)")


def checked(draft: EntryDraft) -> EntryDraft:
    """Return a draft as it is kept: trimmed, each question on one line, what is told twice told once.

    Raises EntryError that says what is wrong.
    """
    question = _line(draft.question, "标准问题", "the question", QUESTION_CHARS)
    similar, negative = (_phrases(draft.similar, "相似问法"), _phrases(draft.negative, "不应匹配的问法"))
    similar = tuple(phrase for phrase in similar if key(phrase) != key(question))
    _apart((question, *similar), negative)
    if draft.valid_from and draft.valid_to and draft.valid_from > draft.valid_to:
        raise EntryError("有效期的开始晚于结束 / it is valid from a later day than it is valid to")
    return replace(
        draft,
        question=question,
        answer=_text(draft.answer, "答复", "the answer", ANSWER_CHARS),
        similar=similar,
        negative=negative,
        sources=_sources(draft.sources),
        owner=_line(draft.owner, "负责人", "the owner", NAME_CHARS, may_be_empty=True),
    )


@lru_cache(maxsize=65_536)
def key(question: str) -> str:
    """Return what questions have in common that differ in width, script, capitals, spaces or punctuation only."""
    said = _WITHIN_NUMBERS.sub("+", normalise(question)).casefold()
    return "".join(char for char in said if char in _MEANT or unicodedata.category(char)[0] not in "PZC")


def _phrases(phrases: Iterable[str], name: str) -> tuple[str, ...]:
    """Return phrases without the empty ones and those that are told twice."""
    told = [phrase for phrase in phrases if phrase.strip()]
    if len(told) > PHRASES:
        raise EntryError(f"{name}最多{PHRASES}条，现有{len(told)}条 / there are {len(told)} phrases, {PHRASES} at most")
    kept: dict[str, str] = {}
    for phrase in told:
        line = _line(phrase, name, "a phrase", QUESTION_CHARS)
        kept.setdefault(key(line), line)
    return tuple(kept.values())


def _apart(answered: Iterable[str], negative: Iterable[str]) -> None:
    keys = {key(phrase) for phrase in answered}
    for phrase in negative:
        if key(phrase) in keys:
            raise EntryError(
                f"“{phrase}”既要匹配又不应匹配，请删去一处 / it is asked to match and not to match: {phrase}"
            )


def _line(text: str, name: str, in_english: str, most: int, may_be_empty: bool = False) -> str:
    """Return a text on one line, its spaces single ones; one that is not empty holds at least a letter."""
    kept = " ".join(_readable(text, name, in_english, most).split())
    if not may_be_empty and not key(kept):
        raise EntryError(f"{name}不能为空 / {in_english} is empty")
    return kept


def _text(text: str, name: str, in_english: str, most: int) -> str:
    """Return a text of any number of lines, trimmed."""
    kept = _readable(text, name, in_english, most)
    if not kept:
        raise EntryError(f"{name}不能为空 / {in_english} is empty")
    return kept


def _readable(text: str, name: str, in_english: str, most: int) -> str:
    """Return a text trimmed, its lines ended as they should be; all that is left in it can be seen."""
    kept = text.strip()
    if len(kept) > most:  # before anything is done with what may be millions
        raise EntryError(f"{name}最多{most}字，现有{len(kept)}字 / {in_english} has more than {most} characters")
    kept = _MEANINGLESS.sub("", kept.replace("\r\n", "\n").replace("\r", "\n")).strip()
    for place, char in enumerate(kept):
        if _is_unseen(char):
            around = "".join(other for other in kept[max(0, place - 8) : place] if not _is_unseen(other))
            raise EntryError(
                f"{name}在“{around}”之后有看不见的字符 U+{ord(char):04X}，请删去"
                f" / {in_english} has an invisible character, U+{ord(char):04X}"
            )
    return kept


def _is_unseen(char: str) -> bool:
    return char not in "\n\t" + _EMOJI_JOINER and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _sources(sources: Iterable[Source]) -> tuple[Source, ...]:
    kept = tuple(dict.fromkeys(map(_source, sources)))
    if not kept:
        raise EntryError("请至少附上一个来源 / at least one source is needed")
    if len(kept) > SOURCES:
        raise EntryError(f"来源最多{SOURCES}个，现有{len(kept)}个 / there are {len(kept)} sources, {SOURCES} at most")
    return kept


def _source(source: Source) -> Source:
    if isinstance(source, StaffSource):
        name = _line(source.name, "来源人姓名", "the name of who told it", NAME_CHARS)
        if not isinstance(source.told_on, date):
            raise EntryError("请填写工作人员告知的日期 / the day on which staff told it is missing")
        return replace(source, name=name)
    _check_passage(source)
    return source


def _check_passage(source: PassageSource) -> None:
    """Raise EntryError for a passage that cannot be words of a report."""
    is_whole = source.document_id and source.path and source.quote.strip()
    if not is_whole or source.start < 0 or source.end - source.start != len(source.quote):
        raise EntryError("引用的段落不完整，请重新选择 / a passage is not whole, choose it again")
    told = (source.document_id, source.path, source.title, source.quote)
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for text in told for char in text):
        raise EntryError("引用的段落含有无法保存的字符 / a passage has characters that cannot be kept")
