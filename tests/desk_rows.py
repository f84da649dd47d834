"""Rows of the desk's tables, whole by themselves; whatever a test is about, it says over it."""

from datetime import UTC, date, datetime

from desk.tables import (
    Account,
    AuditEvent,
    Conversation,
    FaqEntry,
    FaqPhrase,
    FaqRevision,
    FaqSource,
    Feedback,
    Lead,
    OpenQuestion,
    OpenQuestionTurn,
    QuestionVector,
    RegressionCase,
    SignIn,
    Turn,
)

NOON = datetime(2024, 5, 6, 4, 0, 0, 123456, tzinfo=UTC)
"""Noon in Chongqing."""


def conversation(**over: object) -> Conversation:
    row = {"visitor": "5f0c", "started_at": NOON, "last_at": NOON, "language": "zh", "channel": "web"}
    return Conversation(**{**row, **over})


def turn(**over: object) -> Turn:
    row = {
        "number": 1, "asked_at": NOON, "question": "公寓有几套？", "standalone_question": "公寓有几套？",
        "language": "zh", "answer": "有920套[1]。", "refused": False, "confidence": 0.9, "mode": "quote",
        "citations": [{"number": 1, "quote": "缙云新居有920套人才公寓。"}],
    }  # fmt: skip
    return Turn(**{**row, **over})


def feedback(**over: object) -> Feedback:
    return Feedback(**{"verdict": "unhelpful", "reasons": ["outdated"], "given_at": NOON, **over})


def entry(**over: object) -> FaqEntry:
    return FaqEntry(
        **{"question": "班车几点发车？", "answer": "早上七点半。", "created_at": NOON, "updated_at": NOON, **over}
    )


def phrase(**over: object) -> FaqPhrase:
    return FaqPhrase(**{"kind": "similar", "text": "班车时间", **over})


def passage(**over: object) -> FaqSource:
    row = {
        "kind": "passage",
        "document_id": "d1",
        "path": "班车.md",
        "title": "班车",
        "quote": "七点半发车",
        "start": 3,
        "end": 8,
    }
    return FaqSource(**{"place": 1, **row, **over})


def told(**over: object) -> FaqSource:
    return FaqSource(**{"place": 1, "kind": "staff", "staff_name": "王芳", "told_on": date(2024, 5, 6), **over})


def revision(**over: object) -> FaqRevision:
    row = {
        "entry_id": 1,
        "number": 1,
        "at": NOON,
        "by": "王芳",
        "action": "create",
        "snapshot": {"answer": "早上七点半。"},
    }
    return FaqRevision(**{**row, **over})


def open_question(**over: object) -> OpenQuestion:
    return OpenQuestion(**{"title": "班车几点发车？", "asked": 1, "first_at": NOON, "last_at": NOON, **over})


def open_question_turn(**over: object) -> OpenQuestionTurn:
    return OpenQuestionTurn(**{"reason": "refused", **over})


def lead(**over: object) -> Lead:
    row = {
        "created_at": NOON, "name": "李雷", "contact": "023-00000000", "consent_at": NOON,
        "consent_text": "同意工作人员与我联系", "updated_at": NOON,
    }  # fmt: skip
    return Lead(**{**row, **over})


def account(**over: object) -> Account:
    row = {
        "name": "王芳",
        "role": "staff",
        "password_hash": "$argon2id$",
        "created_at": NOON,
        "password_changed_at": NOON,
    }
    return Account(**{**row, **over})


def audit_event(**over: object) -> AuditEvent:
    return AuditEvent(**{"at": NOON, "by": "王芳", "action": "lead.read", "subject": "lead 1", **over})


def vector(**over: object) -> QuestionVector:
    return QuestionVector(**{"model": "toy", "vector": bytes(8), **over})


def case(**over: object) -> RegressionCase:
    row = {
        "question": "班车几点发车？", "mode": "faq", "answer": "早上七点半。", "origin": "published",
        "added_by": "王芳", "added_at": NOON,
    }  # fmt: skip
    return RegressionCase(**{**row, **over})


def sign_in(**over: object) -> SignIn:
    row = {"token_digest": "0" * 64, "started_at": NOON, "seen_at": NOON, "expires_at": NOON}
    return SignIn(**{**row, **over})
