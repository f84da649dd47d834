import csv
import io
import json
import tracemalloc
from datetime import date, datetime, timedelta

import pytest

from desk.database import Database
from desk.export import BOM, COLUMNS, Form, What, cell, rows, write
from rag.china import CHINA
from tests import desk_rows
from tests.desk_rows import NOON

WHATS: list[What] = ["conversations", "leads", "faq"]


@pytest.fixture
def filled(database: Database) -> Database:
    """One of each, with what is hardest to keep in a table."""
    asked = desk_rows.turn(question='=1+1, "两行"\n有吗？', feedback=desk_rows.feedback(comment="已搬走"))
    with database.writing() as session:
        session.add(desk_rows.conversation(turns=[asked, desk_rows.turn(number=2, mode="refused", refused=True)]))
        need = {"area": "约3000平方米", "industry": "-芯片封装", "move_in": "明年3月前"}
        session.add(desk_rows.lead(contact="+86 23 0000 0000", transcript=[{"question": "公寓？"}], **need))
        session.add(
            desk_rows.entry(
                valid_from=date(2024, 5, 6),
                is_stopped=True,
                phrases=[desk_rows.phrase(), desk_rows.phrase(kind="negative", text="飞机几点？")],
                sources=[desk_rows.told(place=2), desk_rows.passage(place=1)],
            )
        )
    return database


def exported(database: Database, what: What, form: Form, *days: date | None) -> str:
    out = io.StringIO(newline="")
    with database.session() as session:
        write(rows(session, what, *days), what, form, out)
    return out.getvalue()


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


def test_turns_with_what_was_thought_of_them(filled: Database) -> None:
    first, second = table(exported(filled, "conversations", "csv"))
    assert first["question"] == '\'=1+1, "两行"\n有吗？'
    assert (first["asked_at"], first["channel"]) == ("2024-05-06T12:00:00+08:00", "web")
    assert (first["verdict"], first["comment"], json.loads(first["reasons"])) == ("unhelpful", "已搬走", ["outdated"])
    assert json.loads(first["citations"]) == [{"number": 1, "quote": "缙云新居有920套人才公寓。"}]
    assert (second["number"], second["refused"], second["verdict"]) == ("2", "True", "")
    assert first["conversation"] == second["conversation"]


def test_lines_of_json_hold_the_words_as_they_are(filled: Database) -> None:
    first, _ = map(json.loads, exported(filled, "conversations", "jsonl").splitlines())
    assert first["question"] == '=1+1, "两行"\n有吗？'
    (lead,) = map(json.loads, exported(filled, "leads", "jsonl").splitlines())
    assert (lead["contact"], lead["transcript"]) == ("+86 23 0000 0000", [{"question": "公寓？"}])
    assert (lead["area"], lead["industry"], lead["move_in"]) == ("约3000平方米", "-芯片封装", "明年3月前")
    (entry,) = map(json.loads, exported(filled, "faq", "jsonl").splitlines())
    assert (entry["similar"], entry["negative"], entry["valid_from"]) == (["班车时间"], ["飞机几点？"], "2024-05-06")
    assert [source["kind"] for source in entry["sources"]] == ["passage", "staff"]


@pytest.mark.parametrize("what", WHATS)
def test_both_forms_have_the_same_columns(filled: Database, what: What) -> None:
    assert tuple(table(exported(filled, what, "csv"))[0]) == COLUMNS[what]
    assert tuple(json.loads(exported(filled, what, "jsonl").splitlines()[0])) == COLUMNS[what]


def test_a_need_in_a_table_is_no_formula(filled: Database) -> None:
    (lead,) = table(exported(filled, "leads", "csv"))
    assert (lead["area"], lead["industry"], lead["move_in"]) == ("约3000平方米", "'-芯片封装", "明年3月前")
    (entry,) = table(exported(filled, "faq", "csv"))
    assert (entry["is_stopped"], entry["needs_review"]) == ("True", "False")


def test_who_the_visitor_was_is_not_told(filled: Database) -> None:
    assert "5f0c" not in exported(filled, "conversations", "jsonl")


@pytest.mark.parametrize("what", WHATS)
def test_a_table_of_nothing_has_its_columns(database: Database, what: What) -> None:
    assert exported(database, what, "csv") == BOM + ",".join(COLUMNS[what]) + "\r\n"
    assert exported(database, what, "jsonl") == ""


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, [1, 2, 3, 4]),
        (date(2024, 5, 6), None, [2, 3, 4]),
        (None, date(2024, 5, 6), [1, 2, 3]),
        (date(2024, 5, 6), date(2024, 5, 6), [2, 3]),
        (date(2024, 5, 7), date(2024, 5, 6), []),
        (date.min, date.max, [1, 2, 3, 4]),
    ],
)
def test_days_are_china_s_and_both_included(
    database: Database, since: date | None, until: date | None, found: list[int]
) -> None:
    midnight = datetime(2024, 5, 6, tzinfo=CHINA)
    moments = (midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=23, minutes=59))
    with database.writing() as session:
        turns = [desk_rows.turn(number=n, asked_at=at) for n, at in enumerate(moments, 1)]
        session.add(
            desk_rows.conversation(turns=[*turns, desk_rows.turn(number=4, asked_at=midnight + timedelta(days=1))])
        )
    lines = exported(database, "conversations", "jsonl", since, until).splitlines()
    assert [json.loads(line)["number"] for line in lines] == found


@pytest.mark.parametrize("sign", list("=+-@\t\r\n＝＋－＠"))
def test_what_begins_like_a_formula_is_guarded(sign: str) -> None:
    assert cell(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"


@pytest.mark.parametrize("value", ["a=b", " -1", "", "'=1", -1.5, True, None, 3])
def test_the_rest_is_left_alone(value: object) -> None:
    assert cell(value) is value


def test_many_are_never_in_memory_at_once(database: Database) -> None:
    with database.writing() as session:
        for _ in range(30):
            answer = "长" * 3_000
            session.add(desk_rows.conversation(turns=[desk_rows.turn(number=n, answer=answer) for n in range(1, 101)]))

    class Sink(io.StringIO):
        def write(self, text: str, /) -> int:
            return len(text)

    with database.session() as session:
        tracemalloc.start()
        try:
            assert write(rows(session, "conversations"), "conversations", "csv", Sink()) == 3_000
            assert tracemalloc.get_traced_memory()[1] < 9_000_000  # the answers alone are 18 million bytes
        finally:
            tracemalloc.stop()


def test_moments_are_in_order(database: Database) -> None:
    with database.writing() as session:
        for hours in (3, 1, 2):
            session.add(desk_rows.lead(created_at=NOON + timedelta(hours=hours)))
    moments = [json.loads(line)["created_at"] for line in exported(database, "leads", "jsonl").splitlines()]
    assert moments == sorted(moments)
