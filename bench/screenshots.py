"""Screenshots of the running service, as the README shows them: `python -m bench.screenshots --url … --out docs/`.

First view, an answer with a citation opened, the whole report, a refusal and dark mode, on a desktop and on a phone.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSER = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
ANSWERED = "人才公寓有多少套？"
PARTS = "食堂和生活服务馆分别什么时候启用？"
REFUSED = "食堂一顿饭多少钱？"
BOX = "#park-question textarea"
SETTLE_MS = 700


def main() -> int:
    """Take all screenshots; 0 when each was taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--browser", default=BROWSER, help="path of Chromium")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    # A development tool, imported where it is used, so that the module can be looked at without it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.browser, args=list(ARGUMENTS))
        for name, dark in (("desktop", False), ("phone", False), ("desktop", True), ("phone", True)):
            take(browser, arguments.url, arguments.out, name, dark)
        browser.close()
    return 0


def take(browser: "Browser", url: str, out: Path, size: str, dark: bool) -> None:
    """Take the screenshots of one window size in one colour scheme."""
    suffix = f"{size}{'-dark' if dark else ''}"
    with _opened(browser, url, size, dark) as page:
        _shoot(page, out / f"first-{suffix}.png")
        _ask(page, ANSWERED)
        _ask(page, PARTS)
        page.locator("#park-log .turn").last.locator(".mark").first.click()
        _shoot(page, out / ("screenshot.png" if suffix == "desktop" else f"answer-{suffix}.png"))
        page.locator(".card.on .open").locator("visible=true").click()
        page.wait_for_selector("dialog[open]")
        _shoot(page, out / f"report-{suffix}.png")
        page.keyboard.press("Escape")
        _ask(page, REFUSED)
        _shoot(page, out / f"refusal-{suffix}.png")


@contextmanager
def _opened(browser: "Browser", url: str, size: str, dark: bool) -> Iterator["Page"]:
    options: dict[str, Any] = {"has_touch": True} if size == "phone" else {}
    context = browser.new_context(
        locale="zh-CN",
        viewport=SIZES[size],  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        **options,
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(BOX)
    yield page
    context.close()


def _ask(page: "Page", question: str) -> None:
    before = page.locator("#park-log > .turn").count()
    page.fill(BOX, question)
    page.press(BOX, "Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('#park-log > .turn:not(.waiting)').length > n"
        " && !document.body.classList.contains('park-running')",
        arg=before,
    )


def _shoot(page: "Page", path: Path) -> None:
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    sys.exit(main())
