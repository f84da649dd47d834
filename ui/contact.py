"""What visitors send besides questions: verdicts on answers, and how to be reached. The two routes and their limits."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from desk.kept import Left
from desk.types import utc_now
from ui.door import Rejection
from ui.feedback import Opinion, read_opinion
from ui.gate import VISITOR_COOKIE
from ui.keeping import Memory
from ui.leads import read_lead
from ui.limits import Allowance
from ui.service import Service
from ui.strings import strings_for

VERDICTS_A_MINUTE = 60
LEADS_AN_HOUR = 5
HOUR = 3600.0
REMEMBERED = 10_000
"""So many leads of the last hour are remembered, not to be taken twice."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends something: the cookie and the address."""

    cookie: str
    address: str


class Contact:
    """Takes verdicts and leads of one running process; for any thread."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._verdicts = Allowance(service.visitors, VERDICTS_A_MINUTE, clock=clock)
        self._leads = Allowance(service.visitors, LEADS_AN_HOUR, HOUR, clock)
        self._taken: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lock = threading.Lock()

    def judge(self, sender: Sender, opinion: Opinion) -> None:
        """Have a verdict kept; raise Rejection when it is not the visitor's answer, or there were too many."""
        memory = self._memory()
        _admit(self._verdicts, sender)
        if not self._service.keeper.is_own(self._service.visitors.name(sender.cookie), opinion.turn_id):
            raise Rejection(404, "unknown_turn", "没有找到您的这条回答。 There is no such answer of yours.")
        memory.feedback(opinion.turn_id, opinion.verdict, opinion.reasons, opinion.comment)

    def leave(self, sender: Sender, left: Left) -> str:
        """Have a lead kept and return its reference; the same once more within an hour is the one already taken.

        The conversation goes along only where it is the visitor's own. Raises Rejection when there were too many, or it
        cannot be kept.
        """
        memory = self._memory()
        key = _digest(self._service.visitors.key(sender.cookie, sender.address), left)
        with self._lock:
            taken_at, reference = self._taken.get(key, (0.0, ""))
            if reference and self._clock() < taken_at + HOUR:
                return reference
            _admit(self._leads, sender)
            if not memory.leave(self._with_own_turn(sender, left)):
                raise _not_kept()
            self._remember(key, left.reference)
            return left.reference

    def _memory(self) -> Memory:
        if self._service.keeper.memory is None:
            raise _not_kept()
        return self._service.keeper.memory

    def _with_own_turn(self, sender: Sender, left: Left) -> Left:
        own = self._service.keeper.is_own(self._service.visitors.name(sender.cookie), left.turn_id)
        return left if own else replace(left, turn_id="")

    def _remember(self, key: str, reference: str) -> None:
        self._taken[key] = (self._clock(), reference)
        self._taken.move_to_end(key)
        while len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)


def _digest(visitor: str, left: Left) -> str:
    """Return what tells one lead of a visitor from another: nobody's words are remembered here."""
    words = (visitor, left.name, left.contact, left.company, left.area, left.industry, left.move_in, left.need)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def _not_kept() -> Rejection:
    text = "暂时无法登记，请稍后再试。 This cannot be taken down at the moment."
    return Rejection(503, "not_kept", text, retry_after=30)


def _admit(allowance: Allowance, sender: Sender) -> None:
    wait = allowance.admit(sender.cookie, sender.address)
    if wait:
        text = f"提交次数太多，请在 {wait} 秒后再试。 Too many requests; please try again in {wait} seconds."
        raise Rejection(429, "too_many", text, retry_after=wait)


def routes(service: Service) -> APIRouter:
    """Return the routes over one service."""
    router, contact = APIRouter(), Contact(service)

    @router.post("/api/feedback")
    async def feedback(http: HttpRequest) -> Response:
        opinion = read_opinion(await _json_body(http))
        contact.judge(_sender(http), opinion)
        return JSONResponse({"turn": opinion.turn_id, "verdict": opinion.verdict})

    @router.post("/api/leads")
    async def leads(http: HttpRequest) -> Response:
        strings = strings_for(http.headers.get("accept-language", "")).contact
        left = read_lead(await _json_body(http), service.settings.park_name, strings, utc_now())
        return JSONResponse({"reference": contact.leave(_sender(http), left)})

    return router


async def _json_body(http: HttpRequest) -> bytes:
    """Return the body of a request that says it is JSON: another site's page cannot send one without asking first."""
    if http.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        text = "请求的 Content-Type 必须是 application/json。 Content-Type must be application/json."
        raise Rejection(415, "content_type", text)
    return await http.body()


def _sender(http: HttpRequest) -> Sender:
    return Sender(http.cookies.get(VISITOR_COOKIE, ""), http.client.host if http.client else "")
