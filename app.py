"""The web service: FastAPI with the API routes and the Gradio page mounted. `python app.py` runs it."""

import asyncio
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from desk.database import open_database
from desk.recorder import Recorder
from desk.retention import Sweeper
from index.errors import ParkError
from settings import Settings, SettingsError, load_settings
from ui import api
from ui.gate import Gate
from ui.page import Dresser
from ui.service import AnsweringSide, Service

ASSETS = Path(__file__).parent / "ui" / "assets"
# A page that is open keeps a connection; stopping does not wait longer than this for visitors to leave, seconds.
GRACE = 3

logger = logging.getLogger(__name__)


def create_app(settings: Settings, answerer: AnsweringSide | None = None) -> FastAPI:
    """Return the whole service. Without an answerer it says "starting" until `app.state.service.answering` is set."""
    service = Service(settings, answerer)
    app = FastAPI(title=settings.park_name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = service
    app.include_router(api.routes(service))
    app.mount("/ui", StaticFiles(directory=ASSETS))
    api.install_errors(app)
    _within_loop(lambda: _mount_page(app, service))
    app.add_middleware(Dresser, park=settings.park_name)
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


def _mount_page(app: FastAPI, service: Service) -> None:
    # Read by gradio: no usage reports, no version checks, no table of events summed up with pandas after each question.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"
    import gradio as gr

    from ui import chat

    page, i18n = chat.build(service)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        i18n=i18n,
        theme=chat.theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
    )


def open_answering(settings: Settings) -> AnsweringSide:
    """Open the model and the index, which takes seconds."""
    # Its libraries are heavy; whatever only looks at this module does without them.
    from rag.chain import open_chain

    return open_chain(settings)


class Server:
    """Serves at once, saying "starting" until the answering side is open; stops when it cannot be opened."""

    def __init__(self, settings: Settings, opener: Callable[[Settings], AnsweringSide] = open_answering) -> None:
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
        with listening, self._keeping():
            threading.Thread(target=self._open, args=listening.getsockname()[:2], daemon=True).start()
            self._uvicorn.run(sockets=[listening])
        return self._failure

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Keep what is asked and answered meanwhile, and delete what is old; neither can stop the chat."""
        opener = partial(open_database, self._settings)
        recorder, sweeper = Recorder(opener), Sweeper(opener, self._settings.retention_days)
        self.app.state.service.keeper.memory = recorder
        try:
            yield
        finally:
            sweeper.close()
            recorder.close(GRACE)

    def stop(self) -> None:
        """Ask the server to stop."""
        self._uvicorn.should_exit = True

    def _open(self, host: str, port: int) -> None:
        try:
            self.app.state.service.answering = self._opener(self._settings)
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
