"""Who is signed in: a random token in a browser, of which the database holds only the digest.

    sign_ins = SignIns(database)
    token = sign_ins.open(account)  # as Accounts.verify has just returned it
    sign_ins.account(token)         # that account as it is now; None when nobody is signed in by it
    sign_ins.close(token)

Knows neither cookies nor passwords.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from desk import tables
from desk.account_rules import AccountError
from desk.accounts import Account, account_of
from desk.audit import note
from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.tables import SignIn
from desk.types import utc_now

IDLE = timedelta(hours=12)
"""Who does nothing for so long has to sign in again…"""
LONGEST = timedelta(days=7)
"""…and everybody does after this."""
SEEN_EVERY = timedelta(minutes=1)
"""That somebody is there is written down so often at most: reading the desk must not be writing each time."""
REMEMBERED = timedelta(seconds=2)
"""For so long what another process has changed, the command line for one, may go unnoticed."""
_REMEMBERED_AT_MOST = 256


@dataclass(frozen=True, slots=True)
class _Known:
    account: Account
    since: datetime
    until: datetime


class SignIns:
    """The sign-ins in a database; may be used from any thread."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._lock = Lock()
        self._known: dict[str, _Known] = {}
        self._changes = 0
        self._seen_tried: dict[str, datetime] = {}

    def open(self, account: Account) -> str:
        """Sign an account in and return the token; what has expired is forgotten on the way.

        Raises AccountError when the account has been disabled, or its password changed, since it was read.
        """
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.writing() as session:
            row = session.get(tables.Account, account.id)
            if row is None or not row.is_active or row.password_changed_at != account.password_changed_at:
                raise AccountError("账号刚刚有变动，请重新登录 / the account has just changed, sign in again")
            _sweep(session, now)
            started = max(now, row.password_changed_at)  # a clock may have been set back
            times = {"started_at": started, "seen_at": started, "expires_at": started + LONGEST}
            session.add(SignIn(token_digest=_digest(token), account_id=row.id, **times))
            _note(session, now, row, "account.sign_in")
        return token

    def account(self, token: str) -> Account | None:
        """Return whose token it is, as the account is now; None when it is nobody's, or no longer."""
        digest, now = _digest(token), self._clock()
        with self._lock:
            known, changes = self._known.get(digest), self._changes
        if known and known.since <= now < known.until:
            return known.account
        with self._database.session() as session:
            found = _found(session, digest)
            sign_in, row = found or (None, None)
            if sign_in is None or row is None or not _stands(sign_in, row, now):
                return None
            account = account_of(row)
        self._remember(digest, _Known(account, now, min(now + REMEMBERED, sign_in.expires_at)), changes)
        if now - sign_in.seen_at >= SEEN_EVERY:
            self._see(digest, now)
        return account

    def close(self, token: str) -> None:
        """Sign out; one that nobody is signed in by is no error."""
        digest, now = _digest(token), self._clock()
        with self._database.writing() as session:
            found = _found(session, digest)
            if found:
                _note(session, now, found[1], "account.sign_out")
                session.delete(found[0])
        self.forget()

    def close_all(self, account_id: int, but: str = "") -> None:
        """End every sign-in of an account, except by the token `but`."""
        with self._database.writing() as session:
            others = SignIn.account_id == account_id, SignIn.token_digest != _digest(but)
            session.execute(delete(SignIn).where(*others))
        self.forget()

    def forget(self) -> None:
        """Read every account anew: one has changed."""
        with self._lock:
            self._changes += 1
            self._known.clear()

    def _remember(self, digest: str, known: _Known, changes: int) -> None:
        """Remember what was read, unless something has changed since it was."""
        with self._lock:
            if changes == self._changes:
                if len(self._known) >= _REMEMBERED_AT_MOST:
                    self._known.clear()
                self._known[digest] = known

    def _see(self, digest: str, now: datetime) -> None:
        """Write down that somebody is there; a database that cannot be written to keeps nobody from reading."""
        with self._lock:
            tried = self._seen_tried.get(digest)
            if tried and timedelta(0) <= now - tried < SEEN_EVERY:
                return
            if len(self._seen_tried) >= _REMEMBERED_AT_MOST:
                self._seen_tried.clear()
            self._seen_tried[digest] = now
        with suppress(DatabaseUnavailableError), self._database.writing() as session:
            session.execute(update(SignIn).where(SignIn.token_digest == digest).values(seen_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _found(session: Session, digest: str) -> tuple[SignIn, tables.Account] | None:
    joined = select(SignIn, tables.Account).join(tables.Account, tables.Account.id == SignIn.account_id)
    row = session.execute(joined.where(SignIn.token_digest == digest)).one_or_none()
    return (row[0], row[1]) if row else None


def _stands(sign_in: SignIn, account: tables.Account, now: datetime) -> bool:
    is_in_time = now < sign_in.expires_at and now - sign_in.seen_at < IDLE
    return account.is_active and is_in_time and sign_in.started_at >= account.password_changed_at


def _sweep(session: Session, now: datetime) -> None:
    session.execute(delete(SignIn).where(or_(SignIn.expires_at <= now, SignIn.seen_at <= now - IDLE)))


def _note(session: Session, now: datetime, row: tables.Account, action: str) -> None:
    note(session, row.name, action, f"account {row.id}", {"name": row.name}, now)
