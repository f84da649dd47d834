"""A question that leans on what was said before becomes one that stands alone, in several readings where it may.

Everything here is rules; nothing knows the index.
"""

import re

from rag.greeting import is_greeting
from rag.lexicon import lexicon
from rag.phrases import SORRY
from rag.records import Turn
from rag.topics import names_its_subject, points_back, topics, with_topic
from rag.writing import normalise

_FOLLOW_UP_START = re.compile(
    r"^(?:那么|那(?![家个些里边儿座栋]|公司|企业|项目|平台)|还有|另外|然后|再(?![生造就见])|以及|和(?![平谐睦顺田])"
    r"|and |what about |how about )"
)
_ELLIPSIS_END = re.compile(r"呢[?!。]*$")
_WHICH_ONES = re.compile(r"哪[些几家个]|谁")
_TURNS = 6  # earlier exchanges that a follow-up may lean on
_OPENING = 300  # characters of an answer that tell what it is about
_SHORT = 14  # characters: a question no longer than this may lean on what was said before


def stand_alone(question: str, history: tuple[Turn, ...]) -> list[str]:
    """Return readings of `question` (normalised) that need no history, the likeliest first.

    A reading carries over what the previous turn was about, found in its question or, failing that, in its answer.
    A question that leans on nothing has itself as the only reading.
    """
    if not history or is_greeting(question) or not leans(question):
        return [question]
    if not _leans_openly(question) and names_its_subject(question):
        return [question]
    previous = Reading.of_history(history)
    bare = _FOLLOW_UP_START.sub("", question).lstrip(",， ") or question
    joined = [with_topic(topic, bare) for topic in previous.topics]
    alone = [bare] if not joined or names_its_subject(bare) else []
    replaces = _is_replacement(bare) and names_its_subject(bare)
    readings = [*_replaced(previous.question, bare), *alone, *joined] if replaces else [*joined, *alone]
    if alone and _WHICH_ONES.match(bare):
        readings = [*alone, *joined]
    return list(dict.fromkeys(readings))


class Reading:
    """What an earlier turn was about: its question, made to stand alone, and its topics, likeliest first."""

    def __init__(self, question: str, topics: tuple[str, ...]) -> None:
        self.question = question
        self.topics = topics

    @classmethod
    def of_history(cls, history: tuple[Turn, ...]) -> "Reading":
        """Read the turns in order, each in the light of the one before."""
        reading = cls("", ())
        for turn in history[-_TURNS:]:
            reading = reading.then(turn)
        return reading

    def then(self, turn: Turn) -> "Reading":
        """Return what the conversation is about after `turn`."""
        question = normalise(turn.question)
        if is_greeting(question):
            return self
        if self.topics and leans(question):
            bare = _FOLLOW_UP_START.sub("", question)
            named = [phrase for phrase in topics(bare) if _is_replacement(bare)]
            if not named:
                told = _told(turn.answer)
                return Reading(with_topic(self.topics[0], bare), (*self.topics, *told[:1]))
            return Reading((_replaced(self.question, bare) or [bare])[0], (*named, *self.topics))
        asked = [topic for topic in topics(question) if topic not in lexicon().relational]
        told = _told(turn.answer)
        return Reading(question, tuple(dict.fromkeys([*asked[:1], *told[:1], *asked[1:2]])))


def _told(answer: str) -> list[str]:
    """Return what an answer is about; a refusal, which opens with an apology, is about nothing."""
    plain = normalise(answer[:_OPENING])
    return [] if plain.startswith(SORRY) else topics(plain)


def leans(question: str) -> bool:
    """Whether `question` needs what was said before: a pronoun, "那…", "…呢", or too short to name its subject."""
    return _leans_openly(question) or len(question) <= _SHORT


def _leans_openly(question: str) -> bool:
    """Whether a word of `question` says that it goes on from what was said before."""
    return bool(_FOLLOW_UP_START.search(question) or points_back(question) or _ELLIPSIS_END.search(question))


def _is_replacement(bare: str) -> bool:
    return bool(_ELLIPSIS_END.search(bare)) and not points_back(bare)


def _replaced(previous: str, bare: str) -> list[str]:
    """Return the previous question asked of what `bare` ("…呢") names, if it names anything."""
    named, before = topics(bare), topics(previous)
    if not previous or not named or not before or not _is_replacement(bare):
        return []
    return [previous.replace(before[0], named[0], 1)]
