"""The web service: FastAPI with the API routes and the Gradio page mounted. `python app.py` runs it."""

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from settings import Settings
from ui import api, chat
from ui.gate import Gate
from ui.page import Dresser
from ui.service import Desk, Service

ASSETS = Path(__file__).parent / "ui" / "assets"


def create_app(settings: Settings, answerer: Desk | None = None) -> FastAPI:
    """Return the whole service. Without an answerer it says "starting" until `app.state.service.desk` is set."""
    # Read when gradio is imported: no usage reports, no version checks.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    service = Service(settings, answerer)
    app = FastAPI(title=settings.park_name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = service
    app.include_router(api.routes(service))
    app.mount("/ui", StaticFiles(directory=ASSETS))
    api.install_errors(app)
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
    app.add_middleware(Dresser, park=settings.park_name)
    app.add_middleware(Gate, visitors=service.visitors)
    return app
