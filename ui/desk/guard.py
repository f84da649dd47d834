"""Who may open what under /desk: nobody but the login form, staff what is not an admin's, other sites nothing.

Plain ASGI, so that streams pass through untouched. Whoever is let in is found in `request.state.account`.
"""

import re
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from desk.accounts import Account
from desk.errors import DeskError
from ui.desk.answers import CROSS_SITE, NOT_ADMIN, NOT_SIGNED_IN, refused, unavailable
from ui.desk.session import Sessions
from ui.desk.threads import READING, within

HOME, LOGIN = "/desk/", "/desk/login"
ADMIN = re.compile(r"/desk/accounts(?:/.*)?")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What is opened as a page, and sends whoever is not signed in to the login form instead of an error.
PAGES = re.compile(r"/desk/?|/desk/(?:accounts|password|logout)")
# Where to go after signing in: an address of ours, which no browser can read as one elsewhere.
_NEXT = re.compile(r"/desk(?:/[A-Za-z0-9_-]+)*/?(?:\?[A-Za-z0-9_=&%.-]*)?")


def safe_next(path: str) -> str:
    """Return where to go after signing in: the address that was asked for if it is one of the desk's pages."""
    is_page = path.rstrip("/") != "/desk" and path.partition("?")[0].rstrip("/") not in (LOGIN, "/desk/logout")
    return path if is_page and _NEXT.fullmatch(path) else HOME


def is_same_site(request: Request) -> bool:
    """Tell whether a page of ours sent this, by what browsers do not let a page choose.

    Sec-Fetch-Site where there is one, which is under https and on this machine; else Origin, which every browser sends
    with what may change something. The scheme is not compared: a proxy may have ended https.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    try:
        return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:
        return False


class Guard:
    """ASGI middleware in front of everything under /desk."""

    def __init__(self, app: ASGIApp, sessions: Sessions, park: str) -> None:
        self._app = app
        self._sessions = sessions
        self._park = park

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, answer the rest."""
        answer: Response | None = None
        if scope["type"] == "http" and (scope["path"] == "/desk" or scope["path"].startswith(HOME)):
            answer = await self._refusal(Request(scope))
        await (answer or self._app)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        if request.method not in SAFE_METHODS and not is_same_site(request):
            return refused(request, CROSS_SITE, self._park)
        if request.url.path == LOGIN:
            return None
        try:
            account = await within(READING, lambda: self._sessions.signed_in(request.cookies))
        except DeskError as error:
            return unavailable(request, self._park, error)
        if account is None:
            return self._to_login(request)
        return self._admitted(request, account)

    def _to_login(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD") or not PAGES.fullmatch(request.url.path):
            return refused(request, NOT_SIGNED_IN, self._park)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        following = "" if safe_next(asked) == HOME else f"?next={quote(asked, safe='/')}"
        return RedirectResponse(LOGIN + following, status_code=303)

    def _admitted(self, request: Request, account: Account) -> Response | None:
        if ADMIN.fullmatch(request.url.path) and account.role != "admin":
            return refused(request, NOT_ADMIN, self._park, account)
        request.state.account = account
        return None
