"""The desk's cookies: who is signed in, and which forms are ours. Signed: invented ones never reach the database.

The cookie of a sign-in is SameSite=Lax, not Strict: with Strict, whoever follows a link to the desk in an e-mail would
be asked to sign in again. Lax sends it along with such a link only, never with anything that changes something from
another site; the guard and the forms' own tokens look at those once more.
"""

import hashlib
import secrets
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.responses import Response

from desk.accounts import Account
from desk.opening import Opening
from ui.desk.signing import signing_key

COOKIE = "park_staff"
FORM_COOKIE = "park_staff_form"
"""Of whoever is not signed in yet: what his login form belongs to."""
PATH = "/desk"


class Sessions:
    """Reads and writes the cookies; the key is read when it is first needed. Raises DeskError when it cannot be."""

    def __init__(self, home: Path, opening: Opening) -> None:
        self._home = home
        self._opening = opening

    def signed_in(self, cookies: Mapping[str, str]) -> Account | None:
        """Return whose browser sends these cookies; None: nobody's. Raises DeskError when that cannot be known."""
        token = self.token(cookies)
        return self._opening.opened().sign_ins.account(token) if token else None

    def token(self, cookies: Mapping[str, str]) -> str:
        """Return the token of a sign-in, "" where the cookie is missing or not ours."""
        return _unsigned(self._signers["sign-in"], cookies.get(COOKIE, ""))

    def give(self, response: Response, token: str, *, secure: bool) -> None:
        """Put the cookie of a sign-in on a response; it ends with the browser, and the sign-in at the latest."""
        _set(response, COOKIE, self._signers["sign-in"].sign(token).decode(), secure=secure)

    def take(self, response: Response, *, secure: bool) -> None:
        """Take the cookie away."""
        response.delete_cookie(COOKIE, PATH, secure=secure, httponly=True, samesite="lax")

    def form_token(self, cookies: Mapping[str, str]) -> str:
        """Return what a form has to bring along: it fits these cookies' sign-in only, or else their form cookie."""
        bound = self._bound(cookies)
        return self._signers["form"].get_signature(bound).decode() if bound else ""

    def is_ours(self, cookies: Mapping[str, str], form_token: str) -> bool:
        """Tell whether a form was given to the browser that sends these cookies."""
        bound = self._bound(cookies)
        return bool(bound) and self._signers["form"].verify_signature(bound, form_token.encode("utf-8", "replace"))

    def new_form_cookie(self) -> dict[str, str]:
        """Return a new form cookie, as the browser will send it."""
        return {FORM_COOKIE: self._signers["form cookie"].sign(secrets.token_urlsafe(16)).decode()}

    def give_form_cookie(self, response: Response, cookie: Mapping[str, str], *, secure: bool) -> None:
        """Put a form cookie on a response."""
        _set(response, FORM_COOKIE, cookie[FORM_COOKIE], secure=secure)

    def _bound(self, cookies: Mapping[str, str]) -> str:
        return self.token(cookies) or _unsigned(self._signers["form cookie"], cookies.get(FORM_COOKIE, ""))

    @cached_property
    def _signers(self) -> Mapping[str, Signer]:
        key = signing_key(self._home)
        uses = ("sign-in", "form", "form cookie")
        return {
            use: Signer(key, salt=f"park desk {use}", key_derivation="hmac", digest_method=hashlib.sha256)
            for use in uses
        }


def _unsigned(signer: Signer, value: str) -> str:
    try:
        return signer.unsign(value.encode("utf-8", "replace")).decode()
    except (BadSignature, UnicodeDecodeError):
        return ""


def _set(response: Response, name: str, value: str, *, secure: bool) -> None:
    response.set_cookie(name, value, path=PATH, secure=secure, httponly=True, samesite="lax")
