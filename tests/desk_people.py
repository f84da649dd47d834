"""People before the desk's door, each with a browser's cookies: an admin, a member of staff, nobody. No Gradio."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from desk.opening import Opening
from settings import Settings
from tests.desk_rows import NOON
from ui import api
from ui.desk import administration, door
from ui.desk.guard import Guard
from ui.desk.pages import Pages
from ui.desk.session import Sessions
from ui.gate import Gate
from ui.limits import Visitors

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD, OTHER = "plum tree 42", "pear tree 43"
ADMIN, STAFF = "李雷", "王芳"


class Clock:
    """A clock that only goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def go(self, time: timedelta | float) -> None:
        """Go on by so much time, or so many seconds."""
        self.now += time if isinstance(time, timedelta) else timedelta(seconds=time)


class Person:
    """A browser in front of an app."""

    def __init__(self, app: FastAPI, base: str = "http://park") -> None:
        self.base = base
        self.client = TestClient(app, base_url=base, follow_redirects=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path, headers={"accept": "text/html", **headers})

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send a form as it was given by the page at this path."""
        sent = {"form": self.form_token(path), **(form or {})}
        return self.client.post(path, data=sent, headers={"accept": "text/html", "origin": self.base, **headers})

    def form_token(self, path: str) -> str:
        """The form's token in the page at a path."""
        text = self.get(path).text
        return text.partition('name="form" value="')[2].partition('"')[0]

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Send the login form."""
        return self.post("/desk/login", {"name": name, "password": password, **more})

    def is_in(self) -> bool:
        """Whether the desk's page opens."""
        return self.get("/desk/").status_code == 200


def staff_app(home: Path, opening: Opening) -> FastAPI:
    """The desk's doors, and behind them a page that says who is there."""
    sessions = Sessions(home, opening)
    app = FastAPI()
    pages = Pages(opening, sessions, "甲<园>")
    app.include_router(door.routes(pages))
    app.include_router(administration.routes(pages))
    api.install_errors(app)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def inner(request: Request, path: str) -> Response:
        account = getattr(request.state, "account", None)
        size = len(await request.body())
        return JSONResponse({"account": account.name if account else None, "size": size})

    app.add_middleware(Guard, sessions=sessions, park="甲<园>")
    app.add_middleware(Gate, visitors=Visitors(100))
    return app


def staffed(home: Path, clock: Clock) -> Opening:
    """A desk with an admin and a member of staff."""
    opening = Opening(Settings(home=home), CHEAP, clock, pause=0.0)
    opening.opened().accounts.add(ADMIN, PASSWORD, "admin", by="setup")
    opening.opened().accounts.add(STAFF, PASSWORD, "staff", by="setup")
    return opening
