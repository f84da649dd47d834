"""Accounts of staff: who may sign in, with which password, as what.

    accounts = Accounts(database)
    accounts.add("王芳", password, "staff", by="李雷")
    signed_in = accounts.verify("王芳", password)  # an Account, or a Refusal that says why

Every change is written down in the same transaction: who, what, to which account; never a password or its hash. Names
are compared without regard to capitals and width. Knows nothing of pages and sessions: whoever keeps one asks `find`
whether its account is still there, active and of the same password.
"""

import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk import tables
from desk.account_rules import AccountError, check_password, clean_name, clean_password, name_key
from desk.audit import note
from desk.database import Database
from desk.tables import Role
from desk.tries import FREE_TRIES, Strangers, Tries
from desk.types import utc_now

_AT_ONCE = 4  # each hash takes 64 MiB while it is computed


@dataclass(frozen=True)
class Account:
    """An account as it was when it was read."""

    id: int
    name: str
    role: Role
    is_active: bool
    created_at: datetime
    password_changed_at: datetime


@dataclass(frozen=True)
class Refusal:
    """Why nobody was signed in: "wrong" name or password, an account that is "disabled", or tries that come too fast.

    "disabled" is only said to who knows the password. `seconds` is how long to wait when it is "slowed".
    """

    reason: Literal["wrong", "disabled", "slowed"]
    seconds: float = 0.0


