from datetime import UTC, datetime

import pytest

from desk.citing import Citing
from index.build import SyncReport
from index.builds import Work
from index.difference import Difference
from index.inventory import Inventory, Item
from index.load import Skipped
from index.records import Document, Heading
from index.shelf import Candidate, Removed
from ui.desk import documents_html as html
from ui.desk.documents_work import Replaced, Staged

EVIL = '<script>alert("x")</script>'
WHOLE = Item("住房.md", "indexed", "d1", "住房报告", "2023-10", "办公室", 1234, 5, "2024-05-06T04:00:00+00:00")
CITING = Citing(7, EVIL, True, ("有920套。",))


def candidate(text: str = "公寓\n有920套。", title: str = "住房") -> Candidate:
    document = Document("住房.md", title, text, "2023-10", headings=(Heading(1, "公寓", 0, 2),))
    return Candidate("住房.md", document, 3, 100, 50, "digest")


def test_the_list_tells_each_document_s_state() -> None:
    items = [WHOLE, Item("空.md", "skipped", reason="空文件 (empty file)"), Item("新.md", "new")]
    shown = html.table(Inventory(tuple(items)), "", "", 1, "新.md")
    for told in (
        "住房报告",
        "2023-10",
        "1,234",
        "2024-05-06 12:00",
        "已入库",
        "未入库",
        "空文件",
        "待入库",
        "3 份资料",
    ):
        assert told in shown
    assert "empty" not in shown, "the desk is Chinese"
    assert shown.count("aria-current") == 1


def test_the_list_is_searched_filtered_and_paged() -> None:
    many = tuple(Item(f"{n:03}.md", "indexed" if n % 2 else "new", title=f"报告{n}", source="招商") for n in range(120))
    inventory = Inventory(many)
    assert "第 3 / 3 页" in html.table(inventory, "", "", 99, "")
    assert html.table(inventory, "", "", 2, "").count("<tr ") == html.ROWS
    assert html.table(inventory, " 招商 ", "new", 1, "").count("待入库") == 50
    assert html.table(inventory, "报告119", "", 1, "").count("<tr ") == 1
    assert "没有符合" in html.table(inventory, "无", "", 1, "")
    assert "还没有资料" in html.table(Inventory(()), "", "", 1, "")


def test_when_a_document_was_indexed_is_told_as_well_as_it_is_known() -> None:
    before = Item("住房.md", "indexed", "d1")
    inventory = Inventory((), "2024-05-06T12:30:00+0800")
    assert html.indexed_when(before, inventory) == "2024-05-06 12:30 前"
    assert html.indexed_when(Item("新.md", "new"), inventory) == "—"
    assert html.indexed_when(before, Inventory(())) == "—"


def test_nothing_that_people_wrote_is_markup() -> None:
    item = Item(f"{EVIL}.md", "skipped", "d1", EVIL, EVIL, EVIL, reason=EVIL)
    staged = Staged(f"{EVIL}.md", b"", "", EVIL, candidate(EVIL, EVIL), Replaced("", None, None, (CITING,)))
    refused = Staged(EVIL, reason=EVIL, given_name=EVIL)
    report = SyncReport((EVIL,), (), (), (), (Skipped(EVIL, "empty", EVIL),), 1, 1, 1.0)
    shown = [
        html.table(Inventory((item,)), "", "", 1, ""),
        html.staged([staged, refused], 0.1),
        html.progress(Work("done", report=report)),
        html.progress(Work("failed", error=EVIL)),
        html.removed([Removed(f"20240506T040000000000Z/{EVIL}", EVIL, datetime.now(UTC), 1)]),
        html.before_removal(item, [CITING]),
    ]
    for each in shown:
        assert "<script" not in each
        assert 'alert("x")' not in each
        assert "&lt;script&gt;" in each


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (Work("waiting"), "另一个进程正在建立索引"),
        (Work("running", seconds=3.4), "正在比对资料文件夹……（3 秒）"),
        (Work("running", "a.md", 1, 3, 640, 1280), "句子 640 / 1,280，资料 1 / 3"),
        (Work("failed", error="磁盘空间不足 / the disk is full"), "磁盘空间不足</span>"),
        (Work("done", report=SyncReport((), (), (), ("a.md",), (), 1, 0, 0.2), seconds=0.2), "没有变化"),
        (Work("done", report=SyncReport(("a.md",), ("b.md",), ("c.md",), (), (), 1, 0, 0.2)), "更新 1 份：b.md"),
    ],
)
def test_what_a_build_is_doing_is_said(work: Work, told: str) -> None:
    assert told in html.progress(work)


def test_before_the_first_build_nothing_is_said() -> None:
    assert html.progress(Work()) == ""


def test_many_documents_of_one_build_are_not_all_named() -> None:
    paths = tuple(f"{n}.md" for n in range(30))
    shown = html.progress(Work("done", report=SyncReport(paths, (), (), (), (), 1, 0, 1.0)))
    assert "7.md 等 30 份" in shown
    assert "8.md" not in shown


def test_what_a_file_would_change_is_told_before_it_does() -> None:
    before = Document("住房.md", "旧标题", "有900套。", "2022")
    replaced = Replaced("d", before, Difference(4, 2, 1), (CITING,))
    shown = html.staged([Staged("住房.md", b"x", "", "住房.md", candidate("有1000套。"), replaced)], 0.03)
    for told in ("替换", "切成 3 段", "约需 3 秒", "4 句不变，2 句新增，1 句删去", "标题由「旧标题」改为「住房」"):
        assert told in shown
    assert "日期由「2022」改为「2023-10」" in shown
    assert "所引原文已不在新文中，将停止回答" in shown


@pytest.mark.parametrize(
    ("citing", "text", "told"),
    [
        (CITING, None, "随之消失"),
        (CITING, "共有920套。", "所引原文还在，将标为需复核"),
        (Citing(1, "问", False, ("x",)), None, "已停用"),
    ],
)
def test_what_becomes_of_answers_that_cite_it(citing: Citing, text: str | None, told: str) -> None:
    assert told in html.consequences([citing], text)


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        ("空文件 (empty file)", "空文件"),
        ("二进制内容，不是文本 (binary content, not text): save it as UTF-8 text", "二进制内容，不是文本"),
        ("与 a (b).md 内容相同 (same text as a (b).md)", "与 a (b).md 内容相同"),
        ("「x」刚刚被改动，请重新上传 / has just been changed, upload it again", "「x」刚刚被改动，请重新上传"),
        ("与 报告 (2).md 内容相同", "与 报告 (2).md 内容相同"),
    ],
)
def test_messages_are_told_in_chinese_alone(reason: str, left: str) -> None:
    assert html.in_chinese(reason) == left


def test_long_embedding_is_told_in_minutes_and_hours() -> None:
    for texts, told in ((10, "1 秒"), (20_000, "10 分钟"), (400_000, "3.3 小时")):
        long = Candidate("a.md", candidate().document, 1, texts, 1, "")
        assert f"约需 {told}" in html.staged([Staged("a.md", b"x", "", "a.md", long)], 0.03)
