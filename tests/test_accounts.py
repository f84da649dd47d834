import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import URL, select

from desk import tables
from desk.account_rules import AccountError
from desk.accounts import Account, Accounts, Refusal, default_hasher
from desk.database import Database
from tests.desk_people import CHEAP, Clock
from tests.desk_rows import NOON

GOOD, OTHER, WRONG = "plum tree 42", "pear tree 43", "a wrong guess"


class CountingHasher(PasswordHasher):
    """Counts what it verifies."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.verified += 1
        return super().verify(hash, password)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    """Accounts with one admin and one member of staff."""
    accounts = Accounts(database, CHEAP, clock)
    accounts.add("Wang Fang", GOOD, "admin", by="setup")
    accounts.add("李雷", GOOD, "staff", by="setup")
    return accounts


@pytest.fixture
def elsewhere(database_url: URL, clock: Clock) -> Iterator[Accounts]:
    """The same accounts as another process sees them, or this one after a restart."""
    with closing(Database(database_url)) as other:
        yield Accounts(other, CHEAP, clock)


def events(database: Database, *actions: str) -> list[tuple[str, str, str, dict[str, object]]]:
    with database.session() as session:
        rows = session.scalars(select(tables.AuditEvent).order_by(tables.AuditEvent.id)).all()
    return [(row.by, row.action, row.subject, row.detail) for row in rows if row.action in actions or not actions]


def row(database: Database, name: str) -> tables.Account:
    with database.session() as session:
        return session.scalars(select(tables.Account).where(tables.Account.name == name)).one()


def guess(accounts: Accounts, name: str, times: int) -> None:
    for _ in range(times):
        assert accounts.verify(name, WRONG) == Refusal("wrong")


def test_whoever_was_added_signs_in(accounts: Accounts) -> None:
    signed_in = accounts.verify("Wang Fang", GOOD)
    assert signed_in == Account(1, "Wang Fang", "admin", True, NOON, NOON)
    assert signed_in == accounts.find(1)
    assert [account.name for account in accounts.list()] == ["Wang Fang", "李雷"]
    assert accounts.find(3) is None


@pytest.mark.parametrize("name", ["wang fang", " ＷＡＮＧ　ＦＡＮＧ ", "Wang  Fang"])
def test_capitals_and_width_do_not_matter(accounts: Accounts, name: str) -> None:
    assert isinstance(accounts.verify(name, "ｐｌｕｍ tree 42"), Account)
    with pytest.raises(AccountError, match="already: Wang Fang"):
        accounts.add(name, OTHER, "staff", by="setup")


@pytest.mark.parametrize("name", ["Wang Fang", "nobody", "", "\x00", "\ud800", "x" * 100_000])
@pytest.mark.parametrize("password", [WRONG, "", "Plum tree 42", "plum tree 42 ", "x" * 100_000, "\ud800", "\x00"])
def test_whoever_is_wrong_does_not_learn_what_was(accounts: Accounts, name: str, password: str) -> None:
    assert accounts.verify(name, password) == Refusal("wrong")


def test_what_cannot_be_added_leaves_nothing(accounts: Accounts, database: Database) -> None:
    before = events(database)
    for name, password in (
        ("", GOOD),
        ("a\nb", GOOD),
        ("new", "short"),
        ("new", "1234567890"),
        ("ten letter", "TEN LETTER"),
    ):
        with pytest.raises(AccountError):
            accounts.add(name, password, "staff", by="setup")
    assert (len(accounts.list()), events(database)) == (2, before)


def test_of_two_who_add_the_same_name_at_once_one_does(accounts: Accounts, elsewhere: Accounts) -> None:
    def add(which: Accounts) -> bool:
        try:
            which.add("New", GOOD, "staff", by="setup")
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(add, [accounts, elsewhere] * 2)) == 1
    assert [account.name for account in accounts.list()].count("New") == 1


def test_another_password(accounts: Accounts, clock: Clock) -> None:
    clock.go(60)
    accounts.change_password("wang fang", OTHER, by="李雷")
    assert accounts.verify("Wang Fang", GOOD) == Refusal("wrong")
    signed_in = accounts.verify("Wang Fang", OTHER)
    assert isinstance(signed_in, Account)
    assert signed_in.password_changed_at == NOON + timedelta(seconds=60)
    with pytest.raises(AccountError, match="至少"):
        accounts.change_password("Wang Fang", "short", by="李雷")


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: accounts.change_password("nobody", GOOD, by="setup"),
        lambda accounts: accounts.set_role("nobody", "admin", by="setup"),
        lambda accounts: accounts.set_active("nobody", False, by="setup"),
    ],
)
def test_whom_nobody_knows_cannot_be_changed(accounts: Accounts, change) -> None:  # noqa: ANN001
    with pytest.raises(AccountError, match="no such account: nobody"):
        change(accounts)


def test_who_is_disabled_is_only_told_to_who_knows_the_password(accounts: Accounts) -> None:
    accounts.set_active("李雷", False, by="Wang Fang")
    assert accounts.verify("李雷", WRONG) == Refusal("wrong")
    assert accounts.verify("李雷", GOOD) == Refusal("disabled")
    accounts.set_active("李雷", True, by="Wang Fang")
    assert isinstance(accounts.verify("李雷", GOOD), Account)


def test_the_last_active_admin_stays_one(accounts: Accounts, database: Database) -> None:
    for change in (
        lambda: accounts.set_role("Wang Fang", "staff", by="x"),
        lambda: accounts.set_active("Wang Fang", False, by="x"),
    ):
        with pytest.raises(AccountError, match="last active admin"):
            change()
    accounts.set_role("李雷", "admin", by="x")
    accounts.set_active("李雷", False, by="x")
    with pytest.raises(AccountError, match="last active admin"):  # the other cannot sign in
        accounts.set_role("Wang Fang", "staff", by="x")
    accounts.set_active("李雷", True, by="x")
    accounts.set_role("Wang Fang", "staff", by="x")
    assert [account.role for account in accounts.list()] == ["staff", "admin"]
    assert [action for _, action, *_ in events(database)][2:] == [
        "account.role", "account.disable", "account.enable", "account.role",
    ]  # fmt: skip


def test_two_admins_who_demote_each_other_at_once_leave_one(accounts: Accounts, elsewhere: Accounts) -> None:
    accounts.set_role("李雷", "admin", by="x")

    def demote(which: Accounts, name: str) -> None:
        try:
            which.set_role(name, "staff", by="x")
        except AccountError:
            return

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(demote, (accounts, elsewhere), ("Wang Fang", "李雷")))
    assert sorted(account.role for account in accounts.list()) == ["admin", "staff"]


def test_every_change_says_who_made_it_and_no_secret(accounts: Accounts, database: Database) -> None:
    accounts.change_password("李雷", OTHER, by="Wang Fang")
    accounts.set_role("李雷", "admin", by="Wang Fang")
    accounts.set_role("李雷", "admin", by="Wang Fang")  # changes nothing
    accounts.set_active("李雷", True, by="Wang Fang")
    assert events(database) == [
        ("setup", "account.add", "account 1", {"name": "Wang Fang", "role": "admin"}),
        ("setup", "account.add", "account 2", {"name": "李雷", "role": "staff"}),
        ("Wang Fang", "account.password", "account 2", {"name": "李雷"}),
        ("Wang Fang", "account.role", "account 2", {"name": "李雷", "from": "staff", "to": "admin"}),
    ]
    assert not any(secret in str(events(database)) for secret in (GOOD, OTHER, "argon2", "$"))


def test_five_wrong_ones_slow_down_and_the_wait_doubles(accounts: Accounts, clock: Clock, database: Database) -> None:
    guess(accounts, "Wang Fang", 5)
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        assert accounts.verify("Wang Fang", GOOD) == Refusal("slowed", wait)
        clock.go(wait - 0.5)
        assert accounts.verify("wang fang", GOOD) == Refusal("slowed", 0.5)
        clock.go(0.5)
        guess(accounts, "Wang Fang", 1)
    assert isinstance(accounts.verify("李雷", GOOD), Account)
    assert events(database, "account.slowed") == [("Wang Fang", "account.slowed", "account 1", {"name": "Wang Fang"})]


def test_the_wait_outlives_a_restart_and_the_right_password_ends_it(
    accounts: Accounts, elsewhere: Accounts, clock: Clock, database: Database
) -> None:
    guess(accounts, "Wang Fang", 5)
    assert elsewhere.verify("Wang Fang", GOOD) == Refusal("slowed", 1)
    clock.go(1)
    assert isinstance(elsewhere.verify("Wang Fang", GOOD), Account)
    assert (row(database, "Wang Fang").failures, row(database, "Wang Fang").failed_at) == (0, None)
    guess(accounts, "Wang Fang", 4)
    assert isinstance(accounts.verify("Wang Fang", GOOD), Account)


def test_a_new_password_ends_the_wait(accounts: Accounts) -> None:
    guess(accounts, "Wang Fang", 5)
    accounts.change_password("Wang Fang", OTHER, by="李雷")
    assert isinstance(accounts.verify("Wang Fang", OTHER), Account)


def test_a_name_that_nobody_has_is_slowed_down_as_well(accounts: Accounts, clock: Clock) -> None:
    guess(accounts, "nobody", 5)
    assert accounts.verify("NOBODY", WRONG) == Refusal("slowed", 1)
    clock.go(1)
    guess(accounts, "nobody", 1)
    assert accounts.verify("nobody", WRONG) == Refusal("slowed", 2)


def test_of_many_tries_at_once_no_more_are_looked_at_than_one_by_one(database: Database, clock: Clock) -> None:
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(database, hasher, clock)
    accounts.add("Wang Fang", GOOD, "admin", by="setup")
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda _: accounts.verify("Wang Fang", WRONG), range(24)))
    assert said.count(Refusal("wrong")) == hasher.verified == 5
    assert said.count(Refusal("slowed", 1)) == 19


def test_a_name_that_nobody_has_takes_as_long(database: Database, clock: Clock) -> None:
    accounts = Accounts(database, PasswordHasher(time_cost=2, memory_cost=16_384, parallelism=1), clock)
    accounts.add("Wang Fang", GOOD, "admin", by="setup")

    def seconds(name: str) -> float:
        began = time.thread_time()  # of this thread: the machine may be busy with something else
        assert accounts.verify(name, WRONG) == Refusal("wrong")
        return time.thread_time() - began

    known, unknown = (min(seconds(name) for _ in range(4)) for name in ("Wang Fang", "nobody"))
    assert 0.6 < known / unknown < 1.6


def test_a_name_that_nobody_has_is_hashed_with_the_same_costs(database: Database) -> None:
    for hasher in (CHEAP, default_hasher(), PasswordHasher(time_cost=1, memory_cost=64, salt_len=8, type=Type.I)):
        accounts = Accounts(database, hasher)
        assert extract_parameters(accounts._nobody) == extract_parameters(hasher.hash("x"))


def test_by_default_passwords_are_hashed_as_rfc_9106_says(database: Database) -> None:
    accounts = Accounts(database)
    accounts.add("王芳", GOOD, "admin", by="setup")
    parameters = extract_parameters(row(database, "王芳").password_hash)
    assert parameters == RFC_9106_LOW_MEMORY
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        Type.ID,
        65536,
        3,
        4,
    )


def test_the_same_password_never_has_the_same_hash(accounts: Accounts, database: Database) -> None:
    assert row(database, "Wang Fang").password_hash != row(database, "李雷").password_hash


def test_signing_in_renews_a_hash_of_other_costs(accounts: Accounts, database: Database, clock: Clock) -> None:
    stronger = Accounts(database, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1), clock)
    assert stronger.verify("Wang Fang", WRONG) == Refusal("wrong")
    assert extract_parameters(row(database, "Wang Fang").password_hash).time_cost == 1
    assert isinstance(stronger.verify("Wang Fang", GOOD), Account)
    renewed = row(database, "Wang Fang")
    assert extract_parameters(renewed.password_hash).time_cost == 2
    assert renewed.password_changed_at == NOON
    assert events(database, "account.rehash") == [("Wang Fang", "account.rehash", "account 1", {"name": "Wang Fang"})]
    assert isinstance(stronger.verify("Wang Fang", GOOD), Account)
    assert row(database, "Wang Fang").password_hash == renewed.password_hash


def test_a_password_that_changes_while_it_is_looked_at_signs_nobody_in(database: Database, clock: Clock) -> None:
    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            Accounts(database, CHEAP, clock).change_password("Wang Fang", OTHER, by="李雷")
            return super().verify(hash, password)

    Accounts(database, CHEAP, clock).add("Wang Fang", GOOD, "admin", by="setup")
    accounts = Accounts(database, Slow(time_cost=1, memory_cost=8, parallelism=1), clock)
    assert accounts.verify("Wang Fang", GOOD) == Refusal("wrong")


def test_a_hash_that_is_none_signs_nobody_in(accounts: Accounts, database: Database) -> None:
    with database.writing() as session:
        session.merge(row(database, "Wang Fang")).password_hash = "damaged"
    assert accounts.verify("Wang Fang", GOOD) == Refusal("wrong")
