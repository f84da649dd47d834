"""The entries as files to download. Each route asks by itself who is signed in."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from desk.errors import DatabaseUnavailableError, DeskError
from desk.transfer import Form, export_entries
from ui.desk.context import Desk, NotAllowedError

_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def routes(desk: Desk) -> APIRouter:
    """Return GET /desk/files/faq.csv and faq.xlsx; 401 as JSON for nobody signed in."""
    router = APIRouter()

    @router.get("/desk/files/faq.csv", include_in_schema=False)
    def as_csv(request: Request) -> Response:
        return _file(desk, request, "csv")

    @router.get("/desk/files/faq.xlsx", include_in_schema=False)
    def as_xlsx(request: Request) -> Response:
        return _file(desk, request, "xlsx")

    return router


def _file(desk: Desk, request: Request, form: Form) -> Response:
    try:
        account = desk.account(request.cookies)
        content = export_entries(desk.database(), form, by=account.name)
    except NotAllowedError as error:
        return _refused(401, "not_signed_in", error)
    except DatabaseUnavailableError as error:
        return _refused(503, "database_unavailable", error)
    except DeskError as error:
        return _refused(422, "not_exportable", error)
    name = quote(f"常见问答.{form}")
    headers = {
        "Content-Disposition": f"attachment; filename=faq.{form}; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=_TYPES[form], headers=headers)


def _refused(status: int, code: str, error: DeskError) -> Response:
    return JSONResponse({"error": {"code": code, "message": str(error)}}, status, headers={"Cache-Control": "no-store"})
