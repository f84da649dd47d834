from collections.abc import Callable
from datetime import timedelta

import pytest
from desk_rows import NOON, account, conversation, feedback, open_question, open_question_turn, turn
from sqlalchemy import select

from desk.database import Database
from desk.open_questions import NOTE_CHARS, OpenQuestions
from desk.question_records import Question, QuestionError
from desk.tables import AuditEvent, OpenQuestion, OpenQuestionTurn

LATER = NOON + timedelta(days=1)


@pytest.fixture
def questions(database: Database) -> OpenQuestions:
    return OpenQuestions(database)


@pytest.fixture
def put(database: Database) -> Callable[..., int]:
    """Put an open question there, asked by turns of these ids; return its number."""

    def putting(title: str, *turn_ids: str, reason: str = "refused", **over: object) -> int:
        row = open_question(title=title, asked=max(1, len(turn_ids)), **over)
        turns = [turn(id=one, number=place, question=title) for place, one in enumerate(turn_ids, 1)]
        with database.writing() as session:
            session.add_all([row, *([conversation(turns=turns)] if turns else [])])
            session.flush()
            session.add_all(open_question_turn(open_question_id=row.id, turn_id=one, reason=reason) for one in turn_ids)
            return row.id

    return putting


def titles(found: tuple[Question, ...]) -> list[str]:
    return [question.title for question in found]


def events(database: Database) -> list[tuple[str, str, str]]:
    with database.session() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        return [(row.by, row.action, row.subject) for row in rows]


def test_the_most_asked_come_first_or_the_newest(questions: OpenQuestions, put: Callable[..., int]) -> None:
    put("押金几个月？", "a", "b")
    put("有没有班车？", "c", last_at=LATER)
    assert titles(questions.find().questions) == ["押金几个月？", "有没有班车？"]
    assert titles(questions.find(order="newest").questions) == ["有没有班车？", "押金几个月？"]


def test_questions_are_found_by_state_assignee_and_words(questions: OpenQuestions, put: Callable[..., int]) -> None:
    put("押金几个月？100%退吗", assignee="王芳")
    put("班车几点？", state="dismissed")
    assert titles(questions.find(assignee="王芳").questions) == ["押金几个月？100%退吗"]
    assert titles(questions.find(words="押金 退").questions) == ["押金几个月？100%退吗"]
    assert questions.find(words="押金 班车").total == questions.find(assignee="李雷").total == 0
    assert questions.find(words="%").total == 1 and questions.find(words="_").total == 0
    assert titles(questions.find("dismissed").questions) == ["班车几点？"]
    assert questions.counts() == {"open": 1, "answered": 0, "dismissed": 1}


def test_a_page_beyond_the_last_is_the_last(questions: OpenQuestions, put: Callable[..., int]) -> None:
    for number in range(3):
        put(f"问题{number}", f"t{number}")
    page = questions.find(page=9, size=2)
    assert (len(page.questions), page.total) == (1, 3)
    assert OpenQuestions.find(questions, "answered").questions == ()


def test_its_turns_say_why_and_what_was_answered(
    questions: OpenQuestions, put: Callable[..., int], database: Database
) -> None:
    one = put("押金几个月？", "a", "b", reason="unhelpful")
    with database.writing() as session:
        session.add(feedback(turn_id="b", comment="没说清"))
    told = questions.turns(one)
    assert [(row.turn_id, row.reason, row.verdict, row.comment) for row in told] == [
        ("a", "unhelpful", None, ""),
        ("b", "unhelpful", "unhelpful", "没说清"),
    ]
    assert told[0].citations[0]["quote"] == "缙云新居有920套人才公寓。"
    assert questions.question(one).reasons == {"unhelpful": 2}
    assert [row.turn_id for row in questions.turns(one, page=2, size=1)] == ["b"]


def test_a_question_is_given_to_a_colleague_who_can_sign_in(
    questions: OpenQuestions, put: Callable[..., int], database: Database
) -> None:
    one = put("押金几个月？")
    with database.writing() as session:
        session.add_all([account(name="李雷"), account(name="韩梅", is_active=False)])
    assert questions.assign(one, "李雷", by="王芳").assignee == "李雷"
    for name in ("韩梅", "某人"):
        with pytest.raises(QuestionError, match=name):
            questions.assign(one, name, by="王芳")
    assert questions.assign(one, None, by="王芳").assignee is None
    assert events(database) == [("王芳", "question.assign", f"question {one}")] * 2


