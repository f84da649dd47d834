"""Entries as a table: there and back, what would change shown before it does, all of it or nothing."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, delete, event, func, select

from desk.database import Database
from desk.entries import Entries, Entry, EntryChangedError, EntryDraft
from desk.tables import AuditEvent, FaqEntry, FaqRevision, RegressionCase
from desk.transfer import Addition, Difference, Form, Plan, Problem, apply, export_entries, plan
from desk.transfer_cells import COLUMNS, TransferError
from rag.staff_answers import PassageSource
from tests.transfer_drafts import BUS, DRAFTS, PAPERS, TOLD

PASSAGE = PassageSource("d1", "班车.md", "班车", "班车早上七点半发车。", 0, 10)
DRAFT = EntryDraft(
    "班车几点发车？",
    "早上七点半。",
    similar=("班车时间", "=几点有班车"),
    negative=("飞机几点？",),
    sources=(PASSAGE, TOLD),
    valid_from=date(2024, 5, 6),
    owner="王芳",
    review_by=date(2024, 12, 1),
)


@pytest.fixture
def entry(database: Database) -> Entry:
    return Entries(database).publish(DRAFT, by="王芳")


def table(*rows: str, head: str = "标准问题,答案,来源") -> bytes:
    return "\n".join([head, *rows]).encode()


def planned(database: Database, *rows: str, head: str = "标准问题,答案,来源") -> Plan:
    return plan(database, table(*rows, head=head), "表.csv", PAPERS.get)


def count(database: Database, what: type = FaqEntry) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drafts=st.lists(DRAFTS, max_size=3))
def test_what_is_exported_changes_nothing_and_makes_the_same_elsewhere(
    database: Database, form: Form, drafts: list[EntryDraft]
) -> None:
    with database.writing() as session:
        session.execute(delete(FaqEntry))
    published = []
    for number, draft in enumerate(drafts):
        published.append(Entries(database).publish(_apart(draft, number), by="王芳").draft)
    exported = export_entries(database, form, by="王芳")
    again = plan(database, exported, "f", {}.get)
    assert (again.problems, again.steps, again.notes) == ((), (), ())
    assert again.unchanged == len(published)
    if published:
        changed = replace(published[0], answer="另一个答案", owner="", similar=())
        Entries(database).change(
            Entries(database).find(published[0].question).entries[-1].id, changed, by="李", revision=1
        )
        back = plan(database, exported, "f", {}.get)
        assert [step.draft for step in back.steps] == published[:1]


def _apart(draft: EntryDraft, number: int) -> EntryDraft:
    """The same draft, of questions that none of the others asks."""
    return replace(
        draft, question=f"{number}号{draft.question}", similar=tuple(f"{number}{one}" for one in draft.similar)
    )


def test_an_export_is_told_in_the_audit(database: Database, entry: Entry) -> None:
    exported = export_entries(database, "csv", by="李雷").decode("utf-8-sig")
    assert exported.splitlines()[0] == ",".join(COLUMNS.values())
    assert "资料｜班车.md｜班车早上七点半发车。\n工作人员｜王芳｜2024-05-06" in exported
    with database.session() as session:
        event_ = session.scalars(select(AuditEvent).where(AuditEvent.action == "faq.export")).one()
    assert (event_.by, event_.subject, event_.detail) == ("李雷", "faq", {"format": "csv"})


def test_a_plan_tells_what_would_be_added_changed_and_left(database: Database, entry: Entry) -> None:
    bus = export_entries(database, "csv", by="王芳").decode("utf-8-sig").split("\r\n", 1)[1].strip()
    told = planned(
        database, bus.replace("早上七点半。", "早上八点。").replace("班车时间\n", ""),
        ",食堂在哪？,,,在一号楼。,资料｜班车.md｜晚上|六点\\｜返回。,停用,2024/5/6,2024年5月7日,,",
        head=",".join(COLUMNS.values()),
    )  # fmt: skip
    assert told.problems == ()
    assert told.changed[0].differences == (
        Difference("相似问法", "班车时间\n=几点有班车", "=几点有班车"),
        Difference("答案", "早上七点半。", "早上八点。"),
    )
    start = BUS.text.index("晚上")
    assert told.added == (
        Addition(
            3,
            EntryDraft(
                "食堂在哪？",
                "在一号楼。",
                sources=(PassageSource("d1", "班车.md", "班车", "晚上|六点｜返回。", start, start + 9),),
                is_on=False,
                valid_from=date(2024, 5, 6),
                valid_to=date(2024, 5, 7),
            ),
        ),
    )
    assert count(database) == 1
    assert apply(database, told, by="李雷") == 2
    after = Entries(database)
    assert after.entry(entry.id).draft == replace(DRAFT, similar=("=几点有班车",), answer="早上八点。")
    assert (after.entry(entry.id).updated_by, after.history(entry.id)[0].action) == ("李雷", "change")
    assert after.find("食堂").entries[0].draft == told.added[0].draft
    with database.session() as session:
        done = session.scalars(select(AuditEvent).where(AuditEvent.action == "faq.import")).one()
    assert done.detail == {"file": "表.csv", "added": 1, "changed": 1}


def test_a_row_without_a_number_means_the_entry_of_its_question(database: Database, entry: Entry) -> None:
    told = planned(database, " 班车几点发车 ,早上八点。", head="标准问题,答案")
    assert told.changed[0].entry_id == entry.id
    assert [one.column for one in told.changed[0].differences] == ["标准问题", "答案"]
    assert told.changed[0].draft.sources == DRAFT.sources  # a column that is not there changes nothing
    assert planned(database, f"{entry.id},", head="编号,标准问题").problems == (Problem(2, "标准问题不能为空"),)


@pytest.mark.parametrize(
    ("rows", "row", "message"),
    [
        ([",没有问题,工作人员｜王芳｜2024-05-06"], 2, "标准问题不能为空"),
        (["食堂？,,工作人员｜王芳｜2024-05-06"], 2, "答复不能为空"),
        (["食堂？,一号楼,"], 2, "缺来源"),
        (["食堂？,一号楼,资料｜班车.md｜八点发车"], 2, "逐字照抄"),
        (["食堂？,一号楼,工作人员｜王芳｜2024-05-06", "食堂,二号楼,工作人员｜王芳｜2024-05-06"], 3, "由第 2 行"),
        (["班车几点发车,八点。,", "班车几点发车？,九点。,"], 2, "至少附上一个来源"),
        (["班车几点发车,八点。,工作人员｜王芳｜2024-05-06"] * 2, 3, "与第 2 行是同一条"),
        (["班车时间？,八点。,工作人员｜王芳｜2024-05-06"], 2, "已由常见问答 1“班车几点发车？”回答"),
        (["问" * 600 + ",八点。,工作人员｜王芳｜2024-05-06"], 2, "最多500字"),
        (["\ud800问\u202e,八点。,工作人员｜王芳｜2024-05-06".replace("\ud800", "")], 2, "看不见的字符"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_nothing_is_imported(
    database: Database, entry: Entry, rows: list[str], row: int, message: str
) -> None:
    told = planned(database, *rows, "停车场在哪？,地下,工作人员｜王芳｜2024-05-06")
    assert message in next(problem.message for problem in told.problems if problem.row == row)
    assert all(" / " not in problem.message for problem in told.problems)
    with pytest.raises(TransferError, match=r"还有 \d 处问题"):
        apply(database, told, by="李雷")
    assert count(database) == 1


def test_numbers_that_mean_no_entry(database: Database, entry: Entry) -> None:
    told = planned(database, "99,a,b", "七,a,b", "1,班车几点？,八点", head="编号,标准问题,答案")
    assert [(problem.row, problem.message[:8]) for problem in told.problems] == [
        (2, "没有编号为 99"),
        (3, "编号应是导出时的"),
    ]
    assert told.changed[0].row == 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空的"),
        (b"x" * 10_000_001, "最多 10 MB"),
        (b"\xd0\xcf\x11\xe0old", "xlsx"),
        ("编号,答案\n1,八点".encode(), "找不到表头"),
        ("标准问题,答案,问题\n".encode(), "“标准问题”出现了两次"),
    ],
    ids=["empty", "too large", "old Excel", "no head", "a head twice"],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_cannot_be_read_at_all(database: Database, data: bytes, message: str) -> None:
    with pytest.raises(TransferError, match=message):
        plan(database, data, "f", PAPERS.get)


def test_columns_that_are_not_known_are_told_and_an_empty_table_does_nothing(database: Database) -> None:
    told = planned(database, head="常见问答\n\n标准问题,备注,<b>")
    assert told.notes == ("“备注”这一列不认识，不会导入", "“<b>”这一列不认识，不会导入")
    with pytest.raises(TransferError, match="没有要导入的内容"):
        apply(database, told, by="李雷")


def _edited(entries: Entries, entry: Entry) -> None:
    entries.change(entry.id, replace(entry.draft, owner="韩梅"), by="韩梅", revision=entry.revision)


def _taken(entries: Entries, _: Entry) -> None:
    entries.publish(EntryDraft("食堂在哪？", "二号楼。", sources=(TOLD,)), by="韩梅")


@pytest.mark.parametrize(
    "meanwhile",
    [_edited, _taken, lambda entries, entry: entries.delete(entry.id, by="韩梅")],
    ids=["edit", "add", "delete"],
)
def test_what_has_changed_since_the_plan_stops_all_of_it(
    database: Database, entry: Entry, meanwhile: Callable[[Entries, Entry], None]
) -> None:
    told = planned(
        database, "停车场在哪？,地下,工作人员｜王芳｜2024-05-06", "食堂在哪？,一号楼,工作人员｜王芳｜2024-05-06",
        "班车几点发车？,八点,工作人员｜王芳｜2024-05-06",
    )  # fmt: skip
    assert (len(told.added), len(told.changed), told.problems) == (2, 1, ())
    meanwhile(Entries(database), entry)
    before = (
        count(database),
        count(database, FaqRevision),
        count(database, AuditEvent),
        count(database, RegressionCase),
    )
    with pytest.raises(EntryChangedError, match=r"什么也没有导入.*第 [34] 行"):
        apply(database, told, by="李雷")
    after = (
        count(database),
        count(database, FaqRevision),
        count(database, AuditEvent),
        count(database, RegressionCase),
    )
    assert after == before


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_killed_anywhere_all_is_imported_or_nothing(database: Database, database_url: URL, entry: Entry) -> None:
    rows = [f"第{number}个问题？,答{number},工作人员｜王芳｜2024-05-06" for number in range(8)]
    told = planned(database, *rows, "班车几点发车？,八点,工作人员｜王芳｜2024-05-06")
    database.close()  # a process that is forked must not share connections
    killed = 0
    for step in (1, 7, 30, 61, "commit", 10_000):
        killed += _import_in_a_process(database_url, told, step) == signal.SIGKILL
        found = count(database), Entries(database).entry(entry.id).draft.answer
        assert found == ((1, "早上七点半。") if step != 10_000 else (9, "八点")), step
        database.close()
    assert killed == 5


def _import_in_a_process(url: URL, told: Plan, step: int | str) -> int:
    """Import in a process that is killed before statement number `step`, or before the commit; return the signal."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) * -1
    database, done = Database(url), 0

    def statement(*_: object) -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", statement)
    if step == "commit":
        event.listen(database.engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    try:
        apply(database, told, by="李雷")
    finally:
        os._exit(0)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_moments_are_of_the_clock(database: Database) -> None:
    noon = datetime.fromisoformat("2024-05-06T04:00:00+00:00")
    told = planned(database, "食堂在哪？,一号楼,工作人员｜王芳｜2024-05-06")
    apply(database, told, by="李雷", clock=lambda: noon + timedelta(days=1))
    assert Entries(database).find().entries[0].updated_at == noon + timedelta(days=1)
