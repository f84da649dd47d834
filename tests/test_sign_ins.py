"""Who is signed in, on both databases: for how long, what ends it, and that nothing but a digest is kept."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import URL, select

from desk import tables
from desk.account_rules import AccountError
from desk.accounts import Account, Accounts
from desk.database import Database
from desk.errors import DatabaseUnavailableError
from desk.sign_ins import IDLE, LONGEST, REMEMBERED, SEEN_EVERY, SignIns
from desk.tables import SignIn
from tests.desk_people import CHEAP, Clock
from tests.desk_rows import NOON

GOOD, OTHER = "plum tree 42", "pear tree 43"
LATER = REMEMBERED + timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    accounts = Accounts(database, CHEAP, clock)
    accounts.add("李雷", GOOD, "admin", by="setup")
    accounts.add("王芳", GOOD, "staff", by="setup")
    return accounts


@pytest.fixture
def fang(accounts: Accounts) -> Account:
    found = accounts.find(2)
    assert found
    return found


@pytest.fixture
def sign_ins(database: Database, clock: Clock) -> SignIns:
    return SignIns(database, clock)


@pytest.fixture
def elsewhere(database_url: URL, clock: Clock) -> Iterator[SignIns]:
    """The same sign-ins in another process, or in this one after a restart."""
    with closing(Database(database_url)) as other:
        yield SignIns(other, clock)


def rows(database: Database) -> list[SignIn]:
    with database.session() as session:
        return list(session.scalars(select(SignIn).order_by(SignIn.started_at)).all())


def test_a_token_is_an_account_in_every_process(sign_ins: SignIns, elsewhere: SignIns, fang: Account) -> None:
    token = sign_ins.open(fang)
    assert sign_ins.account(token) == elsewhere.account(token) == fang
    for foreign in ("", "x", token[:-1], token.upper(), token + " ", "\ud800", "\x00"):
        assert sign_ins.account(foreign) is None


def test_only_the_digest_is_kept(sign_ins: SignIns, database: Database, fang: Account) -> None:
    token = sign_ins.open(fang)
    (row,) = rows(database)
    assert len(token) == 43 and len(row.token_digest) == 64 and token not in row.token_digest
    assert sign_ins.account(row.token_digest) is None
    with database.session() as session:
        told = [str(event.detail) + event.subject for event in session.scalars(select(tables.AuditEvent))]
    assert not any(token in words or row.token_digest in words for words in told)


def test_who_does_nothing_is_signed_out(sign_ins: SignIns, clock: Clock, fang: Account) -> None:
    busy, idle = sign_ins.open(fang), sign_ins.open(fang)
    for _ in range(3):
        clock.go(IDLE / 2)
        assert sign_ins.account(busy) == fang
    assert sign_ins.account(idle) is None


def test_everybody_is_signed_out_after_a_week(sign_ins: SignIns, clock: Clock, fang: Account) -> None:
    token = sign_ins.open(fang)
    while clock.now < NOON + LONGEST - REMEMBERED / 2:
        assert sign_ins.account(token) == fang
        clock.now = min(clock.now + IDLE / 2, NOON + LONGEST - REMEMBERED / 2)
    assert sign_ins.account(token) == fang
    clock.now = NOON + LONGEST
    assert sign_ins.account(token) is None


def test_reading_writes_once_a_minute(
    sign_ins: SignIns, elsewhere: SignIns, database: Database, clock: Clock, fang: Account
) -> None:
    token = sign_ins.open(fang)
    for seconds in (10, 20, 29):
        clock.go(timedelta(seconds=seconds))
        assert sign_ins.account(token) and elsewhere.account(token)
        assert rows(database)[0].seen_at == NOON
    clock.go(REMEMBERED)
    assert sign_ins.account(token)
    assert rows(database)[0].seen_at == clock.now > NOON + SEEN_EVERY
    assert rows(database)[0].expires_at == NOON + LONGEST


def test_reading_goes_on_while_nothing_can_be_written(
    sign_ins: SignIns, database: Database, database_url: URL, clock: Clock, fang: Account
) -> None:
    token = sign_ins.open(fang)
    clock.go(SEEN_EVERY)
    with closing(Database(database_url, wait=0.1)) as impatient, database.writing():
        reading = SignIns(impatient, clock)
        assert reading.account(token) == fang
        with pytest.raises(DatabaseUnavailableError):
            reading.close(token)
        assert reading.account(token) == fang


def test_who_signs_out_is_out_at_once(sign_ins: SignIns, elsewhere: SignIns, clock: Clock, fang: Account) -> None:
    token, other = sign_ins.open(fang), sign_ins.open(fang)
    assert sign_ins.account(token) and elsewhere.account(token)
    sign_ins.close(token)
    assert sign_ins.account(token) is None and sign_ins.account(other) == fang
    clock.go(LATER)
    assert elsewhere.account(token) is None and elsewhere.account(other) == fang
    sign_ins.close(token)  # twice is no error


def test_one_who_is_read_while_he_signs_out_is_not_remembered(
    database: Database, database_url: URL, clock: Clock, fang: Account
) -> None:
    reading, out = Event(), Event()

    class Slow(SignIns):
        def _remember(self, *read: object) -> None:
            reading.set()
            out.wait(5)
            super()._remember(*read)  # type: ignore[arg-type]

    slow = Slow(database, clock)
    token = slow.open(fang)
    thread = Thread(target=slow.account, args=[token])
    thread.start()
    assert reading.wait(5)
    slow.close(token)
    out.set()
    thread.join()
    assert slow.account(token) is None


def test_a_new_password_ends_what_the_old_one_began(
    sign_ins: SignIns, elsewhere: SignIns, accounts: Accounts, clock: Clock, fang: Account
) -> None:
    token = sign_ins.open(fang)
    assert elsewhere.account(token)
    clock.go(timedelta(seconds=1))
    accounts.change_password("王芳", OTHER, by="李雷")
    with pytest.raises(AccountError, match="重新登录"):
        sign_ins.open(fang)  # verified with the old password, opened after the change
    assert sign_ins.account(token) is None
    clock.go(LATER)
    assert elsewhere.account(token) is None
    changed = accounts.verify("王芳", OTHER)
    assert isinstance(changed, Account)
    clock.go(timedelta(hours=-1))  # a clock that is set back locks nobody out
    assert sign_ins.account(sign_ins.open(changed)) == changed


def test_who_is_disabled_is_out_and_does_not_come_back_by_himself(
    sign_ins: SignIns, elsewhere: SignIns, accounts: Accounts, clock: Clock, fang: Account
) -> None:
    token = sign_ins.open(fang)
    assert sign_ins.account(token) == elsewhere.account(token) == fang
    accounts.set_active("王芳", False, by="李雷")
    sign_ins.forget()
    assert sign_ins.account(token) is None
    clock.go(LATER)
    assert elsewhere.account(token) is None
    with pytest.raises(AccountError):
        sign_ins.open(fang)
    accounts.set_active("王芳", True, by="李雷")
    clock.go(LATER)
    assert sign_ins.account(token) is None


def test_a_change_of_role_is_seen(sign_ins: SignIns, accounts: Accounts, fang: Account) -> None:
    token = sign_ins.open(fang)
    assert sign_ins.account(token) == fang
    accounts.set_role("王芳", "admin", by="李雷")
    sign_ins.forget()
    found = sign_ins.account(token)
    assert found and found.role == "admin"


def test_all_but_one_are_ended(sign_ins: SignIns, accounts: Accounts, fang: Account) -> None:
    lei = accounts.find(1)
    assert lei
    kept, others, foreign = sign_ins.open(fang), [sign_ins.open(fang) for _ in range(2)], sign_ins.open(lei)
    assert all(map(sign_ins.account, [kept, *others, foreign]))
    sign_ins.close_all(fang.id, but=kept)
    assert [sign_ins.account(token) for token in others] == [None, None]
    assert sign_ins.account(kept) == fang and sign_ins.account(foreign) == lei
    sign_ins.close_all(fang.id)
    assert sign_ins.account(kept) is None and sign_ins.account(foreign) == lei


def test_what_has_expired_is_swept_by_the_next_sign_in(
    sign_ins: SignIns, database: Database, clock: Clock, fang: Account
) -> None:
    for hours in (0, 1, 12):
        clock.go(timedelta(hours=hours))
        sign_ins.open(fang)
    assert [row.started_at - NOON for row in rows(database)] == [timedelta(hours=1 + 12)]


def test_who_signs_in_and_out_is_written_down(sign_ins: SignIns, database: Database, fang: Account) -> None:
    sign_ins.close(sign_ins.open(fang))
    with database.session() as session:
        events = session.scalars(select(tables.AuditEvent).order_by(tables.AuditEvent.id)).all()
    assert [(event.by, event.action, event.subject) for event in events][-2:] == [
        ("王芳", "account.sign_in", "account 2"),
        ("王芳", "account.sign_out", "account 2"),
    ]
