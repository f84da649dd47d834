"""What all forms of the desk share: their token, threads to work in, and a database that may be down."""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from desk.accounts import Account
from desk.errors import DeskError
from desk.opening import Opened, Opening
from ui.desk import forms_html
from ui.desk.answers import STALE, page, refused, unavailable
from ui.desk.session import Sessions
from ui.desk.threads import HASHING, READING, within

_MAX_FIELDS = 20

Form = Mapping[str, str]


async def read_form(request: Request) -> Form:
    """Return the fields of a form, the last of each name; none of what is no form."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in fields.items()}


def in_chinese(error: DeskError) -> str:
    """Return the Chinese half of what an error says."""
    return str(error).partition(" / ")[0]


def is_secure(request: Request) -> bool:
    """Tell whether cookies are to be sent under https only."""
    return request.url.scheme == "https"


class Pages:
    """Shows pages, and takes the forms in them."""

    def __init__(self, opening: Opening, sessions: Sessions, park: str) -> None:
        self.sessions = sessions
        self.park = park
        self._opening = opening

    def opened(self) -> Opened:
        """Return the open database; raises DeskError."""
        return self._opening.opened()

    def page(self, title: str, body: str, account: Account | None, status: int = 200, wait: float = 0.0) -> Response:
        """Return one of the pages; `wait` is in how many seconds to try again."""
        return page(title, self.park, body, account, status, {"Retry-After": str(math.ceil(wait))} if wait else None)

    async def show(self, request: Request, work: Callable[[], Response]) -> Response:
        """Return what the work returns, or that the database is down."""
        return await self._work(READING, request, work)

    async def take(self, request: Request, work: Callable[[Form], Response]) -> Response:
        """Return what the work makes of the form; of one that is not ours it makes nothing."""
        form = await read_form(request)

        def working() -> Response:
            if not self.sessions.is_ours(request.cookies, form.get(forms_html.FORM_TOKEN, "")):
                return refused(request, STALE, self.park, title="页面已过期")
            return work(form)

        return await self._work(HASHING, request, working)

    async def _work(self, threads: ThreadPoolExecutor, request: Request, work: Callable[[], Response]) -> Response:
        try:
            return await within(threads, work)
        except DeskError as error:
            return unavailable(request, self.park, error)
