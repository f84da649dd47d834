from dataclasses import replace

from desk.entries import EntryDraft
from desk.transfer import Addition, Modification, Plan, Problem
from desk.transfer_rows import Difference
from tests.transfer_drafts import TOLD
from ui.desk.faq_plan_html import SHOWN, plan

NEW = Addition(3, EntryDraft("<b>食堂</b>？", "一" * 200, sources=(TOLD,)))
OLD = Modification(4, 7, 1, NEW.draft, (Difference("答案", "七点", "八点"),))
PLAN = Plan("改<b>.csv", (NEW, OLD), 5, (Problem(9, "缺<来源>"),), ("“备注”这一列不认识",))


def test_all_of_a_plan_is_told_and_escaped() -> None:
    html = plan(PLAN)
    for words in (
        "新增 1",
        "修改 1",
        "不变 5",
        "有问题 1",
        "改&lt;b&gt;.csv",
        "缺&lt;来源&gt;",
        "“备注”这一列",
        "&lt;b&gt;食堂",
    ):
        assert words in html
    assert "<del>七</del><ins>八</ins>点" in html
    assert "一" * 120 + "…" in html
    assert "一" * 121 not in html


def test_what_to_do_next_is_said() -> None:
    assert "请改好文件" in plan(PLAN)
    assert "确认导入" in plan(replace(PLAN, problems=()))
    assert "没有要导入" in plan(replace(PLAN, problems=(), steps=()))


def test_of_many_rows_the_first_are_shown() -> None:
    html = plan(replace(PLAN, problems=(PLAN.problems[0],) * (SHOWN + 7)))
    assert html.count("缺&lt;来源&gt;") == SHOWN
    assert "另有 7 行" in html
