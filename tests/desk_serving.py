"""One view of the desk, served alone on a loopback port: by whom it is used is said, nobody signs in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from desk.accounts import Account
from desk.database import Database
from settings import Settings
from tests.desk_rows import NOON
from tests.serving import serving
from ui import chat
from ui.desk import page
from ui.desk.context import Desk
from ui.page import Dresser
from ui.service import AnsweringSide, Service

ASSETS = Path(__file__).parent.parent / "ui" / "assets"
STAFF = Account(1, "王芳", "staff", True, NOON, NOON)
ADMIN = Account(2, "李雷", "admin", True, NOON, NOON)


def toy_desk(
    database: Database,
    answering: AnsweringSide | None = None,
    account: Account | None = STAFF,
    settings: Settings | None = None,
) -> Desk:
    """A desk over a database, with whoever is said signed in."""

    def signed_in(_: Mapping[str, str]) -> Account | None:
        return account

    return Desk(Service(settings or Settings(), answering), lambda: database, signed_in)


@contextmanager
def serving_views(desk: Desk, views: Sequence[page.View]) -> Iterator[str]:
    """Serve the views; yield the address of the page."""
    app = FastAPI()
    app.mount("/ui", StaticFiles(directory=ASSETS))
    blocks = page.build(desk, views)
    gr.mount_gradio_app(
        app, blocks, path="/desk", theme=chat.theme(), footer_links=[], show_error=False, ssr_mode=False
    )
    app.add_middleware(Dresser, park=desk.service.settings.park_name)
    with serving(app) as address:
        yield f"{address}/desk/"
