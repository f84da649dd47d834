"""A visitor's words become a question that stands alone: normalised, its language known, its parts apart.

Everything here is rules; nothing knows the index. The only file that imports opencc.
"""

import functools
import re
import unicodedata
from typing import Protocol

from index.words import Word, cut
from rag.lexicon import lexicon
from rag.records import Language, Turn

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ENGLISH_START = re.compile(
    r"\s*(?:who|what|when|where|which|why|how|is|are|do|does|did|can|could|will|tell|i|the|name|please)\b", re.I
)
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Half a pair of surrogates, what stands for a lost character, and what only chooses a glyph: none can be searched for.
_UNSEARCHABLE = re.compile(r"[\ud800-\udfff\ufffc\ufffd\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")

_ITS = r"(?<![尤极与])其(?![他它中实余次])"
_PRONOUN = re.compile(
    r"(?:[这那](?![么样种时次])|(?<![应活])该)(?:家公司|家企业|家单位|个项目|个平台|个公司|个企业|个地方|公司|企业|项目|平台|家|些|里|边|儿|座|栋|个)?"
    rf"(?:的)?(?=.)|(?:[它她]|(?<![其吉])他)们?|{_ITS}"
)
_FOLLOW_UP_START = re.compile(
    r"^(?:那么|那(?![家个些里边儿座栋]|公司|企业|项目|平台)|还有|另外|然后|再(?![生造就见])|以及|和(?![平谐睦顺田])"
    r"|and |what about |how about )"
)
_FOLLOW_UP_PRONOUN = re.compile(
    rf"[它她]|(?<![其吉])他|{_ITS}|(?:[这那]|(?<![应活])该)(?:家|个|些|里|边|儿|公司|企业|项目|平台|座|栋)"
    r"|\b(?:it|its|they|their|there|he|his|she|her|that|this)\b",
    re.I,
)
_ELLIPSIS_END = re.compile(r"呢[?!。]*$")
_WHICH_ONES = re.compile(r"哪[些几家个]|谁")
_ASKS_WHICH = re.compile(r"(?:都?有)?(?:哪[些几家个]|谁(?!是)|什么(?!时候|时间|地方|原因)|有没有|有什么|几家)")
_GREETING = re.compile(
    r"(?:(?:好的|(?:你|您|大家)?好[啊呀哈]?|哈[喽啰]|嗨|在吗|在不在|有人吗|[早晚]上好|[上中下]午好|谢谢(?:你|您)?|多谢|再见|拜拜"
    r"|你是谁|你叫什么(?:名字)?|你能做什么|你会什么"
    r"|hi|hello|hey|thanks|thank you|bye|who are you|what can you do)[\s,.。!~?]*+)++"
)
_LONGEST_TOPIC = 40  # characters: what is longer names nothing
_TURNS = 6  # earlier exchanges that a follow-up may lean on
_OPENING = 300  # characters of an answer that tell what it is about
_SHORT = 14  # characters: a question no longer than this may lean on what was said before

_QUESTION_WORD = re.compile(
    r"什么|啥|谁|哪|多少|多久|多长|多大|多远|几[^乎率]|怎么|咋|如何|怎样|为何|吗|有没有|是否|能不能|可不可以|是不是|对吧|对不|何时|何处|何种|好多"
    r"|\b(?:what|when|who|where|how|which|why)\b",
    re.I,
)
_REQUEST = re.compile(r"介绍|说说|说下|讲讲|谈谈|知道|了解|告诉|列举|列出|\b(?:tell|list|describe)\b", re.I)
_RESPECTIVELY = re.compile(r"分别|各自|各是|各有|各用|各在|都(?=是?(?:什么|怎|咋|如何|在哪|多))")
# A joining character is also a part of words: 参与, 共和, 和平, 涉及, 跟踪.
_LIST_MARK = re.compile(
    r"、|以及|还有|(?<![共饱温缓总])和(?![平谐睦])|(?<!参)与(?!会)|跟(?![踪进])|(?<![涉普顾遍])及(?![时格])"
)
_NOUN_TAGS = ("n", "vn", "j", "eng", "nz", "l", "i", "an", "b", "x", "s")


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
    if not _HAN.search(text):
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
    return convert(convert(text)) if _HAN.search(text) else text  # 薴 becomes 苧, and that 苎


