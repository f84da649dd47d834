"""The desk's pages for signing in and out and for one's own password: forms without scripts."""

import math

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.account_rules import AccountError
from desk.accounts import Account, Refusal
from desk.opening import Opened
from ui.desk import forms_html
from ui.desk.guard import HOME, LOGIN, safe_next
from ui.desk.pages import Form, Pages, in_chinese, is_secure
from ui.limits import Limiter

TRIES_A_MINUTE = 30
"""Passwords that one address may try, whoever's they are: each takes a core for a tenth of a second."""
WRONG = "姓名或密码不正确。"
DISABLED = "这个账号已停用，请联系管理员。"
NOTES = {"out": "您已退出。", "password": "密码已修改，其他地方的登录已失效。"}


def slowed(seconds: float) -> str:
    """Return that tries come too fast, and how long to wait."""
    return f"尝试次数过多，请在 {math.ceil(seconds)} 秒后再试。"


def routes(pages: Pages) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(prefix="/desk")
    own = _Own(pages)
    signing = _Signing(pages)

    @router.get("", include_in_schema=False)
    async def bare() -> Response:
        return RedirectResponse(HOME, status_code=303)

    @router.get("/login")
    async def login_form(request: Request) -> Response:
        return await pages.show(request, lambda: signing.form(request))

    @router.post("/login")
    async def login(request: Request) -> Response:
        return await pages.take(request, lambda form: signing.sign_in(request, form))

    @router.get("/logout")
    async def logout_form(request: Request) -> Response:
        return await pages.show(request, lambda: signing.leaving(request))

    @router.post("/logout")
    async def logout(request: Request) -> Response:
        return await pages.take(request, lambda form: signing.sign_out(request))

    @router.get("/password")
    async def password_form(request: Request) -> Response:
        return await pages.show(request, lambda: own.form(request))

    @router.post("/password")
    async def password(request: Request) -> Response:
        return await pages.take(request, lambda form: own.change(request, form))

    return router


class _Signing:
    """Signing in and out."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._sessions = pages.sessions
        self._addresses = Limiter(TRIES_A_MINUTE)

    def form(self, request: Request) -> Response:
        """Return the login form, or how to make the first account."""
        following = safe_next(request.query_params.get("next", ""))
        if self._sessions.signed_in(request.cookies):
            return RedirectResponse(following, status_code=303)
        if not self._pages.opened().accounts.list():
            return self._pages.page("工作台尚未启用", forms_html.no_account(), None, 403)
        return self._form(request, following, note=NOTES.get(request.query_params.get("done", ""), ""))

    def sign_in(self, request: Request, form: Form) -> Response:
        """Sign in, or say why not."""
        name, following = form.get("name", ""), safe_next(form.get("next", ""))
        opened = self._pages.opened()
        wait = self._addresses.admit(request.client.host if request.client else "")
        tried = Refusal("slowed", wait) if wait else opened.accounts.verify(name, form.get("password", ""))
        try:
            if isinstance(tried, Account):
                return self._welcome(request, opened, tried, following)
        except AccountError:  # it changed while it was looked at
            tried = Refusal("wrong")
        return self._refused(request, tried, following, name)

    def leaving(self, request: Request) -> Response:
        """Return the question whether to sign out."""
        account: Account = request.state.account
        body = forms_html.logout(self._sessions.form_token(request.cookies), account)
        return self._pages.page("退出登录", body, account)

    def sign_out(self, request: Request) -> Response:
        """Sign out."""
        self._pages.opened().sign_ins.close(self._sessions.token(request.cookies))
        response = RedirectResponse(f"{LOGIN}?done=out", status_code=303)
        self._sessions.take(response, secure=is_secure(request))
        return response

    def _welcome(self, request: Request, opened: Opened, account: Account, following: str) -> Response:
        token = opened.sign_ins.open(account)
        before = self._sessions.token(request.cookies)
        if before:
            opened.sign_ins.close(before)
        response = RedirectResponse(following, status_code=303)
        self._sessions.give(response, token, secure=is_secure(request))
        return response

    def _refused(self, request: Request, refusal: Refusal, following: str, name: str) -> Response:
        status = {"wrong": 401, "disabled": 403, "slowed": 429}[refusal.reason]
        said = {"wrong": WRONG, "disabled": DISABLED, "slowed": slowed(refusal.seconds)}[refusal.reason]
        return self._form(request, following, name=name, error=said, status=status, wait=refusal.seconds)

    def _form(
        self,
        request: Request,
        following: str,
        *,
        name: str = "",
        error: str = "",
        note: str = "",
        status: int = 200,
        wait: float = 0.0,
    ) -> Response:
        cookies = request.cookies
        is_new = not self._sessions.form_token(cookies)
        if is_new:
            cookies = self._sessions.new_form_cookie()
        body = forms_html.login(following, self._sessions.form_token(cookies), name, error, note)
        response = self._pages.page("员工登录", body, None, status, wait)
        if is_new:
            self._sessions.give_form_cookie(response, cookies, secure=is_secure(request))
        return response


class _Own:
    """One's own password."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._sessions = pages.sessions

    def form(self, request: Request) -> Response:
        """Return the form."""
        return self._form(request, note=NOTES.get(request.query_params.get("done", ""), ""))

    def change(self, request: Request, form: Form) -> Response:
        """Change the password, which ends every other sign-in, or say why not."""
        account: Account = request.state.account
        if form.get("new", "") != form.get("again", ""):
            return self._form(request, error="两次输入的新密码不同。", status=422)
        opened = self._pages.opened()
        tried = opened.accounts.verify(account.name, form.get("old", ""))
        if isinstance(tried, Refusal):
            said = slowed(tried.seconds) if tried.reason == "slowed" else "当前密码不正确。"
            return self._form(request, error=said, status=429 if tried.seconds else 403, wait=tried.seconds)
        try:
            opened.accounts.change_password(account.name, form.get("new", ""), by=account.name)
        except AccountError as error:
            return self._form(request, error=f"{in_chinese(error)}。", status=422)
        return self._renewed(request, opened, account)

    def _renewed(self, request: Request, opened: Opened, account: Account) -> Response:
        """Sign in anew whoever has just changed his password, and nobody else."""
        opened.sign_ins.close_all(account.id)
        response = RedirectResponse("/desk/password?done=password", status_code=303)
        changed = opened.accounts.find(account.id)
        if changed:
            self._sessions.give(response, opened.sign_ins.open(changed), secure=is_secure(request))
        return response

    def _form(
        self, request: Request, *, error: str = "", note: str = "", status: int = 200, wait: float = 0.0
    ) -> Response:
        account: Account = request.state.account
        body = forms_html.password(self._sessions.form_token(request.cookies), account, error, note)
        return self._pages.page("修改密码", body, account, status, wait)
