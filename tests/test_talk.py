"""One question of the page: how an exchange grows, and what a visitor reads when it cannot be answered."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from rag.records import AnswerEvent, Request, StaffReply, Turn, WaitingEvent
from rag.staff_answers import StaffAnswer
from settings import Settings
from tests.toy_answering import ToyAnswering
from ui.service import Service
from ui.strings import EN, ZH
from ui.talk import grown, respond
from ui.view import View

VISITOR = ("", "10.0.0.1")


def test_an_exchange_grows_from_evidence_to_answer() -> None:
    views = list(respond(Service(Settings(), ToyAnswering()), "人才公寓有多少套？", [], ZH, VISITOR))
    assert views[0].citations and not views[0].text
    texts = [view.text for view in views]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert [view.done for view in views] == [False] * (len(views) - 1) + [True]
    assert len({view.key for view in views}) == 1


def test_a_refusal_is_one_from_its_first_view() -> None:
    views = list(respond(Service(Settings(), ToyAnswering()), "就餐贵不贵？", [], ZH, VISITOR))
    assert all(view.refused and view.nearby and not view.citations for view in views)


def test_each_exchange_has_a_key_of_its_own() -> None:
    service = Service(Settings(), ToyAnswering())
    keys = {list(respond(service, "食堂？", [], ZH, VISITOR))[-1].key for _ in range(10)}
    assert len(keys) == 10


def test_the_conversation_is_handed_on() -> None:
    desk = ToyAnswering()
    list(respond(Service(Settings(), desk), "多少套？", [["人才公寓？", "有。"]], ZH, VISITOR))
    assert desk.requests[-1].history == (Turn("人才公寓？", "有。"),)


def notice(service: Service, question: object, history: object = None) -> str:
    (view,) = respond(service, question, history, ZH, VISITOR)
    assert isinstance(view, View) and not view.text and not view.citations
    return view.notice


def test_what_cannot_be_answered_is_a_sentence() -> None:
    service = Service(Settings(question_chars=10), ToyAnswering())
    assert notice(service, "字" * 11) == ZH.too_long.format(length=11, limit=10)
    assert notice(service, None) == ZH.failed
    assert notice(service, "食堂？", "not a history") == ZH.failed
    assert notice(service, "故障") == ZH.failed
    assert notice(Service(Settings()), "食堂？") == ZH.starting


def test_too_many_questions_is_a_sentence_in_the_visitors_language() -> None:
    service = Service(Settings(questions_per_minute=1), ToyAnswering(), clock=lambda: 5.0)
    list(respond(service, "食堂？", [], EN, VISITOR))
    (view,) = respond(service, "食堂？", [], EN, VISITOR)
    assert view.notice == "That was a little fast. Please try again in 60 seconds."


@pytest.mark.parametrize("question", ["", "  "])
def test_an_empty_question_is_shown_as_nothing_at_all(question: str) -> None:
    assert list(respond(Service(Settings(), ToyAnswering()), question, [], ZH, VISITOR)) == []


def test_a_place_in_the_queue_is_shown_until_the_answer_is_whole() -> None:
    view = grown(View("k", "问"), WaitingEvent(2))
    assert view.place == 2
    answer = ToyAnswering().invoke(Request("人才公寓有多少套？"))
    assert grown(view, AnswerEvent(answer)).place is None


@pytest.mark.parametrize(("question", "refused"), [("您好！", False), ("月球上有什么？", True)])
def test_hello_is_no_question_without_an_answer(question: str, refused: bool) -> None:
    answer = replace(ToyAnswering().invoke(Request(question)), refused=True)
    assert grown(View("k", question), AnswerEvent(answer)).refused is refused


def test_quotes_where_a_chat_model_is_set_are_marked() -> None:
    desk = ToyAnswering()
    desk.writes = True
    views = list(respond(Service(Settings(), desk), "人才公寓有多少套？", [], ZH, VISITOR))
    assert [view.direct for view in views] == [False] * (len(views) - 1) + [True]


def test_a_wish_to_speak_to_somebody_and_a_greeting_are_told_apart_from_questions() -> None:
    answer = ToyAnswering().invoke(Request("人才公寓有多少套？"))
    for question, wishes, greeting in (("想租廠房", True, False), ("租金多少", False, False), ("你好", False, True)):
        view = grown(View("k", question), AnswerEvent(answer))
        assert (view.wishes, view.greeting) == (wishes, greeting)


def test_what_staff_have_answered_is_shown_as_theirs() -> None:
    given = StaffAnswer(3, 1, "班车几点发车？", "早上七点半。", date(2026, 11, 25))
    *_, last = respond(Service(Settings(), ToyAnswering(staff=(given,))), given.question, [], ZH, VISITOR)
    assert last.staff == StaffReply(3, date(2026, 11, 25)) and last.text == "早上七点半。[1]"