def to_traditional(text: str) -> str:
    """Return `text` in traditional characters."""
    return _converter("s2t").convert(text)


@functools.cache
def _converter(name: str) -> Converter:
    import opencc

    converter: Converter = opencc.OpenCC(name)
    return converter


def stand_alone(question: str, history: tuple[Turn, ...]) -> list[str]:
    """Return readings of `question` (normalised) that need no history, the likeliest first.

    A reading carries over what the previous turn was about, found in its question or, failing that, in its answer.
    A question that leans on nothing has itself as the only reading.
    """
    if not history or is_greeting(question) or not _leans(question):
        return [question]
    previous = Reading.of_history(history)
    bare = _FOLLOW_UP_START.sub("", question).lstrip(",， ") or question
    joined = [_join(topic, bare) for topic in previous.topics]
    alone = [bare] if not joined or names_its_subject(bare) else []
    replaces = _is_replacement(bare) and names_its_subject(bare)
    readings = [*_replaced(previous.question, bare), *alone, *joined] if replaces else [*joined, *alone]
    if alone and _WHICH_ONES.match(bare):
        readings = [*alone, *joined]
    return list(dict.fromkeys(readings))


def is_greeting(question: str) -> bool:
    """Whether `question` (normalised) only says hello, thanks or goodbye."""
    return bool(_GREETING.fullmatch(question.lower()))


def names_its_subject(question: str) -> bool:
    """Whether `question` (normalised) needs no history: it asks which there are, or names more than attributes."""
    if _FOLLOW_UP_PRONOUN.search(question):
        return False
    if _ASKS_WHICH.match(question):
        return True
    nouns = [word.text for word in cut(question) if word.tag.startswith(_NOUN_TAGS) and re.search(r"\w", word.text)]
    leaning = lexicon().stop | lexicon().relational | lexicon().events
    return any(noun not in leaning for noun in nouns)


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
        if self.topics and _leans(question):
            bare = _FOLLOW_UP_START.sub("", question)
            named = [phrase for phrase in topics(bare) if _is_replacement(bare)]
            if not named:
                told = topics(normalise(turn.answer[:_OPENING]))
                return Reading(_join(self.topics[0], bare), (*self.topics, *told[:1]))
            return Reading((_replaced(self.question, bare) or [bare])[0], (*named, *self.topics))
        asked = [topic for topic in topics(question) if topic not in lexicon().relational]
        told = topics(normalise(turn.answer[:_OPENING]))
        return Reading(question, tuple(dict.fromkeys([*asked[:1], *told[:1], *asked[1:2]])))


def topics(text: str) -> list[str]:
    """Return the noun phrases of `text` (normalised) that could be what it is about, in order of appearance."""
    phrases: list[str] = []
    run: list[Word] = []
    for word in [*cut(text), Word("", "x", len(text))]:
        if _in_phrase(word, run):
            run.append(word)
            continue
        phrases.extend(_phrase(run))
        run = []
    return phrases


def parts(question: str) -> list[str]:
    """Return the single questions that `question` (normalised) joins; itself when it is one already."""
    said = [clause.strip() for clause in re.split(r"[?!。;\n]+", question) if clause.strip()]
    said = [clause for clause in said if not is_greeting(clause)]
    wanted = _requests(said)
    groups = [_spread(piece) for clause in wanted for piece in _asking(clause)]
    if not groups:
        return [question]
    opening = groups[0] if wanted[0] == said[0] else _spread(said[0])
    subject = _subject(opening[0])
    return list(
        dict.fromkeys(part for group in groups for part in (group if group is opening else _about(subject, group)))
    )


def _requests(clauses: list[str]) -> list[str]:
    """Return the clauses that want to know something; all when none says so."""
    wanting = [clause for clause in clauses if _QUESTION_WORD.search(clause) or _REQUEST.search(clause)]
    return wanting or clauses


def _asking(clause: str) -> list[str]:
    """Split at commas where more than one piece asks; what asks nothing then goes."""
    pieces = [piece.strip() for piece in re.split(r"[,，]", clause) if piece.strip()]
    asking = [piece for piece in pieces if _QUESTION_WORD.search(piece)]
    return asking if len(asking) > 1 else [clause]


