"""The view 线索 as escaped HTML: the list, and one lead with what was said before. Pure: knows no Gradio."""

import re
from html import escape

from desk import words
from desk.leads import LeadDetail, LeadLine, LeadPage
from desk.tables import LeadState
from ui.desk.seen import exchange

_STYLES: dict[LeadState, str] = {"new": " warn", "called": "", "closed": " off"}
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]")


def lines(page: LeadPage, chosen: str = "") -> str:
    """Return the list; every row can be picked by its lead's id."""
    rows = "".join(f"<li>{_line(lead, chosen)}</li>" for lead in page.leads)
    if not rows:
        return '<p class="nothing">没有线索。访客在聊天页留下联系方式后，会出现在这里。</p>'
    return f'<ul class="rows" aria-label="线索列表">{rows}</ul>'


def counts(page: LeadPage) -> str:
    """Return how many there are in each state, and which page this is."""
    told = [f"{name} {page.by_state.get(state, 0)}" for state, name in words.LEAD_STATES.items()]
    told.append(f"第 {page.page} / {page.pages} 页")
    facts = "".join(f"<span>{one}</span>" for one in told)
    export = '<a class="export" href="/desk/files/leads.csv" download>导出全部为 CSV</a>'
    return f'<div class="counts"><p class="facts">{facts}</p>{export}</div>'


def _line(lead: LeadLine, chosen: str) -> str:
    current = ' aria-current="true"' if lead.id == chosen else ""
    who = " · ".join(filter(None, (lead.name, lead.company)))
    need = " · ".join(filter(None, (lead.need, lead.area, lead.industry)))
    about = "".join(f"<span>{escape(fact)}</span>" for fact in (words.moment(lead.created_at), lead.contact) if fact)
    return (
        f'<button type="button" data-pick="{escape(lead.id)}"{current}><span class="title">{escape(who)}</span>'
        f'<span class="facts">{_state(lead.state)}{about}</span><span class="need">{escape(need)}</span></button>'
    )


def _state(state: LeadState) -> str:
    return f'<span class="tag{_STYLES[state]}">{words.LEAD_STATES[state]}</span>'


def nothing_chosen() -> str:
    """Return what stands beside the list before a row is picked."""
    return '<p class="nothing">在左侧选择一条线索，这里会显示联系方式、需求和当时的对话。</p>'


def lead(told: LeadDetail) -> str:
    """Return who it is, what is needed and what was agreed to."""
    rows = [
        ("联系方式", _contact(told.contact)),
        ("公司", escape(told.company)),
        ("需求", escape(told.need)),
        ("面积", escape(told.area)),
        ("行业", escape(told.industry)),
        ("入驻时间", escape(told.move_in)),
        ("留言时间", words.moment(told.created_at)),
        ("授权", f"{escape(told.consent_text)}（{words.moment(told.consent_at)}）"),
    ]
    if told.updated_at > told.created_at:
        rows.append(("最近处理", words.moment(told.updated_at)))
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    return (
        f'<section class="lead" aria-label="线索"><h3>{escape(told.name)} {_state(told.state)}</h3>'
        f"<dl>{facts}</dl></section>"
    )


def _contact(contact: str) -> str:
    """Return the contact, a telephone number as a link that calls it."""
    if not _PHONE.fullmatch(contact.strip()):
        return escape(contact)
    number = re.sub(r"[^0-9+]", "", contact)
    return f'<a href="tel:{number}">{escape(contact)}</a>'


def transcript(told: LeadDetail) -> str:
    """Return the conversation as it was when the lead was left."""
    seen = "".join(
        f"<li>{exchange(str(place), one.question, one.answer, one.citations, one.nearby, refused=one.refused)}</li>"
        for place, one in enumerate(told.transcript, 1)
    )
    if not seen:
        return '<section class="talk"><h3>当时的对话</h3><p class="facts">留言之前没有提问。</p></section>'
    return (
        f'<section class="talk" aria-label="当时的对话"><header><h3>当时的对话</h3></header><ol>{seen}</ol></section>'
    )
