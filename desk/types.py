"""Column types that mean the same on SQLite and PostgreSQL, and the ids and times that go into them."""

import json
import re
import uuid
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Document = JSON().with_variant(JSONB(), "postgresql")
"""JSON that is replaced as a whole: a change inside a value that was read is not noticed."""

_NULL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def storable(text: str) -> str:
    """Return a text without what a database refuses: the character of code 0, and half a pair of surrogates (as ?)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def write_json(value: object) -> str:
    """Return a value as JSON that a person can read and any database takes; raises ValueError for what JSON lacks."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return storable(_NULL_IN_JSON.sub(r"\1", written))


class Words(TypeDecorator[str]):
    """A text of any length, made storable: visitors may send anything."""

    impl: type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Turn a text into what the database keeps."""
        return None if value is None else storable(value)


class Word(Words):
    """A short text, made storable: an id, or one of a few known words."""

    impl = String
    cache_ok = True


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, handed in and given back with its time zone; SQLite, which knows none, is given UTC.

    A moment without a time zone raises ValueError (as the cause of SQLAlchemy's StatementError): which one is meant
    could only be guessed.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(
                f"A moment without a time zone cannot be kept: {value.isoformat()}; say datetime.now(UTC)."
            )
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database keeps into a moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return an id that visitors may see: 32 hex digits that nobody can guess, and that count nothing."""
    return uuid.uuid4().hex
