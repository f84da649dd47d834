"""Answers and reports as escaped HTML. Pure: knows nothing of Gradio, HTTP or where answers come from."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import quote as url_quote

from index.records import Document, Span
from rag.records import Citation
from ui import contact_html
from ui.strings import Strings, format_date
from ui.view import View

STAFF = "staff-"
"""So begins the id of what is cited of staff's own words."""
MARK = re.compile(r"\[([0-9]{1,3})\]")


def report_url(citation: Citation) -> str:
    """Return the address of the report page, scrolled to the cited words."""
    return f"/reports/{url_quote(citation.document_id, safe='')}?start={citation.start}&end={citation.end}#mark"


def turn(view: View, strings: Strings) -> str:
    """Return one exchange: the question, the answer with its marks, its tools, and its folded evidence."""
    data = _attributes(turn=view.key, question=view.question, answer=view.text if view.done else "")
    data += _attributes(kept=view.turn_id) if view.turn_id else ""
    busy = "false" if view.done or view.notice else "true"
    return (
        f'<article class="turn"{data} aria-busy="{busy}">'
        f'<div class="question"><span class="sr">{escape(strings.you)}</span><p>{escape(view.question)}</p></div>'
        f"{_answer(view, strings)}</article>"
    )


def _answer(view: View, strings: Strings) -> str:
    if view.notice:
        return f'<div class="answer notice" role="status"><p>{escape(view.notice)}</p>{_tools(strings)}</div>'
    state = " refused" if view.refused else " staff" if view.staff else ""
    words = f'<div class="words">{_words(view, strings)}{_progress(view, strings)}</div>'
    person = contact_html.person(view, strings)
    tools = _tools(strings, _copy(view, strings), contact_html.verdicts(view, strings)) if view.done else ""
    return f'<div class="answer{state}">{_badge(view, strings)}{words}{person}{tools}{_folded(view, strings)}</div>'


def _badge(view: View, strings: Strings) -> str:
    label = strings.refused if view.refused else strings.direct if view.direct else ""
    if view.staff:
        label = f"{strings.contact.staff} · {view.staff.answered_on.isoformat()}"
    return f'<p class="badge">{escape(label)}</p>' if label else ""


def _progress(view: View, strings: Strings) -> str:
    """Return what is going on while more words are to come."""
    if view.done or (view.text and view.place is None):
        return ""
    doing = strings.more if view.text else strings.writing if view.citations else strings.thinking
    if view.place:
        doing = strings.waiting.format(place=view.place)
    return f'<p class="thinking">{escape(doing)}</p>'


def _words(view: View, strings: Strings) -> str:
    known = {citation.number: citation for citation in view.shown}
    return "".join(f"<p>{_linked(line, known, strings)}</p>" for line in view.text.split("\n") if line.strip())


def _linked(line: str, known: dict[int, Citation], strings: Strings) -> str:
    """Escape a line; a mark becomes a link only when its number is one of the citations."""
    parts, position = [], 0
    for match in MARK.finditer(line):
        citation = known.get(int(match[1]))
        if citation is not None:
            parts += [escape(line[position : match.start()]), _mark(citation, strings)]
            position = match.end()
    return "".join([*parts, escape(line[position:])])


def _mark(citation: Citation, strings: Strings) -> str:
    label = strings.mark.format(number=citation.number, title=_title(citation, strings))
    return (
        f'<a class="mark" href="{escape(report_url(citation))}" data-number="{citation.number}"'
        f' aria-label="{escape(label)}">[{citation.number}]</a>'
    )


def _is_staffs(citation: Citation) -> bool:
    """Whether the words are staff's own, not a report's."""
    return citation.document_id.startswith(STAFF)


def _title(citation: Citation, strings: Strings) -> str:
    return strings.contact.staff if _is_staffs(citation) else citation.document


def _tools(strings: Strings, first: str = "", last: str = "") -> str:
    again = f'<button type="button" class="tool" data-act="again">{escape(strings.again)}</button>'
    return f'<div class="tools">{first}{again}{last}</div>'


def _copy(view: View, strings: Strings) -> str:
    text = escape(copy_text(view, strings))
    return f'<button type="button" class="tool" data-act="copy" data-text="{text}">{escape(strings.copy)}</button>'


def copy_text(view: View, strings: Strings) -> str:
    """Return what the copy button copies: the answer, then each source with its exact words."""
    lines = [f"[{c.number}] {_source_line(c, strings)}{_copied_quote(c, view)}" for c in view.citations]
    return "\n".join([view.text, *([f"\n{strings.sources}：", *lines] if lines else [])])


def _copied_quote(citation: Citation, view: View) -> str:
    return "" if _is_said(citation, view) else f"：“{citation.quote}”"


def _is_said(citation: Citation, view: View) -> bool:
    """Whether the quote is staff's words that the answer consists of: shown once more they would tell nothing."""
    return _is_staffs(citation) and _bare(citation.quote) in _bare(view.text)


def _bare(text: str) -> str:
    return "".join(MARK.sub("", text).split())


