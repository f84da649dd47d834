"""The whole service in a real browser: who gets what of it, as nobody, as staff, as admin; and what ends a sign-in."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio.components.plot import PlotData
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect
from starlette.responses import HTMLResponse

from app import create_app
from desk.accounts import Account
from settings import Settings
from tests.desk_people import ADMIN, OTHER, PASSWORD, STAFF, Clock, staffed
from tests.serving import serving
from tests.toy_answering import ToyAnswering
from ui.desk.context import Desk
from ui.desk.events import run, show
from ui.desk.session import COOKIE

Opening = Callable[..., Page]
pytestmark = pytest.mark.browser

JOIN = {"data": [], "fn_index": 0, "session_hash": "abc"}
ASK = {"question": "人才公寓有多少套？"}

# For each address what nobody, staff and an admin get; None where it would stream for as long as it is read.
ROUTES: list[tuple[str, str, object, Sequence[int | None]]] = [
    ("GET", "/", None, (200, 200, 200)),
    ("GET", "/healthz", None, (200, 200, 200)),
    ("POST", "/api/ask", ASK, (200, 200, 200)),
    ("GET", "/ui/desk_forms.css", None, (200, 200, 200)),
    ("GET", "/desk", None, (303, 303, 303)),
    ("GET", "/desk/", None, (303, 200, 200)),
    ("GET", "/desk/login", None, (200, 303, 303)),
    ("GET", "/desk/logout", None, (303, 200, 200)),
    ("GET", "/desk/password", None, (303, 200, 200)),
    ("GET", "/desk/accounts", None, (303, 403, 200)),
    ("POST", "/desk/login", {}, (403, 403, 403)),
    ("POST", "/desk/logout", {}, (401, 403, 403)),
    ("POST", "/desk/password", {}, (401, 403, 403)),
    ("POST", "/desk/accounts", {}, (401, 403, 403)),
    ("GET", "/desk/theme.css", None, (401, 200, 200)),
    ("GET", "/desk/assets/ASSET", None, (401, 200, 200)),
    ("GET", "/desk/gradio_api/app_id", None, (401, 200, 200)),
    ("GET", "/desk/gradio_api/startup-events", None, (401, 200, 200)),
    ("POST", "/desk/gradio_api/queue/join", JOIN, (401, 200, 200)),
    ("GET", "/desk/gradio_api/queue/data?session_hash=none", None, (401, None, None)),
    ("GET", "/desk/gradio_api/heartbeat/abc", None, (401, None, None)),
    ("GET", "/desk/gradio_api/upload_progress?upload_id=x", None, (401, None, None)),
    ("POST", "/desk/gradio_api/upload", "files", (401, 200, 200)),
    ("POST", "/desk/gradio_api/cancel", {"session_hash": "abc", "fn_index": 0, "event_id": "x"}, (401, 200, 200)),
    ("POST", "/desk/gradio_api/reset", {"event_id": "x"}, (401, 200, 200)),
    ("GET", "/desk/files/none.csv", None, (401, 404, 404)),
    ("GET", "/desk/gradio_api/file=/etc/passwd", None, (404, 404, 404)),
    ("GET", "/desk/gradio_api/info", None, (404, 404, 404)),
    ("POST", "/desk/gradio_api/run/predict", JOIN, (404, 404, 404)),
    ("GET", "/desk/config", None, (404, 404, 404)),
    ("GET", "/desk/../desk.key", None, (404, 404, 404)),
]


def build(desk: Desk, opening: Sequence[Any]) -> None:
    """A view that says whose it is, and takes a file."""
    told = show(elem_id="told")
    file, plot = gr.File(elem_id="file"), gr.Plot(elem_id="plot")
    button = gr.Button("我是谁", elem_id="who")
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    button.click(run(desk, lambda account: f"<p>{account.name}</p>"), None, told, **quiet)
    file.upload(run(desk, lambda account, path: f"<p>{len(Path(path).read_bytes())}</p>"), file, told, **quiet)
    gr.Button("画", elem_id="draw").click(run(desk, _draw), None, plot, **quiet)


def _draw(account: Account) -> PlotData:
    """A plot as Altair describes it: drawing it takes a script that is made from text, the policy's hardest case."""
    rows = [{"日": "一", "次": 1}, {"日": "二", "次": 2}]
    axes = {"x": {"field": "日", "type": "nominal"}, "y": {"field": "次", "type": "quantitative"}}
    return PlotData(type="altair", plot=json.dumps({"data": {"values": rows}, "mark": "bar", "encoding": axes}))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def service(home: Path, clock: Clock) -> Iterator[FastAPI]:
    opening = staffed(home, clock)
    view = SimpleNamespace(KEY="toy", TITLE="一览", build=build)
    yield create_app(Settings(home=home, questions_per_minute=1000), ToyAnswering(), opening, [view])
    opening.close()


