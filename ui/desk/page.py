"""The desk as one Gradio page: a tab for each view, opened when its tab is."""

from collections.abc import Sequence
from html import escape
from typing import Any, Protocol

import gradio as gr

from desk.accounts import Account
from ui.desk.context import Desk
from ui.desk.events import run, show

CONCURRENCY = 8
SESSIONS_KEPT = 50
UPLOADS_SWEPT, UPLOADS_KEPT = 3_600, 86_400
"""How often uploads that nobody needs any more are deleted, and how old they are then, seconds."""


class View(Protocol):
    """One view of the desk: a module, or whatever has these."""

    KEY: str
    TITLE: str

    def build(self, desk: Desk, opening: Sequence[Any]) -> None:
        """Put the view's components where Gradio is building, and fill them anew on each of the events of `opening`."""
        ...


def build(desk: Desk, views: Sequence[View]) -> gr.Blocks:
    """Return the page, to be mounted at /desk."""
    page: gr.Blocks = gr.Blocks(analytics_enabled=False, fill_width=True, delete_cache=(UPLOADS_SWEPT, UPLOADS_KEPT))
    with page:
        head = show(elem_id="desk-head")
        with gr.Tabs(elem_id="desk-tabs"):
            for place, view in enumerate(views):
                with gr.Tab(view.TITLE, id=view.KEY, elem_id=f"desk-{view.KEY}") as tab:
                    view.build(desk, [tab.select, page.load] if place == 0 else [tab.select])
        page.load(run(desk, lambda account: _head(desk, account)), None, head, api_visibility="private")
    page.queue(max_size=100, default_concurrency_limit=CONCURRENCY, api_open=False)
    page.state_session_capacity = SESSIONS_KEPT
    return page


def _head(desk: Desk, account: Account) -> str:
    """Return the head of the page: the park, who is signed in, and where to go from here."""
    admin = '<a href="/desk/accounts">账号管理</a>' if account.role == "admin" else ""
    return (
        '<div class="desk-head"><div class="desk-brand">'
        '<img src="/ui/icon.svg" alt="" width="28" height="28"><h1>园区问答 · 工作台</h1>'
        f"<span>{escape(desk.service.settings.park_name)}</span></div>"
        f'<nav aria-label="账号"><span>{escape(account.name)}</span><a href="/" target="_blank">访客页面</a>'
        f'<a href="/desk/password">修改密码</a>{admin}<a href="/desk/logout">退出</a></nav></div>'
    )
