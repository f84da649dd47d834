"""The web service: FastAPI with the API routes and the Gradio page mounted. `python app.py` runs it."""

import asyncio
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from desk.opening import Opening
from index.errors import ParkError
from settings import Settings, SettingsError, load_settings
from ui import api
from ui.desk import administration, door, faq_files, figures_files, uploads
from ui.desk.context import Desk
from ui.desk.guard import Guard
from ui.desk.pages import Pages
from ui.desk.session import Sessions
from ui.desk.workers import Workers
from ui.gate import Gate
from ui.page import Dresser
from ui.service import AnsweringSide, Service

if TYPE_CHECKING:
    from ui.desk.page import View

ASSETS = Path(__file__).parent / "ui" / "assets"
# A page that is open keeps a connection; stopping does not wait longer than this for visitors to leave, seconds.
GRACE = 3
FILES = (faq_files, figures_files)
"""What staff can fetch from the desk as files."""

logger = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    answerer: AnsweringSide | None = None,
    opening: Opening | None = None,
    views: "Sequence[View] | None" = None,
) -> FastAPI:
    """Return the whole service. Without an answerer it says "starting" until `app.state.service.answering` is set.

    `opening` opens what the desk keeps; `app.state.published` is called when what staff have published has changed.
    """
    service = Service(settings, answerer)
    opening = opening or Opening(settings)
    sessions = Sessions(settings.home, opening)
    app = FastAPI(title=settings.park_name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service, app.state.opening, app.state.published = service, opening, lambda: None
    app.include_router(api.routes(service))
    pages = Pages(opening, sessions, settings.park_name)
    app.include_router(door.routes(pages))
    app.include_router(administration.routes(pages))
    app.mount("/ui", StaticFiles(directory=ASSETS))
    api.install_errors(app)
    desk = Desk(service, opening.database, sessions.signed_in, lambda: app.state.published())
    for files in FILES:
        app.include_router(files.routes(desk))
    _within_loop(lambda: _mount_pages(app, desk, views))
    app.add_middleware(Dresser, park=settings.park_name)
    app.add_middleware(Guard, sessions=sessions, park=settings.park_name)
    app.add_middleware(Gate, visitors=service.visitors)
    return app


def _within_loop(work: Callable[[], None]) -> None:
    """Run inside an event loop: outside of one, each of Gradio's locks makes another and never closes it."""

    async def running() -> None:
        work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(running())
    else:
        work()


def _mount_pages(app: FastAPI, desk: Desk, views: "Sequence[View] | None") -> None:
    # Read by gradio: no usage reports, no version checks, no table of events summed up with pandas after each question;
    # what staff upload lies in the home folder.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.folder(desk.service.settings.home))
    from ui import chat
    from ui.desk import page
    from ui.desk.views import VIEWS

    _mount(app, page.build(desk, VIEWS if views is None else views), "/desk", max_file_size=uploads.MAX_FILE_BYTES)
    chat_page, i18n = chat.build(desk.service)
    _mount(app, chat_page, "/", i18n=i18n)


def _mount(app: FastAPI, page: Any, path: str, **options: Any) -> None:  # noqa: ANN401 - gradio's own, loaded late
    import gradio as gr

    from ui import chat

    gr.mount_gradio_app(
        app,
        page,
        path=path,
        theme=chat.theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        **options,
    )


class Server:
    """Serves at once, saying "starting" until the answering side is open; stops when it cannot be opened."""

    def __init__(self, settings: Settings, opener: Callable[[Settings], AnsweringSide] | None = None) -> None:
        """Without an `opener` the reports are opened, and staff's answers before them."""
        self._settings = settings
        self._opener = opener
        self._failure = ""
        self.app = create_app(settings)
        config = uvicorn.Config(self.app, log_level="warning", timeout_graceful_shutdown=GRACE, server_header=False)
        self._uvicorn = uvicorn.Server(config)

    def run(self) -> str:
        """Serve until stopped; return why the service had to stop, or nothing."""
        try:
            listening = socket.create_server((self._settings.host, self._settings.port), backlog=512)
        except OSError as error:
            return f"无法在 {self._settings.host}:{self._settings.port} 上监听 / cannot listen there: {error}"
        with listening, self._working() as workers:
            threading.Thread(target=self._open, args=(workers, *listening.getsockname()[:2]), daemon=True).start()
            self._uvicorn.run(sockets=[listening])
        return self._failure

    @contextmanager
    def _working(self) -> Iterator[Workers]:
        """Have done beside the chat what has to be done; what was uploaded and forgotten is removed."""
        uploads.remove_old(self._settings.home)
        workers = Workers(self._settings, self.app.state.service, GRACE)
        self.app.state.published = workers.published
        try:
            yield workers
        finally:
            workers.close()
            self.app.state.opening.close()

    def stop(self) -> None:
        """Ask the server to stop."""
        self._uvicorn.should_exit = True

    def _open(self, workers: Workers, host: str, port: int) -> None:
        try:
            opened = self._opener(self._settings) if self._opener else workers.open_answering()
            self.app.state.service.answering = opened
            say(f"园区问答已就绪 / Park Q&A is ready: http://{host}:{port}")
        except (ParkError, SettingsError) as error:
            self._failure = str(error)
            self.stop()
        # The thread's last word: without it the page would say "starting" for ever.
        except Exception as error:
            logger.exception("opening failed")
            self._failure = repr(error)
            self.stop()


def say(line: str) -> None:
    """Write one line for the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> int:
    """Serve with the settings of the environment; 0 when stopped, 2 with one clear line when it cannot run."""
    try:
        failure = Server(load_settings()).run()
    except SettingsError as error:
        failure = str(error)
    if failure:
        say(f"园区问答无法启动 / Park Q&A cannot start: {failure}")
    return 2 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
