"""What a visitor saw, drawn again for staff by what drew it then. Pure: knows no Gradio and no database."""

import re

from rag.records import Citation, StaffReply
from ui import render
from ui.strings import ZH
from ui.view import View

_LINK = '<a class="'
_LINK_APART = '<a target="_blank" rel="noopener" class="'
_NOWHERE = re.compile(r'<a class="(mark|open)" href="/reports/\?[^>]*>([^<]*)</a>')


def exchange(
    key: str,
    question: str,
    answer: str,
    citations: tuple[Citation, ...] = (),
    nearby: tuple[Citation, ...] = (),
    *,
    refused: bool = False,
    staff: StaffReply | None = None,
) -> str:
    """Return one question and its answer with marks and evidence; reports open beside the desk."""
    view = View(key, question, answer, citations, nearby, refused=refused, done=True, staff=staff)
    # No text of anybody's can hold such a link: what is not ours is escaped.
    html = _NOWHERE.sub(_without_link, render.turn(view, ZH))
    return f'<div class="as-seen">{html.replace(_LINK, _LINK_APART)}</div>'


def _without_link(found: re.Match[str]) -> str:
    """Return the mark of a citation whose report nobody kept: only the words that were cited are there."""
    return f'<span class="mark">{found[2]}</span>' if found[1] == "mark" else ""
