"""What every view of the desk is handed: the service, the database, and who is asking. Knows no Gradio."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.accounts import Account
from desk.database import Database
from desk.errors import DeskError
from desk.tables import Role
from ui.service import Service


class NotAllowedError(DeskError):
    """Nobody is signed in, or somebody who may not do this."""


def _nothing_changed() -> None:
    pass


@dataclass(frozen=True)
class Desk:
    """One running desk.

    `database` returns the open database, the same each time, or raises DatabaseUnavailableError. `signed_in` returns
    whose browser sends these cookies; None: nobody's. `published` is called after every committed change of what staff
    have published, so that the next question meets it.
    """

    service: Service
    database: Callable[[], Database]
    signed_in: Callable[[Mapping[str, str]], Account | None]
    published: Callable[[], None] = _nothing_changed

    def account(self, cookies: Mapping[str, str], role: Role = "staff") -> Account:
        """Return who is signed in; raise NotAllowedError for nobody, or for staff where an admin is needed."""
        account = self.signed_in(cookies)
        if account is None:
            raise NotAllowedError("登录已失效，请重新登录。 Please sign in again.")
        if role == "admin" and account.role != "admin":
            raise NotAllowedError("只有管理员可以这样做。 Only an admin may do this.")
        return account
