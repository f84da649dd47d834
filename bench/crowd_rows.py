"""A desk's database as it is after half a year of use: made-up rows in number and size like real ones.

The questions are templates, the citations are paragraphs of the corpus. The same seed gives the same rows.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.crowd_citations import citations_of
from desk.database import Database
from desk.tables import (
    Base,
    CitedSection,
    Conversation,
    FaqEntry,
    Feedback,
    Lead,
    OpenQuestion,
    OpenQuestionTurn,
    Turn,
)
from desk.topics import sections_of
from rag.records import Mode

DAYS = 180
PIECE = 2_000  # rows a statement
MODES: tuple[Mode, ...] = ("quote", "refused", "faq", "written")
MODE_WEIGHTS = (62, 22, 12, 4)
REASONS = ("outdated", "wrong", "incomplete", "unclear")
THINGS = (
    *("人才公寓", "标准厂房", "食堂", "班车", "停车场", "充电桩", "物业费", "租金", "水电费", "入驻流程", "税收优惠"),
    *("装修押金", "会议室", "快递点", "幼儿园", "宿舍", "5G专网", "污水处理", "蒸汽", "天然气", "研发楼", "人才补贴"),
    *("高校合作", "地铁站", "轻轨", "医院", "银行网点", "招商政策", "环评", "消防验收", "Wi-Fi", "VPN专线"),
)
ASKING = (
    *("{}有多少？", "{}怎么申请？", "{}多少钱一个月？", "请问{}在什么地方？", "{}什么时候启用的", "{}有什么要求吗？"),
    *(
        "我想了解一下{}的情况，能介绍一下吗？",
        "{}和去年比有变化吗？",
        "公司准备搬过来，{}需要提前多久办理？",
        "{}找谁联系？",
    ),
)
CONDITIONS = ("", "", "", "二期的", "外地员工的", "小微企业的", "三楼以上的", "周末的", "面积500平的", "外资企业的")


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many rows there are of each; the shares are those of a busy park."""

    turns: int = 100_000
    conversations: int = 30_000
    open_questions: int = 5_000
    entries: int = 500
    leads: int = 300
    feedback_share: float = 0.03

    @classmethod
    def of(cls, turns: int) -> "Crowd":
        """Return a crowd of so many turns, the rest in proportion."""
        return cls(turns, max(1, turns * 3 // 10), max(1, turns // 20), max(1, turns // 200), max(1, turns * 3 // 1000))


def fill(database: Database, crowd: Crowd, until: datetime, corpus: Path, seed: int = 7) -> None:
    """Write the rows; the last turn is asked just before `until`."""
    chance = random.Random(seed)  # noqa: S311 - made-up rows, no secrets
    citations = citations_of(corpus)
    _write(database, FaqEntry, _entries(crowd, until, chance))
    conversations = _conversations(crowd, until, chance)
    _write(database, Conversation, conversations)
    turns = _turns(conversations, crowd, citations, chance)
    kept: list[dict[str, Any]] = []
    for piece in _pieces(turns):
        _write(database, Turn, piece)
        _write(database, CitedSection, _sections(piece))
        _write(database, Feedback, _feedback(piece, crowd, chance))
        kept += [{key: turn[key] for key in ("id", "asked_at", "question")} for turn in piece if turn["refused"]]
    _write(database, OpenQuestion, _open_questions(crowd, kept))
    _write(database, OpenQuestionTurn, _asked_by(crowd, kept))
    _write(database, Lead, _leads(crowd, conversations, chance))


def _write(database: Database, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    with database.writing() as session:
        for piece in _pieces(iter(rows)):
            session.bulk_insert_mappings(table.__mapper__, piece)


def _pieces(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    piece: list[dict[str, Any]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _id(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _question(chance: random.Random) -> str:
    return chance.choice(CONDITIONS) + chance.choice(ASKING).format(chance.choice(THINGS))


def _entries(crowd: Crowd, until: datetime, chance: random.Random) -> list[dict[str, Any]]:
    made = {"created_at": until, "updated_at": until, "is_on": True, "owner": "王芳", "needs_review": False}
    made |= {"review_reason": "", "revision": 1, "is_stopped": False}
    answer = "请携带营业执照到生活服务馆一楼窗口办理，工作日9:00至17:30。"
    return [
        {**made, "id": number, "question": _question(chance), "answer": answer}
        for number in range(1, crowd.entries + 1)
    ]


def _conversations(crowd: Crowd, until: datetime, chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for _ in range(crowd.conversations):
        moment = until - timedelta(seconds=chance.uniform(3600, DAYS * 86400))
        language = chance.choices(("zh", "zh-Hant", "en"), (90, 4, 6))[0]
        channel = chance.choices(("web", "api"), (93, 7))[0]
        about = {"started_at": moment, "last_at": moment, "language": language, "channel": channel}
        rows.append({"id": _id(chance), "visitor": _id(chance)[:16], **about})
    return rows


def _turns(
    conversations: Sequence[dict[str, Any]], crowd: Crowd, citations: Sequence[dict[str, Any]], chance: random.Random
) -> Iterator[dict[str, Any]]:
    """Yield the turns in the order of their asking, as they would have been written."""
    counts = [1] * len(conversations)
    for _ in range(crowd.turns - len(conversations)):
        counts[chance.randrange(len(conversations))] += 1
    moments = sorted(
        (conversation["started_at"] + timedelta(seconds=60 * number), place, number)
        for place, (conversation, count) in enumerate(zip(conversations, counts, strict=True))
        for number in range(count)
    )
    for asked_at, place, number in moments:
        yield _turn(conversations[place], number + 1, asked_at, crowd, citations, chance)


def _turn(
    conversation: dict[str, Any],
    number: int,
    asked_at: datetime,
    crowd: Crowd,
    citations: Sequence[dict[str, Any]],
    chance: random.Random,
) -> dict[str, Any]:
    mode = chance.choices(MODES, MODE_WEIGHTS)[0]
    refused = mode == "refused"
    place = int(min(chance.expovariate(8 / len(citations)), len(citations) - 1))  # some sections are asked for more
    chosen = [citations[(place + step) % len(citations)] for step in range(chance.choice((1, 2, 3, 3, 4, 5)))]
    cited = [{"number": one, **citation} for one, citation in enumerate(chosen, 1)]
    said = "".join(f"{citation['quote']}[{citation['number']}]" for citation in cited)
    total = chance.lognormvariate(8.3, 0.5) if mode == "written" else chance.lognormvariate(3.6, 0.5)
    question = _question(chance)
    return {
        "id": _id(chance),
        "conversation_id": conversation["id"],
        "number": number,
        "asked_at": asked_at,
        "question": question,
        "standalone_question": question,
        "language": conversation["language"],
        "answer": "资料中没有找到这个问题的答案，请联系园区招商服务中心。" if refused else said,
        "refused": refused,
        "confidence": round(chance.uniform(0.02, 0.45) if refused else chance.uniform(0.5, 0.99), 4),
        "mode": mode,
        "citations": [] if refused else cited,
        "nearby": cited if refused else [],
        "timings_ms": {"question": 1.25, "retrieve": total / 2, "evidence": total / 3, "verify": 1.5, "total": total},
        "faq_entry_id": chance.randint(1, crowd.entries) if mode == "faq" else None,
        "total_ms": total,
    }


def _sections(turns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"turn_id": turn["id"], "place": place, "title": title, "asked_at": turn["asked_at"]}
        for turn in turns
        if turn["mode"] != "faq"
        for place, title in enumerate(sections_of(turn["citations"]), 1)
    ]


def _feedback(turns: Sequence[dict[str, Any]], crowd: Crowd, chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for turn in turns:
        if chance.random() < crowd.feedback_share:
            verdict = chance.choices(("helpful", "unhelpful"), (2, 1))[0]
            reasons = [chance.choice(REASONS)] if verdict == "unhelpful" else []
            about = {"verdict": verdict, "reasons": reasons, "comment": "", "given_at": turn["asked_at"]}
            rows.append({"turn_id": turn["id"], **about})
    return rows


def _open_questions(crowd: Crowd, refused: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for number in range(min(crowd.open_questions, len(refused))):
        asked = refused[number :: crowd.open_questions]
        state = "open" if number % 5 else ("answered", "dismissed")[number % 2]
        when = {"first_at": asked[0]["asked_at"], "last_at": asked[-1]["asked_at"]}
        rows.append(
            {"id": number + 1, "title": asked[0]["question"], "state": state, "asked": len(asked), "note": "", **when}
        )
    return rows


def _asked_by(crowd: Crowd, refused: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"open_question_id": place % crowd.open_questions + 1, "turn_id": turn["id"], "reason": "refused"}
        for place, turn in enumerate(refused)
    ]


def _leads(crowd: Crowd, conversations: Sequence[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for number in range(crowd.leads):
        conversation = conversations[chance.randrange(len(conversations))]
        moment = conversation["started_at"]
        when = {"created_at": moment, "consent_at": moment, "updated_at": moment}
        who = {
            "name": chance.choice("王李张刘陈") + chance.choice(("女士", "先生", "经理")),
            "company": "重庆某某机械有限公司",
        }
        need = {
            "company": "重庆某某机械有限公司",
            "need": "想租一层标准厂房",
            "area": "800平方米",
            "industry": "汽车零部件",
            "move_in": "明年三月",
        }
        said = [{"question": _question(chance), "answer": "请联系园区招商服务中心。"} for _ in range(3)]
        rest = {
            "consent_text": "同意工作人员与我联系",
            "transcript": said,
            "note": "",
            "conversation_id": conversation["id"],
        }
        state = ("new", "called", "closed")[number % 3]
        contact = f"138{chance.randrange(10**8):08}"
        rows.append({"id": _id(chance), "contact": contact, "state": state, **when, **who, **need, **rest})
    return rows
