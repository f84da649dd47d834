"""What visitors are offered besides answers, as escaped HTML: verdicts, a way to a person. Pure, like ui/render.py.

The form and the question what was missing are templates: the page's script shows them when they are asked for.
"""

from html import escape

from ui.contact_strings import ContactStrings
from ui.feedback import MAX_COMMENT_CHARS
from ui.leads import REQUIRED, consent_text
from ui.strings import Strings
from ui.view import View

# A phone's keyboard, and what it may fill in by itself.
_TYPING = {
    "name": 'autocomplete="name" enterkeyhint="next"',
    "contact": 'autocomplete="tel" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="next"',
    "company": 'autocomplete="organization" enterkeyhint="next"',
    "area": 'inputmode="decimal" autocomplete="off" enterkeyhint="next"',
    "industry": 'autocomplete="off" enterkeyhint="next"',
    "move_in": 'autocomplete="off" enterkeyhint="next"',
}


def verdicts(view: View, strings: Strings) -> str:
    """Return the two buttons under an answer that can be judged."""
    if not view.turn_id or view.greeting:
        return ""
    words = strings.contact
    buttons = "".join(
        f'<button type="button" class="tool" data-verdict="{verdict}" aria-pressed="false">{escape(label)}</button>'
        for verdict, label in (("helpful", words.helpful), ("unhelpful", words.unhelpful))
    )
    return f'<span class="verdicts" role="group" aria-label="{escape(words.verdict)}">{buttons}</span>'


def person(view: View, strings: Strings) -> str:
    """Return the way to a person: under every refusal, and under an answer to who would rather speak to somebody."""
    if not (view.done and (view.refused or view.wishes)):
        return ""
    call = f"<p>{escape(strings.contact.call)}</p>" if view.wishes else ""
    return f'<div class="person">{call}{contact_button(strings.contact)}</div>'


def contact_button(words: ContactStrings) -> str:
    """Return a button that opens the form."""
    return f'<button type="button" class="contact" data-act="contact">{escape(words.contact)}</button>'


def parts(park: str, strings: Strings) -> str:
    """Return the templates that the page's script shows when they are asked for, and its words."""
    words = strings.contact
    said = {
        "thanks": words.thanks,
        "judging-failed": words.judging_failed,
        "sending": words.sending,
        "correct": words.correct,
        "offline": words.offline,
        "not-kept": words.not_kept,
        "too-many": words.too_many,
        "sent": words.sent,
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    return (
        f'<div id="park-contact-words"{data}></div><template id="park-reasons-part">{_reasons(words)}</template>'
        f'<template id="park-form-part">{_dialog(park, words)}</template>'
    )


def _reasons(words: ContactStrings) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="reason" value="{code}"><span>{escape(label)}</span></label>'
        for code, label in words.reasons
    )
    return (
        f'<form class="reasons"><fieldset><legend>{escape(words.reasons_title)}</legend>'
        f'<div class="boxes">{boxes}</div></fieldset>'
        f'<label class="comment"><span>{escape(words.comment)}</span><textarea name="comment" rows="2"'
        f' maxlength="{MAX_COMMENT_CHARS}" placeholder="{escape(words.comment_hint)}"></textarea></label>'
        f'<p class="row"><button type="submit" class="contact">{escape(words.submit)}</button>'
        f'<button type="button" class="tool" data-act="close-reasons">{escape(words.cancel)}</button></p></form>'
    )


def _dialog(park: str, words: ContactStrings) -> str:
    return (
        '<dialog class="lead-dialog" aria-labelledby="lead-title"><div class="lead-head">'
        f'<h2 id="lead-title">{escape(words.title)}</h2>'
        f'<button type="button" class="close" data-act="close-lead">{escape(words.close)}</button></div>'
        f"{_form(park, words)}{_sent(words)}</dialog>"
    )


def _form(park: str, words: ContactStrings) -> str:
    need = (
        f'<fieldset><legend>{escape(words.need)}</legend><div class="pair">'
        f"{_field('area', words.area, words, words.area_hint)}"
        f"{_field('industry', words.industry, words, words.industry_hint)}</div>"
        f"{_field('move_in', words.move_in, words, words.move_in_hint)}{_note(words)}</fieldset>"
    )
    return (
        f'<form class="lead" novalidate><p class="intro">{escape(words.intro)}</p>'
        f'<div class="pair first">{_field("name", words.name, words)}'
        f"{_field('contact', words.reach, words, words.reach_hint)}</div>"
        f"{_field('company', words.company, words)}{need}{_consent(park, words)}"
        '<p class="failure" role="alert" hidden></p>'
        f'<p class="row"><button type="submit" class="contact">{escape(words.send)}</button></p></form>'
    )


def _field(name: str, label: str, words: ContactStrings, hint: str = "") -> str:
    shown = f' placeholder="{escape(hint)}"' if hint else ""
    return (
        f'<div class="field"><label for="lead-{name}">{escape(label)}{_star(name, words)}</label>'
        f'<input id="lead-{name}" name="{name}" type="text" {_TYPING[name]}{shown}'
        f"{_required(name)}{_described(name)}</div>"
    )


def _note(words: ContactStrings) -> str:
    return (
        f'<div class="field"><label for="lead-need">{escape(words.note)}</label>'
        f'<textarea id="lead-need" name="need" rows="2"'
        f' aria-describedby="lead-need-error"></textarea>{_error("need")}</div>'
    )


def _consent(park: str, words: ContactStrings) -> str:
    return (
        '<div class="field consent"><label><input id="lead-consent" name="consent" type="checkbox" aria-required="true"'
        ' aria-describedby="lead-consent-error">'
        f'<span id="lead-consent-text">{escape(consent_text(park, words))}</span></label>{_error("consent")}</div>'
    )


def _sent(words: ContactStrings) -> str:
    return (
        f'<div class="sent" hidden tabindex="-1" role="status"><h3>{escape(words.sent_title)}</h3><p class="who"></p>'
        f'<p class="reference">{escape(words.reference)} <b></b></p><p>{escape(words.sent_next)}</p>'
        '<p class="row"><button type="button" class="contact" data-act="close-lead">'
        f"{escape(words.close)}</button></p></div>"
    )


def _star(name: str, words: ContactStrings) -> str:
    if name not in REQUIRED:
        return ""
    return f'<span class="star" aria-hidden="true"> *</span><span class="sr">（{escape(words.required)}）</span>'


def _required(name: str) -> str:
    return ' aria-required="true"' if name in REQUIRED else ""


def _described(name: str) -> str:
    return f' aria-describedby="lead-{name}-error">{_error(name)}'


def _error(name: str) -> str:
    return f'<p class="error" id="lead-{name}-error"></p>'
