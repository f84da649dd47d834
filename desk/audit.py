"""Who did what to what, written down in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from desk.tables import AuditEvent
from desk.types import utc_now


def note(
    session: Session,
    by: str,
    action: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add one event, as "document.add" of "document 班车.md"; never a visitor's words, a password or a key."""
    session.add(AuditEvent(at=at or utc_now(), by=by, action=action, subject=subject, detail=dict(detail or {})))
