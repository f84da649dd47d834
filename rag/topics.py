"""What a question is about: the things it names, whether it names any, and a thing put into one that does not.

Rules over parts of speech and pronouns; knows nothing of the index.
"""

import re

from index.words import Word, cut
from rag.lexicon import lexicon
from rag.writing import HAN

_ITS = r"(?<![尤极与])其(?![他它中实余次])"
_PRONOUN = re.compile(
    r"(?:[这那](?![么样种时次])|(?<![应活])该)(?:家公司|家企业|家单位|个项目|个平台|个公司|个企业|个地方|公司|企业|项目|平台|家|些|里|边|儿|座|栋|个)?"
    rf"(?:的)?(?=.)|(?:[它她]|(?<![其吉])他)们?|{_ITS}"
)
_POINTS_BACK = re.compile(
    rf"[它她]|(?<![其吉])他|{_ITS}|(?:[这那]|(?<![应活])该)(?:家|个|些|里|边|儿|公司|企业|项目|平台|座|栋)"
    r"|\b(?:it|its|they|their|there|he|his|she|her|that|this(?! (?:year|month|week|time)))\b",
    re.I,
)
_ASKS_WHICH = re.compile(r"(?:都?有)?(?:哪[些几家个]|谁(?!是)|什么(?!时候|时间|地方|原因)|有没有|有什么|几家)")
_NOUN_TAGS = ("n", "vn", "j", "eng", "nz", "l", "i", "an", "b", "x", "s")
_CLAUSE_END = re.compile(r"[,，;；。?!]|\band\b")
_BESIDE_ITS_OWN = frozenset(["你们", "我们", "咱们", "您", "你", "俺们", "的"])
_BESIDE = 12  # characters before a pronoun that tell what it stands beside
_LONGEST_TOPIC = 40  # characters: what is longer names nothing


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


def names_its_subject(question: str) -> bool:
    """Whether `question` (normalised) needs no history: it asks which there are, or names more than attributes."""
    if points_back(question):
        return False
    if _ASKS_WHICH.match(question):
        return True
    nouns = [word.text for word in cut(question) if word.tag.startswith(_NOUN_TAGS) and re.search(r"\w", word.text)]
    leaning = lexicon().stop | lexicon().relational | lexicon().events
    return any(noun not in leaning for noun in nouns)


def points_back(question: str) -> bool:
    """Whether `question` (normalised) has a pronoun for what was said before: "它", "这家公司", "their"."""
    return any(_means_earlier(match) for match in _POINTS_BACK.finditer(question))


def _means_earlier(pronoun: re.Match[str]) -> bool:
    """Whether a pronoun is for an earlier turn, and not for its own question ("水电这些", "你们那儿", "A…，它…")."""
    before = pronoun.string[: pronoun.start()]
    beside = before[-_BESIDE:]
    words = cut(beside)
    if words and pronoun.group()[0] in "这那" and (words[-1].tag.startswith("n") or words[-1].text in _BESIDE_ITS_OWN):
        return False
    clause = _CLAUSE_END.search(before)
    return not (clause and not _POINTS_BACK.search(before) and names_its_subject(before[: clause.start()]))


def with_topic(topic: str, question: str) -> str:
    """Put `topic` where `question` has its pronoun, or before it."""
    if topic in question:
        return question
    match = next(filter(_means_earlier, _PRONOUN.finditer(question)), None)
    if not match:
        return f"{topic}{'' if HAN.search(question) else ' '}{question}"
    possessive = "的" if match.group().endswith(("的", "其")) else ""
    return question[: match.start()] + topic + possessive + question[match.end() :]


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
