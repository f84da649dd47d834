"""A question that joins several is taken apart into single ones, each with the subject it is about.

Everything here is rules; nothing knows the index.
"""

import re

from index.words import cut
from rag.greeting import is_greeting
from rag.lexicon import lexicon
from rag.topics import names_its_subject, topics, with_topic

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
    named = [_thing(topic) for topic in topics(part)[:1] if topic not in lexicon().relational]
    asked_for = re.search(r"(?:什么|哪个|哪家|哪种|哪些)(?P<thing>[\u3400-\u9fff]{2,4})$", part)
    thing = topics(asked_for["thing"])[:1] if asked_for and named else []
    return "的".join(dict.fromkeys([*named, *thing]))


def _thing(topic: str) -> str:
    """Return a topic without what is asked of it: "厂房押金" -> "厂房", for a later part asks another matter of it."""
    words = cut(topic)
    while len(words) > 1 and words[-1].text in lexicon().relational:
        words.pop()
    return topic[: words[-1].start + len(words[-1].text)].strip() if words else topic


def _about(subject: str, group: list[str]) -> list[str]:
    """Give a later part the first one's subject when it names none of its own; members of a list are subjects."""
    if not subject or len(group) > 1 or names_its_subject(group[0]):
        return group
    return [with_topic(subject, group[0])]


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