def default_hasher() -> PasswordHasher:
    """Return Argon2id as RFC 9106 recommends where memory is scarce: 64 MiB, three passes, four lanes."""
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class Accounts:
    """The accounts in a database; may be used from any thread."""

    def __init__(
        self, database: Database, hasher: PasswordHasher | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._hasher = hasher or default_hasher()
        self._clock = clock
        self._nobody = _hash_of_nothing(self._hasher)
        self._strangers = Strangers()
        self._hashing = BoundedSemaphore(_AT_ONCE)

    def add(self, name: str, password: str, role: Role, *, by: str) -> Account:
        """Open an account. Raises AccountError when there is one of that name, or name or password cannot be used."""
        kept = clean_name(name)
        hashed = self._hash(check_password(password, kept))
        now = self._clock()
        with self._database.writing() as session:
            taken = _row(session, kept)
            if taken:
                raise AccountError(f"已有同名账号 / there is an account of that name already: {taken.name}")
            row = tables.Account(name=kept, role=role, password_hash=hashed, created_at=now, password_changed_at=now)
            session.add(row)
            session.flush()
            self._note(session, by, "account.add", row, {"role": role})
            return account_of(row)

    def change_password(self, name: str, password: str, *, by: str) -> None:
        """Set another password, which ends any wait for tries of the old one. Raises AccountError."""
        hashed = self._hash(check_password(password, name))
        with self._database.writing() as session:
            row = _known(session, name)
            row.password_hash = hashed
            row.password_changed_at = self._clock()
            row.failures, row.failed_at = 0, None
            self._note(session, by, "account.password", row)

    def set_role(self, name: str, role: Role, *, by: str) -> None:
        """Make someone an admin or staff. Raises AccountError for the last active admin."""
        with self._database.writing() as session:
            row = _known(session, name)
            if row.role == role:
                return
            _leave_an_admin(session, row)
            self._note(session, by, "account.role", row, {"from": row.role, "to": role})
            row.role = role

    def set_active(self, name: str, is_active: bool, *, by: str) -> None:
        """Let someone sign in, or no longer, which ends his sign-ins. Raises AccountError for the last active admin."""
        with self._database.writing() as session:
            row = _known(session, name)
            if row.is_active == is_active:
                return
            _leave_an_admin(session, row)
            self._note(session, by, "account.enable" if is_active else "account.disable", row)
            row.is_active = is_active
            session.execute(delete(tables.SignIn).where(tables.SignIn.account_id == row.id))  # none comes back to life

    def list(self) -> tuple[Account, ...]:
        """Return all accounts, the oldest first."""
        with self._database.session() as session:
            return tuple(map(account_of, session.scalars(select(tables.Account).order_by(tables.Account.id))))

    def find(self, account_id: int) -> Account | None:
        """Return an account as it is now."""
        with self._database.session() as session:
            row = session.get(tables.Account, account_id)
            return account_of(row) if row else None

    def verify(self, name: str, password: str) -> Account | Refusal:
        """Return whose name and password these are, or why nobody is signed in.

        A try is counted before its password is looked at: of many at once no more are looked at than one by one. An
        unknown name takes as long as a known one, and is slowed down like one as far as this process remembers.
        """
        tried = self._count_try(name)
        if isinstance(tried, Refusal):
            return tried
        account_id, hashed = tried
        given = clean_password(password)
        right = self._matches(hashed if given is not None else self._nobody, given or "")
        if not right or account_id is None:
            return Refusal("wrong")
        fresh = self._hash(given or "") if self._hasher.check_needs_rehash(hashed) else hashed
        return self._sign_in(account_id, hashed, fresh)

    def _count_try(self, name: str) -> tuple[int | None, str] | Refusal:
        now = self._clock()
        with self._database.writing() as session:
            row = _row(session, name)
            tries = Tries(row.failures, row.failed_at) if row else self._strangers.tries(name)
            left = tries.wait(now)
            if left > 0:
                return Refusal("slowed", left)
            if row is None:
                self._strangers.count(name, now)
                return None, self._nobody
            row.failures, row.failed_at = row.failures + 1, now
            if row.failures == FREE_TRIES:
                self._note(session, row.name, "account.slowed", row)
            return row.id, row.password_hash

    def _sign_in(self, account_id: int, hashed: str, fresh: str) -> Account | Refusal:
        with self._database.writing() as session:
            row = session.get(tables.Account, account_id)
            if row is None or row.password_hash != hashed:  # changed while it was looked at
                return Refusal("wrong")
            if not row.is_active:
                return Refusal("disabled")
            row.failures, row.failed_at = 0, None
            if fresh != hashed:
                row.password_hash = fresh
                self._note(session, row.name, "account.rehash", row)
            return account_of(row)

    def _hash(self, password: str) -> str:
        with self._hashing:
            return self._hasher.hash(password)

    def _matches(self, hashed: str, password: str) -> bool:
        with self._hashing:
            try:
                return self._hasher.verify(hashed, password)
            except (VerifyMismatchError, InvalidHashError):
                return False

    def _note(
        self, session: Session, by: str, action: str, row: tables.Account, detail: dict[str, Any] | None = None
    ) -> None:
        told = {"name": row.name, **(detail or {})}
        note(session, by, action, f"account {row.id}", told, self._clock())


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """Return what looks like a hash, takes as long to verify as a new one, and is that of no known password."""
    salt, digest = (
        b64encode(secrets.token_bytes(count)).decode().rstrip("=") for count in (hasher.salt_len, hasher.hash_len)
    )
    kind = f"argon2{hasher.type.name.lower()}"
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"${kind}$v=19${costs}${salt}${digest}"


def account_of(row: tables.Account) -> Account:
    """Return what a row says."""
    return Account(row.id, row.name, row.role, row.is_active, row.created_at, row.password_changed_at)


def _row(session: Session, name: str) -> tables.Account | None:
    """Return the account of a name; every row is compared, since databases do not agree on what capitals are."""
    key = name_key(name)
    return next((row for row in session.scalars(select(tables.Account)) if name_key(row.name) == key), None)


def _known(session: Session, name: str) -> tables.Account:
    row = _row(session, name)
    if row is None:
        raise AccountError(f"没有这个账号 / there is no such account: {' '.join(name.split())}")
    return row


def _leave_an_admin(session: Session, row: tables.Account) -> None:
    """Raise AccountError when a change takes away the only admin that can sign in."""
    admins = select(tables.Account.id).where(tables.Account.role == "admin", tables.Account.is_active)
    if session.scalars(admins).all() == [row.id]:
        raise AccountError(
            "这是最后一个可用的管理员，请先指定另一个 / this is the last active admin, appoint another first"
        )
