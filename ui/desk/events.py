"""What happens when staff press something: who it is, what went wrong said in words, and rows that can be picked.

Every event of the desk goes through here, so none can be run by whoever is not signed in.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from desk.tables import Role
from index.errors import ParkError
from ui.desk.context import Desk
from ui.door import Rejection

logger = logging.getLogger(__name__)

FAILED = "操作没有完成，请重试；如果一再发生，请查看服务日志。"

# A row is any element with data-pick; a click on it or Enter is the `select` event. Rows are drawn anew, so it is the
# list that listens, and that gives the focus back to the row that had it: whoever uses the keyboard goes on from there.
# Where what a row opens stands below the list, as on a phone, it would open unseen: it is scrolled to, and again when
# it has come and is longer.
_PICKING = """
let picked = "", place = 0, below = false;
const rows = () => [...element.querySelectorAll("[data-pick]:not(:disabled)")];
watch("value", () => {
  if (!picked || document.activeElement !== document.body) return;
  const now = rows();
  const had = now.find((row) => row.dataset.pick === picked) || now[Math.min(place, now.length - 1)];
  had?.focus({ preventScroll: below });
  picked = "";
});
const pick = (event) => {
  const row = event.target.closest("[data-pick]");
  if (!row || event.target.closest("a, input, select, textarea, summary")) return;
  if (event.type === "keydown" && (event.key !== "Enter" || event.target !== row)) return;
  for (const other of element.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  picked = row.dataset.pick;
  place = rows().indexOf(row);
  const opened = document.getElementById(OPENED);
  below = opened?.getBoundingClientRect().left < element.getBoundingClientRect().right;
  if (below) {
    const grown = new ResizeObserver(() => opened.scrollIntoView({ behavior: "smooth" }));
    grown.observe(opened);
    setTimeout(() => grown.disconnect(), 2000);
  }
  trigger("select", { pick: row.dataset.pick });
};
element.addEventListener("click", pick);
element.addEventListener("keydown", (event) => { if (event.target.tagName !== "BUTTON") pick(event); });
"""


def run(desk: Desk, work: Callable[..., Any], role: Role = "staff") -> Callable[..., Any]:
    """Return `work(account, *values)` as Gradio calls it; its errors become a notice in the page."""

    def running(request: gr.Request, *values: Any) -> Any:  # noqa: ANN401 - whatever the components hold
        return _explained(desk, request, role, lambda account: work(account, *values))

    return running


def run_picked(desk: Desk, work: Callable[..., Any], role: Role = "staff") -> Callable[..., Any]:
    """Return `work(account, pick, *values)` for the `select` event of a `picker`; `pick` is the row's data-pick."""

    def running(request: gr.Request, event: gr.EventData, *values: Any) -> Any:  # noqa: ANN401 - as above
        return _explained(desk, request, role, lambda account: work(account, str(event.pick), *values))

    return running


def picker(value: str = "", opens: str = "", **options: Any) -> gr.HTML:  # noqa: ANN401 - handed on to gr.HTML
    """Return a component for escaped HTML whose elements with `data-pick` can be picked, by mouse and by keyboard.

    Make each of them a `<button type="button" data-pick="…">`, or give it tabindex="0". `opens` is the elem_id of what
    shows the one that is picked.
    """
    script = f"const OPENED = {json.dumps(opens)};{_PICKING}"
    return gr.HTML(value, js_on_load=script, apply_default_css=False, **options)


def show(value: str = "", **options: Any) -> gr.HTML:  # noqa: ANN401 - as above
    """Return a component for escaped HTML that nothing happens in."""
    return gr.HTML(value, js_on_load=None, apply_default_css=False, **options)


def _explained(desk: Desk, request: gr.Request, role: Role, work: Callable[..., Any]) -> Any:  # noqa: ANN401
    try:
        return work(desk.account(request.cookies, role))
    except ParkError as error:
        raise _notice(str(error)) from error
    except Rejection as rejection:
        raise _notice(rejection.message) from rejection
    except gr.Error:
        raise
    # Whatever it is, staff must see a sentence, and the log the rest.
    except Exception as error:
        logger.exception("an event of the desk failed")
        raise _notice(FAILED) from error


def _notice(message: str) -> gr.Error:
    return gr.Error(message, title="没有完成", print_exception=False, duration=15)


def run_quietly(desk: Desk, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return `work(account, *values)` for what happens by itself: where it cannot be done, nothing is said."""

    def running(request: gr.Request, *values: Any) -> Any:  # noqa: ANN401 - as above
        try:
            return work(desk.account(request.cookies), *values)
        except ParkError:
            return gr.skip()

    return running
