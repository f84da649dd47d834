"""What a visitor saw, drawn again for staff by what drew it then. Pure: knows no Gradio and no database."""

from rag.records import Citation
from ui import render
from ui.strings import ZH
from ui.view import View

_LINK = '<a class="'
_LINK_APART = '<a target="_blank" rel="noopener" class="'


def exchange(
    key: str,
    question: str,
    answer: str,
    citations: tuple[Citation, ...] = (),
    nearby: tuple[Citation, ...] = (),
    *,
    refused: bool = False,
) -> str:
    """Return one question and its answer with marks and evidence; reports open beside the desk."""
    view = View(key, question, answer, citations, nearby, refused=refused, done=True)
    # No text of anybody's can hold such a link: what is not ours is escaped.
    return f'<div class="as-seen">{render.turn(view, ZH).replace(_LINK, _LINK_APART)}</div>'