@pytest.fixture(scope="module")
def address(service: FastAPI) -> Iterator[str]:
    with serving(service) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opening]:
    """Opens browsers, each with its own cookies; whoever is named signs in there."""
    contexts: list[BrowserContext] = []

    def opening(name: str = "") -> Page:
        context = browser.new_context(locale="zh-CN", base_url=address)
        contexts.append(context)
        page = context.new_page()
        if name:
            sign_in(page, name)
        return page

    yield opening
    for context in contexts:
        context.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Sign in with the keyboard alone."""
    page.goto("/desk/password")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()


def send(page: Page, method: str, path: str, body: object, address: str) -> APIResponse:
    given = {"multipart": {"files": {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x"}}}
    return page.request.fetch(
        path,
        method=method,
        headers={"Origin": address},
        max_redirects=0,
        **(given if body == "files" else {"data": body} if body is not None else {}),
    )


def test_each_address_as_nobody_as_staff_and_as_admin(opened: Opening, address: str) -> None:
    pages = [opened(), opened(STAFF), opened(ADMIN)]
    asset = pages[1].request.get("/desk/").text().partition("/assets/")[2].partition('"')[0]
    got = {
        (method, path): tuple(
            send(page, method, path.replace("ASSET", asset), body, address).status if expected is not None else None
            for page, expected in zip(pages, statuses, strict=True)
        )
        for method, path, body, statuses in ROUTES
    }
    assert got == {(method, path): tuple(statuses) for method, path, _, statuses in ROUTES}


def test_the_desk_works_for_whoever_is_signed_in_until_he_is_not(opened: Opening, address: str) -> None:
    page = opened(STAFF)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/desk/")
    page.click("#who")
    expect(page.locator("#told")).to_have_text(STAFF)
    big = {"name": "资料.csv", "mimeType": "text/csv", "buffer": b"x" * 10_000_000}
    page.set_input_files("#file input", files=[big])
    expect(page.locator("#told")).to_have_text("10000000")
    page.click("#draw")
    expect(page.locator("#plot svg, #plot canvas").first).to_be_visible()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(f"{address}/desk/")}
    assert cookies[COOKIE]["httpOnly"] and cookies[COOKIE]["sameSite"] == "Lax" and cookies[COOKIE]["path"] == "/desk"
    assert page.evaluate("document.cookie") == ""

    tab = page.context.new_page()  # he signs out elsewhere, the page is still open
    tab.goto("/desk/")
    tab.get_by_role("link", name="退出").click()
    tab.get_by_role("button", name="退出").click()
    expect(tab.get_by_role("status")).to_have_text("您已退出。")
    page.click("#who")
    expect(page.locator(".toast-wrap")).to_contain_text("请重新登录")
    page.context.add_cookies([cookies[COOKIE]])  # the old cookie, replayed
    assert page.request.get("/desk/", max_redirects=0).status == 303
    tab.go_back()
    assert STAFF not in tab.content()


def test_a_new_password_and_a_disabled_account_end_sign_ins(opened: Opening, clock: Clock) -> None:
    admin, here, there = opened(ADMIN), opened(STAFF), opened(STAFF)
    clock.go(1)
    here.goto("/desk/password")
    expect(here.locator("#old")).to_be_focused()
    for words in (PASSWORD, "Tab", OTHER, "Tab", OTHER, "Enter"):
        here.keyboard.press(words) if words in ("Tab", "Enter") else here.keyboard.type(words)
    expect(here.get_by_role("status")).to_contain_text("密码已修改")
    assert here.request.get("/desk/", max_redirects=0).status == 200
    assert there.request.get("/desk/", max_redirects=0).status == 303
    admin.goto("/desk/accounts")
    admin.get_by_role("button", name=f"停用：{STAFF}").focus()
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("status")).to_contain_text("账号已停用")
    assert here.request.get("/desk/", max_redirects=0).status == 303
    admin.get_by_role("button", name=f"启用：{STAFF}").click()
    admin.get_by_label(f"重设密码：{STAFF}").click()
    admin.get_by_role("textbox", name="新密码").fill(PASSWORD)
    clock.go(1)
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("status")).to_contain_text("密码已重设")
    sign_in(there, STAFF)


EVIL = """<form id="f" method="post" action="ADDRESS/desk/accounts"><input name="action" value="disable">
<input name="name" value="王芳"><button id="go">x</button></form>"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same site, other port", "other site"])
def test_another_site_can_do_nothing_with_an_admins_cookies(opened: Opening, address: str, host: str) -> None:
    evil = FastAPI()

    @evil.get("/", response_class=HTMLResponse)
    def attack() -> str:
        return EVIL.replace("ADDRESS", address)

    page = opened(ADMIN)
    statuses: dict[str, int] = {}
    page.on("response", lambda got: statuses.__setitem__(got.url.removeprefix(address), got.status))
    with serving(evil) as elsewhere:
        page.goto(elsewhere.replace("127.0.0.1", host))
        for path in ("/desk/gradio_api/queue/join", "/desk/login"):
            page.evaluate(
                "url => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}'})",
                address + path,
            )
        page.click("#go")
        page.wait_for_url("**/desk/accounts")
        assert "来自别的网站" in page.content()
        page.goto(elsewhere.replace("127.0.0.1", host))
        page.evaluate("url => { location.href = url }", f"{address}/desk/accounts")  # a link may lead here all the same
        page.wait_for_url("**/desk/accounts")
        expect(page.get_by_role("heading", name="账号管理")).to_be_visible()
    assert [statuses[path] for path in ("/desk/gradio_api/queue/join", "/desk/login")] == [403, 403]
    assert page.get_by_role("button", name=f"停用：{STAFF}").count() == 1
