"""The page on which an admin manages the accounts of staff. The guard lets nobody else here."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.account_rules import AccountError, name_key
from desk.accounts import Account
from desk.opening import Opened
from desk.tables import Role
from ui.desk import forms_html
from ui.desk.pages import Form, Pages, in_chinese

NOTES = {
    "add": "已添加账号。",
    "role": "角色已更改。",
    "disable": "账号已停用，其登录已失效。",
    "enable": "账号已启用。",
    "reset": "密码已重设，其登录已失效。",
}


def routes(pages: Pages) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(prefix="/desk/accounts")
    administration = _Administration(pages)

    @router.get("")
    async def accounts(request: Request) -> Response:
        return await pages.show(request, lambda: administration.list(request))

    @router.post("")
    async def change(request: Request) -> Response:
        return await pages.take(request, lambda form: administration.change(request, form))

    return router


class _Administration:
    """All accounts, and what can be done with them."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._actions: Mapping[str, Callable[[Opened, Form, str], None]] = {
            "add": _add,
            "role": _set_role,
            "disable": _disable,
            "enable": _enable,
            "reset": _reset,
        }

    def list(self, request: Request, error: str = "", name: str = "", status: int = 200) -> Response:
        """Return the page; `name` is that of an account which could not be added."""
        account: Account = request.state.account
        listed = self._pages.opened().accounts.list()
        note = NOTES.get(request.query_params.get("done", ""), "") if not error else ""
        form_token = self._pages.sessions.form_token(request.cookies)
        body = forms_html.accounts(form_token, account, listed, error, note, name)
        return self._pages.page("账号管理", body, account, status)

    def change(self, request: Request, form: Form) -> Response:
        """Do what the form asks for, or say why not."""
        account: Account = request.state.account
        action, name = form.get("action", ""), form.get("name", "")
        work = self._actions.get(action)
        if work is None:
            return self.list(request, "不认识的操作。", status=422)
        if action != "add" and name_key(name) == name_key(account.name):
            return self.list(request, "不能在这里更改自己的账号，请由另一位管理员操作。", status=422)
        try:
            work(self._pages.opened(), form, account.name)
        except AccountError as error:
            return self.list(request, f"{in_chinese(error)}。", name if action == "add" else "", status=422)
        return RedirectResponse(f"/desk/accounts?done={action}", status_code=303)


def _add(opened: Opened, form: Form, by: str) -> None:
    opened.accounts.add(form.get("name", ""), form.get("password", ""), _role(form), by=by)


def _set_role(opened: Opened, form: Form, by: str) -> None:
    opened.accounts.set_role(form.get("name", ""), _role(form), by=by)
    opened.sign_ins.forget()


def _disable(opened: Opened, form: Form, by: str) -> None:
    opened.accounts.set_active(form.get("name", ""), False, by=by)
    opened.sign_ins.forget()


def _enable(opened: Opened, form: Form, by: str) -> None:
    opened.accounts.set_active(form.get("name", ""), True, by=by)
    opened.sign_ins.forget()


def _reset(opened: Opened, form: Form, by: str) -> None:
    opened.accounts.change_password(form.get("name", ""), form.get("password", ""), by=by)
    opened.sign_ins.forget()


def _role(form: Form) -> Role:
    roles: tuple[Role, ...] = ("staff", "admin")
    found = next((role for role in roles if role == form.get("role")), None)
    if found is None:
        raise AccountError("请选择角色 / choose a role")
    return found
