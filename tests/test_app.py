"""The service as a process: it serves at once, says when it is ready, and stops with one clear line when it cannot."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

import app
from desk.database import open_database
from desk.tables import Turn
from index.errors import IndexMissingError
from settings import Settings
from tests.toy_answering import ToyAnswering
from ui.service import AnsweringSide

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def until(condition: object, seconds: float = 20) -> None:
    """Wait until a call gives something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():  # type: ignore[operator]
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def test_it_serves_while_it_opens_and_answers_once_open(tmp_path: Path) -> None:
    gate = threading.Event()
    settings = Settings(port=free_port(), home=tmp_path)
    url = f"http://127.0.0.1:{settings.port}"

    def opener(_: Settings) -> AnsweringSide:
        gate.wait(20)
        return ToyAnswering()

    server = app.Server(settings, opener)
    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(server.run()))
    thread.start()
    until(lambda: httpx.get(f"{url}/healthz").status_code == 200)
    assert httpx.get(f"{url}/readyz").status_code == 503
    assert httpx.get(url).status_code == 200
    gate.set()
    until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
    asked = httpx.post(f"{url}/api/ask", json={"question": "人才公寓有多少套？"})
    assert asked.json()["citations"][0]["quote"] == "缙云新居有920套人才公寓。"
    closed = httpx.get(f"{url}/desk", follow_redirects=True, headers={"accept": "text/html"})
    assert closed.status_code == 403 and "python -m desk user add" in closed.text
    server.stop()
    thread.join(20)
    assert results == [""]
    database = open_database(settings)
    with database.session() as session:
        (kept,) = session.scalars(select(Turn)).all()
        assert (kept.question, kept.refused) == ("人才公寓有多少套？", False)
        assert kept.citations[0]["quote"] == "缙云新居有920套人才公寓。"
    database.close()


def test_a_database_that_cannot_be_opened_does_not_keep_the_chat_from_answering(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").mkdir()
    settings = Settings(port=free_port(), home=tmp_path)
    url = f"http://127.0.0.1:{settings.port}"
    server = app.Server(settings, lambda _: ToyAnswering())
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
    assert httpx.post(f"{url}/api/ask", json={"question": "人才公寓有多少套？"}).is_success
    assert httpx.get(f"{url}/readyz").json()["keeping"] == {"writable": False, "waiting": 1, "dropped": 0}
    login = httpx.get(f"{url}/desk/login", headers={"accept": "text/html"})
    assert login.status_code == 503 and "数据库暂时无法使用" in login.text and str(tmp_path) not in login.text
    server.stop()
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize("error", [IndexMissingError("请先运行 python -m index build"), RuntimeError("disk on fire")])
def test_what_cannot_be_opened_stops_the_service_with_its_reason(error: Exception, tmp_path: Path) -> None:
    def opener(_: Settings) -> AnsweringSide:
        raise error

    assert str(error) in app.Server(Settings(port=free_port(), home=tmp_path), opener).run()


def test_a_taken_port_is_a_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in app.Server(Settings(port=port, home=tmp_path), lambda _: ToyAnswering()).run()


def run(home: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"PARK_HOME": str(home), "PARK_PORT": str(free_port())} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"PARK_PROT": "1"}, "PARK_PORT"), ({"PARK_PORT": "many"}, "PARK_PORT"), ({}, "python -m index build")],
    ids=["unknown setting", "bad value", "nothing built"],
)
def test_it_cannot_start_is_one_line_and_exit_2(tmp_path: Path, environment: dict[str, str], expected: str) -> None:
    process = run(tmp_path, **environment)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(said.strip().splitlines()) == 1 and said.startswith("园区问答无法启动 / Park Q&A cannot start: ")
    assert expected in said


def test_importing_the_service_does_not_import_gradio() -> None:
    code = "import sys, app; sys.exit(bool({'gradio', 'torch', 'chromadb', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_it_stops_when_asked_to(tmp_path: Path) -> None:
    code = (
        "import app, settings, time\ns = app.Server(settings.load_settings(), lambda _: time.sleep(60))\nprint(s.run())"
    )
    port = free_port()
    environment = os.environ | {"PARK_PORT": str(port), "PARK_HOME": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    until(lambda: httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200, 60)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)