def test_dismissed_and_opened_again(questions: OpenQuestions, put: Callable[..., int], database: Database) -> None:
    one = put("今天天气怎么样？")
    assert questions.dismiss(one, " 与园区无关 ", by="王芳").note == "与园区无关"
    with pytest.raises(QuestionError, match="已忽略（王芳）"):
        questions.dismiss(one, "", by="李雷")
    assert questions.reopen(one, by="李雷").state == "open"
    with pytest.raises(QuestionError, match=str(NOTE_CHARS)):
        questions.dismiss(one, "长" * (NOTE_CHARS + 1), by="李雷")
    assert [action for _, action, _ in events(database)] == ["question.dismiss", "question.reopen"]


def test_merged_questions_are_one_with_all_their_turns(
    questions: OpenQuestions, put: Callable[..., int], database: Database
) -> None:
    one, other, third = put("押金几个月？", "a"), put("押金多少？", "b", "c", last_at=LATER), put("要押金吗？", "d")
    questions.merge([third], other, by="王芳")
    whole = questions.merge([other, one, other], one, by="王芳")
    assert (whole.asked, whole.last_at, whole.reasons) == (4, LATER, {"refused": 4})
    assert {row.turn_id for row in questions.turns(one)} == {"a", "b", "c", "d"}
    assert titles(questions.find().questions) == ["押金几个月？"]
    assert questions.find("dismissed").total == 0
    assert questions.question(third).merged_into == questions.question(other).merged_into == one
    for late in (lambda: questions.merge([one], other, by="李雷"), lambda: questions.merge([other], one, by="李雷")):
        with pytest.raises(QuestionError, match="已合并"):
            late()
    with pytest.raises(QuestionError, match=f"已并入待答问题 {one}"):
        questions.reopen(other, by="李雷")
    with database.session() as session:
        assert len(session.scalars(select(OpenQuestionTurn)).all()) == 4


def test_a_merge_of_which_one_is_gone_changes_nothing(questions: OpenQuestions, put: Callable[..., int]) -> None:
    one, other = put("押金几个月？", "a"), put("押金多少？", "b")
    with pytest.raises(QuestionError, match="没有这个待答问题"):
        questions.merge([other, 999], one, by="王芳")
    assert questions.question(one).asked == questions.question(other).asked == 1


def test_a_turn_that_does_not_belong_becomes_a_question_of_its_own(
    questions: OpenQuestions, put: Callable[..., int]
) -> None:
    one = put("押金几个月？", "a", "b")
    new = questions.take_out(one, "b", by="王芳")
    assert (new.asked, new.state, new.reasons) == (1, "open", {"refused": 1})
    assert questions.question(one).asked == 1
    with pytest.raises(QuestionError, match="只有这一条"):
        questions.take_out(one, "a", by="王芳")
    with pytest.raises(QuestionError, match="已不在这里"):
        questions.take_out(one, "b", by="王芳")


def test_a_turn_that_staff_come_across_is_put_in_once(
    questions: OpenQuestions, put: Callable[..., int], database: Database
) -> None:
    with database.writing() as session:
        session.add(conversation(turns=[turn(id="x", question="公寓\n有几套？", standalone_question="公寓\n有几套？")]))
    first = questions.put_in("x", by="王芳")
    assert (first.title, first.reasons) == ("公寓 有几套？", {"unsure": 1})
    assert questions.put_in("x", by="李雷").id == first.id
    with pytest.raises(QuestionError, match="已被删除"):
        questions.put_in("y", by="王芳")


@pytest.mark.parametrize("number", [0, -1, 10**12, 7])
def test_a_question_that_is_not_there_is_said_so(questions: OpenQuestions, number: int) -> None:
    with pytest.raises(QuestionError, match="没有这个待答问题"):
        questions.question(number)
    with pytest.raises(QuestionError, match="没有这个待答问题"):
        questions.dismiss(number, "", by="王芳")


def test_a_question_outlives_its_turns(questions: OpenQuestions, put: Callable[..., int], database: Database) -> None:
    one = put("押金几个月？", "a")
    with database.writing() as session:
        link = session.get(OpenQuestionTurn, (one, "a"))
        session.delete(link)
    assert questions.question(one).reasons == {} and questions.turns(one) == ()
    with database.session() as session:
        assert session.get(OpenQuestion, one) is not None
