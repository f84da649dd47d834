"""How the desk answers whom it does not let in: a page for a person, the contract's JSON for a program."""

import logging
from collections.abc import Mapping

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, Response

from desk.accounts import Account
from ui.desk import forms_html
from ui.door import Rejection

UNAVAILABLE = Rejection(
    503, "desk_unavailable", "工作台的数据库暂时无法使用，请稍后再试。访客问答不受影响。", retry_after=5
)
CROSS_SITE = Rejection(403, "cross_site", "这个请求来自别的网站，已被拒绝。请从工作台页面重新操作。")
NOT_SIGNED_IN = Rejection(401, "not_signed_in", "登录已失效，请重新登录。")
NOT_ADMIN = Rejection(403, "admin_only", "只有管理员可以打开这个页面。")
STALE = Rejection(403, "stale_form", "这个页面已过期，请重新打开并提交；如果一再发生，请检查浏览器是否允许 Cookie。")
TITLES = {401: "请登录", 403: "不能这样做", 503: "暂时无法使用"}

logger = logging.getLogger(__name__)


def refused(
    request: HTTPConnection, rejection: Rejection, park: str, account: Account | None = None, title: str = ""
) -> Response:
    """Return a refusal: as a page where one is asked for, else as JSON, with `detail` for Gradio's page."""
    headers = {"Retry-After": str(rejection.retry_after)} if rejection.retry_after else {}
    if "text/html" in request.headers.get("accept", ""):
        title = title or TITLES.get(rejection.status, "没有完成")
        return page(title, park, forms_html.refusal(title, rejection.message), account, rejection.status, headers)
    said = rejection.as_json() | {"detail": rejection.message}
    return JSONResponse(said, status_code=rejection.status, headers=headers)


def unavailable(request: HTTPConnection, park: str, error: Exception) -> Response:
    """Return that the database cannot be used; why is for the log, since whoever asks may be anybody."""
    logger.warning("the desk is unavailable: %s", error)
    return refused(request, UNAVAILABLE, park)


def page(
    title: str,
    park: str,
    body: str,
    account: Account | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return one of the desk's pages without scripts."""
    return HTMLResponse(
        forms_html.document(title, park, body, account), status_code=status, headers=dict(headers or {})
    )
