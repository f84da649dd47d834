"""What the desk calls things in Chinese, and how it writes moments, shares and times. Knows no HTML."""

from collections.abc import Mapping
from datetime import datetime

from desk.tables import Channel, LeadState, QuestionState, Verdict
from rag.china import CHINA
from rag.records import Language, Mode

MODES: Mapping[Mode, str] = {"quote": "引用资料", "written": "写作模型", "faq": "常见问答", "refused": "未答出"}
CHANNELS: Mapping[Channel, str] = {"web": "网页", "api": "接口"}
LANGUAGES: Mapping[Language, str] = {"zh": "简体中文", "zh-Hant": "繁体中文", "en": "英文"}
VERDICTS: Mapping[Verdict, str] = {"helpful": "有帮助", "unhelpful": "没帮助"}
QUESTION_STATES: Mapping[QuestionState, str] = {"open": "待答", "answered": "已答", "dismissed": "已忽略"}
LEAD_STATES: Mapping[LeadState, str] = {"new": "新线索", "called": "已联系", "closed": "已结束"}
REASONS: Mapping[str, str] = {
    "off_topic": "答非所问",
    "wrong": "信息有误",
    "too_short": "不够详细",
    "outdated": "已经过时",
    "other": "其他",
}

NONE = "—"
"""Stands where there is no figure."""


def reason(given: str) -> str:
    """Return why an answer did not help, in words; one that is not known stands as it was given."""
    return REASONS.get(given, given)


def moment(at: datetime) -> str:
    """Return a moment as China's clocks show it."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def percent(share: float | None) -> str:
    """Return a share, 0 to 1, in whole per cent; a dash for none."""
    return NONE if share is None else f"{share * 100:.0f}%"


def duration(ms: float | None) -> str:
    """Return milliseconds as people read them; a dash for none."""
    if ms is None:
        return NONE
    return f"{ms:.0f} 毫秒" if ms < 1000 else f"{ms / 1000:.1f} 秒"