def _subject(part: str) -> str:
    """Return what the first part is about: its topic, with the thing it asks for ("…是什么平台" -> "…平台")."""
    named = [topic for topic in topics(part)[:1] if topic not in lexicon().relational]
    asked_for = re.search(r"(?:什么|哪个|哪家|哪种|哪些)(?P<thing>[\u3400-\u9fff]{2,4})$", part)
    thing = topics(asked_for["thing"])[:1] if asked_for and named else []
    return "的".join(dict.fromkeys([*named, *thing]))


def _about(subject: str, group: list[str]) -> list[str]:
    """Give a later part the first one's subject when it names none of its own; members of a list are subjects."""
    if not subject or len(group) > 1 or names_its_subject(group[0]):
        return group
    return [_join(subject, group[0])]


def _spread(clause: str) -> list[str]:
    """Split "A、B和C分别怎么样" into "A怎么样", "B怎么样", "C怎么样"; and "A多少、B多少" at the marks."""
    marked = [piece for piece in re.split(r"、|以及|还有", clause) if piece]
    if len(marked) > 1 and sum(bool(_QUESTION_WORD.search(piece)) for piece in marked) > 1:
        subject = _subject(marked[0])
        return [marked[0], *(part for piece in marked[1:] for part in _about(subject, [piece]))]
    respective = _RESPECTIVELY.search(clause)
    head_end = respective.start() if respective else _enumeration_end(clause)
    head, tail = clause[:head_end], clause[respective.end() if respective else head_end :]
    members = [piece.strip() for piece in _LIST_MARK.split(head) if piece.strip()]
    if len(members) < 2 or not tail or not all(len(member) <= 20 for member in members):
        return [clause]
    shared = re.search(r"的[^的]+$", members[-1])
    if shared and not any("的" in member for member in members[:-1]):
        members = [*(member + shared.group() for member in members[:-1]), members[-1]]
    return [member + tail for member in members]


def _enumeration_end(clause: str) -> int:
    """Return where an enumeration with "、" that opens `clause` ends, 0 when it opens with none."""
    match = re.match(r"^[^、]{1,8}(?:、[^、]{1,8}?)+(?=(?:怎么|咋|如何|怎样|是什么|在哪|是谁|多少|有什么|几))", clause)
    return match.end() if match else 0


def _leans(question: str) -> bool:
    """Whether `question` needs what was said before: a pronoun, "那…", "…呢", or too short to name its subject."""
    return bool(
        _FOLLOW_UP_START.search(question)
        or _FOLLOW_UP_PRONOUN.search(question)
        or _ELLIPSIS_END.search(question)
        or len(question) <= _SHORT
    )


def _is_replacement(bare: str) -> bool:
    return bool(_ELLIPSIS_END.search(bare)) and not _FOLLOW_UP_PRONOUN.search(bare)


def _join(topic: str, question: str) -> str:
    """Put `topic` where `question` has its pronoun, or before it."""
    if topic in question:
        return question
    match = _PRONOUN.search(question)
    if not match:
        return f"{topic}{'' if _HAN.search(question) else ' '}{question}"
    possessive = "的" if match.group().endswith(("的", "其")) else ""
    return question[: match.start()] + topic + possessive + question[match.end() :]


def _replaced(previous: str, bare: str) -> list[str]:
    """Return the previous question asked of what `bare` ("…呢") names, if it names anything."""
    named, before = topics(bare), topics(previous)
    if not previous or not named or not before or not _is_replacement(bare):
        return []
    return [previous.replace(before[0], named[0], 1)]


def _in_phrase(word: Word, run: list[Word]) -> bool:
    if word.text in lexicon().stop or not word.text.strip():
        return False
    if word.tag.startswith("x"):
        return bool(run) and word.text in "·-()"
    return word.tag.startswith(_NOUN_TAGS) or (bool(run) and word.tag in {"ng", "k", "g"})


def _phrase(run: list[Word]) -> list[str]:
    text = "".join(word.text for word in run).strip("·-() ")
    telling = [word for word in run if word.text not in lexicon().generic and not word.tag.startswith("x")]
    return [text] if 1 < len(text) <= _LONGEST_TOPIC and telling else []
