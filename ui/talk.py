"""One question of the page, from what the browser sent to what is shown. Knows no Gradio and no HTML."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from desk.types import utc_now
from rag.greeting import is_greeting
from rag.records import AnswerEvent, DeltaEvent, Event, PassagesEvent, Request, WaitingEvent
from rag.writing import normalise
from ui import door
from ui.door import Rejection
from ui.intent import wants_contact
from ui.service import Service
from ui.strings import Strings
from ui.view import View

logger = logging.getLogger(__name__)


def views(service: Service, request: Request, key: str, cookie: str) -> Iterator[View]:
    """Yield the exchange as it grows: the evidence before the words, the whole answer last; that one is kept."""
    view, asked_at = View(key, request.question), utc_now()
    answering = service.opened()
    with closing(answering.stream(request)) as events:
        for event in events:
            view = grown(view, event)
            if isinstance(event, AnswerEvent):
                turn_id = service.keep(cookie, "web", request, event.answer, asked_at)
                view = replace(view, direct=answering.writes and event.answer.mode == "quote", turn_id=turn_id)
            yield view


def grown(view: View, event: Event) -> View:
    """Return the exchange after one more event."""
    match event:
        case PassagesEvent(citations, nearby):
            return replace(view, citations=citations, nearby=nearby, refused=bool(nearby and not citations))
        case WaitingEvent(place):
            return replace(view, place=place)
        case DeltaEvent(text):
            return replace(view, text=view.text + text)
        case AnswerEvent(answer):
            question = normalise(view.question)
            greeting = is_greeting(question)
            return replace(
                view,
                text=answer.answer,
                citations=answer.citations,
                nearby=answer.nearby,
                # Who says hello has asked nothing that the reports could have told.
                refused=answer.refused and not greeting,
                done=True,
                place=None,
                greeting=greeting,
                wishes=wants_contact(question),
                staff=answer.staff,
            )


def respond(
    service: Service, question: object, history: object, strings: Strings, visitor: tuple[str, str]
) -> Iterator[View]:
    """Answer one question of the page; whatever stands in the way is said in the visitor's language, not raised.

    `visitor` is the cookie and the address.
    """
    key = secrets.token_hex(4)
    shown = question if isinstance(question, str) else ""
    if isinstance(question, str) and not question.strip():
        return
    try:
        request = Request(door.read_question(question, service.settings.question_chars), door.read_history(history))
        service.opened()
        service.admit(*visitor)
        yield from views(service, request, key, visitor[0])
    except Rejection as rejection:
        yield View(key, shown[:200], notice=_notice(rejection, shown, service, strings))
    # A visitor must see a sentence, not a stack trace or a spinner that never stops.
    except Exception:
        logger.exception("answering failed")
        yield View(key, shown[:200], notice=strings.failed)


def _notice(rejection: Rejection, question: str, service: Service, strings: Strings) -> str:
    limit = service.settings.question_chars
    texts = {
        "question_too_long": strings.too_long.format(length=len(question.strip()), limit=limit),
        "too_many_questions": strings.too_many.format(seconds=rejection.retry_after),
        "starting": strings.starting,
    }
    return texts.get(rejection.code, strings.failed)
