"""The figures and the leads as files to keep: GET /desk/files/figures.csv and /desk/files/leads.csv, for staff."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import get_args

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from desk import figure_tables
from desk.days import china_day, read_days
from desk.errors import DatabaseUnavailableError, DeskError
from desk.export import export
from desk.figure_tables import What
from desk.figures import Figures
from desk.types import utc_now
from ui.desk.context import Desk, NotAllowedError

SPAN = 30
"""So many days, where the address names none."""


def routes(desk: Desk) -> APIRouter:
    """Return the routes, each closed to whoever is not signed in."""
    router = APIRouter(prefix="/desk/files")

    @router.get("/figures.csv")
    def figures(request: Request, what: str = "summary", since: str = "", until: str = "") -> Response:
        return _answered(lambda: _figures(desk, request, what, since, until))

    @router.get("/leads.csv")
    def leads(request: Request, since: str = "", until: str = "") -> Response:
        return _answered(lambda: _leads(desk, request, since, until))

    return router


def _answered(work: Callable[[], Response]) -> Response:
    """Return what `work` does, or a sentence that says why not."""
    try:
        return work()
    except NotAllowedError as error:
        return PlainTextResponse(str(error), 401)
    except DatabaseUnavailableError as error:
        return PlainTextResponse(str(error), 503)
    except DeskError as error:
        return PlainTextResponse(str(error), 422)


def _figures(desk: Desk, request: Request, what: str, since: str, until: str) -> Response:
    desk.account(request.cookies)
    wanted = next((one for one in get_args(What) if one == what), None)
    if wanted is None:
        raise DeskError(f"what 应为其中之一 / should be one of: {'、'.join(get_args(What))}")
    days = read_days(since, until)
    last = days.until or china_day(utc_now())
    told = Figures(desk.database()).read(days.since or last - timedelta(days=SPAN - 1), last)
    out = io.StringIO(newline="")
    figure_tables.write(told, wanted, out)
    return _file(f"figures-{wanted}-{told.since}-{told.until}", out)


def _leads(desk: Desk, request: Request, since: str, until: str) -> Response:
    account = desk.account(request.cookies)
    days = read_days(since, until)
    out = io.StringIO(newline="")
    export(desk.database(), "leads", "csv", (days.since, days.until), out, by=account.name)
    return _file(f"leads-{china_day(utc_now())}", out)


def _file(name: str, out: io.StringIO) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