def _source_line(citation: Citation, strings: Strings) -> str:
    if _is_staffs(citation):
        return " · ".join(filter(None, (strings.contact.staff, format_date(citation.date, strings))))
    section = " › ".join(citation.headings)
    return " · ".join(filter(None, (f"《{citation.document}》", section, format_date(citation.date, strings))))


def _folded(view: View, strings: Strings) -> str:
    if not view.shown:
        return ""
    label = strings.sources_count if view.citations else strings.nearby
    summary = escape(label.format(count=len(view.shown)))
    return f'<details class="folded"><summary>{summary}</summary>{evidence(view, strings)}</details>'


def evidence(view: View, strings: Strings) -> str:
    """Return the evidence of an exchange: citations as numbered cards, or what lies near a refusal."""
    if not view.shown:
        text = f'<h2>{escape(strings.sources)}</h2><p class="empty">{escape(strings.sources_empty)}</p>'
        return f'<div class="evidence"><div class="blank">{text}</div></div>'
    near = not view.citations
    note = f'<p class="note">{escape(strings.nearby_note)}</p>' if near else ""
    head = strings.nearby if near else strings.sources_count.format(count=len(view.shown))
    cards = "".join(_card(citation, view, strings) for citation in view.shown)
    return (
        f'<div class="evidence{" near" if near else ""}"{_attributes(turn=view.key)}><h2>{escape(head)}</h2>{note}'
        f'<ol class="cards">{cards}</ol></div>'
    )


def _card(citation: Citation, view: View, strings: Strings) -> str:
    page = strings.page_number.format(page=citation.page) if citation.page is not None else ""
    section = "" if _is_staffs(citation) else " › ".join(citation.headings)
    about = "".join(
        f"<span>{escape(fact)}</span>" for fact in (section, page, format_date(citation.date, strings)) if fact
    )
    link = strings.contact.open_staff if _is_staffs(citation) else strings.open_report
    said = f'<p class="note">{escape(strings.contact.staff_words)}</p>' if _is_said(citation, view) else ""
    return (
        f'<li class="card" tabindex="-1" data-number="{citation.number}"><div class="card-head">'
        f'<span class="number" aria-hidden="true">{citation.number}</span>'
        f"<h3>{escape(_title(citation, strings))}</h3></div>"
        f'<p class="about">{about}</p>{said or _quoted(citation)}'
        f'<a class="open" href="{escape(report_url(citation))}">{escape(link)}</a></li>'
    )


def _quoted(citation: Citation) -> str:
    return f'<blockquote lang="zh">{_passage(citation)}</blockquote>'


def _passage(citation: Citation) -> str:
    """Return the paragraph with the quote marked; the quote alone when the paragraph does not hold it there."""
    start = citation.start - citation.passage_start
    end = start + len(citation.quote)
    if start < 0 or citation.passage[start:end] != citation.quote:
        return f"<mark>{escape(citation.quote)}</mark>"
    before, after = citation.passage[:start], citation.passage[end:]
    return f"{escape(before)}<mark>{escape(citation.quote)}</mark>{escape(after)}"


def _attributes(**data: str) -> str:
    return "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())


def report(document: Document, span: Span | None, strings: Strings) -> str:
    """Return a whole report as one article, the span's words marked; the first marked piece has the id `mark`."""
    lines = _lines(document.text)
    headings = {heading.start: heading.level for heading in document.headings}
    body = "".join(_report_line(document.text, line, headings.get(line.start), span) for line in lines)
    facts = "".join(
        f"<span>{escape(fact)}</span>" for fact in (format_date(document.date, strings), document.source) if fact
    )
    return (
        f'<article class="report"><header><h1>{escape(document.title)}</h1><p class="about">{facts}</p></header>'
        f'<div class="text" lang="zh">{body}</div></article>'
    )


def _lines(text: str) -> Iterator[Span]:
    """Yield the spans of the lines that hold anything, without their line ends."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield Span(start, start + len(line))
        start += len(line) + 1


def _report_line(text: str, line: Span, level: int | None, span: Span | None) -> str:
    tag = "p" if level is None else f"h{min(level + 1, 6)}"
    return f"<{tag}>{_marked(text, line, span)}</{tag}>"


def _marked(text: str, line: Span, span: Span | None) -> str:
    if span is None or span.end <= line.start or span.start >= line.end:
        return escape(line.of(text))
    start, end = max(span.start, line.start), min(span.end, line.end)
    anchor = ' id="mark"' if start == span.start or not text[span.start : line.start].strip() else ""
    pieces = (text[line.start : start], text[start:end], text[end : line.end])
    before, words, after = map(escape, pieces)
    return f"{before}<mark{anchor}>{words}</mark>{after}"


def page(title: str, body: str, strings: Strings, styles: Sequence[str]) -> str:
    """Return a whole HTML document without any script round an already escaped body."""
    links = "".join(f'<link rel="stylesheet" href="{escape(style)}">' for style in styles)
    return (
        f'<!doctype html><html lang="{strings.lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>{links}</head>"
        f'<body class="report-page"><nav><a href="/">{escape(strings.back)}</a></nav><main>{body}</main></body></html>'
    )
