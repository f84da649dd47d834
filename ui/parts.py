"""The parts of the page that stand before any question is asked, in each language. Knows no Gradio."""

from html import escape

from ui import contact_html, render
from ui.strings import EN, ZH, Strings
from ui.view import View


def header(park: str, strings: Strings) -> str:
    """Return the head of the page."""
    return (
        f'<div class="brand"><img src="/ui/icon.svg" alt="" width="36" height="36">'
        f"<div><h1>{escape(park)}</h1><p>{escape(strings.promise)}</p></div></div>"
    )


def welcome(strings: Strings) -> str:
    """Return the conversation before the first question; the page's script appends to it."""
    said = {
        "copied": strings.copied,
        "failed": strings.copy_failed,
        "thinking": strings.thinking,
        "stopped": strings.stopped,
        "lost": strings.lost,
        "close": strings.close,
        "you": strings.you,
        "report": strings.report,
        "again": strings.again,
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    return (
        f'<div id="park-words"{data}></div><div class="welcome"><h2>{escape(strings.welcome)}</h2>'
        f"<p>{escape(strings.welcome_more)}</p></div>"
        '<div id="park-log" role="log" aria-live="polite"></div>'
    )


def chips(strings: Strings) -> str:
    """Return the example questions as buttons."""
    buttons = "".join(f'<button type="button" class="chip">{escape(chip)}</button>' for chip in strings.chips)
    return f'<div class="chips" role="group" aria-label="{escape(strings.examples)}">{buttons}</div>'


def _footer(strings: Strings) -> str:
    return f"<p><span>{escape(strings.reports_only)}</span> <span>{escape(strings.kept)}</span></p>"


def translations(park: str) -> dict[str, dict[str, str]]:
    """Return the page's translation table by locale: its plain texts and its ready-made parts."""
    return {
        locale: strings.texts()
        | {
            "title": strings.title.format(park=park),
            "header": header(park, strings),
            "welcome_part": welcome(strings),
            "chips_part": chips(strings),
            "panel_part": render.evidence(View("", ""), strings),
            "footer_part": _footer(strings),
            "contact": strings.contact.contact,
            "contact_part": contact_html.parts(park, strings),
        }
        for locale, strings in (("zh", ZH), ("zh-CN", ZH), ("zh-TW", ZH), ("zh-HK", ZH), ("en", EN))
    }
