import csv
import io
from datetime import date
from typing import get_args

import pytest

from desk.export import BOM
from desk.figure_records import Day, Told, Topic, Totals, Unanswered
from desk.figure_tables import What, table, write

DAY = date(2024, 5, 6)
TOLD = Told(
    DAY, DAY,
    Totals({"quote": 3, "refused": 1}, 2, 1, 0, 20, 90),
    Totals({}, 0, 0, 0, None, None),
    (Day(DAY, {"quote": 3, "refused": 1}, 20, 90),),
    topics=(Topic("=住房", "section", 3), Topic("班车", "faq", 1)),
    unanswered=(Unanswered(4, "租金", 1),),
    reasons=(("wrong", 1),),
    channels=(("web", 4),),
    languages=(("zh", 3), ("en", 1)),
)  # fmt: skip


@pytest.mark.parametrize("what", get_args(What))
def test_every_row_has_every_column(what: What) -> None:
    columns, rows = table(TOLD, what)
    assert {len(row) for row in rows} == {len(columns)}


def test_days_tell_questions_and_times() -> None:
    assert table(TOLD, "days")[1] == [("2024-05-06", 4, 3, 0, 0, 1, 20, 90)]


def test_a_summary_sets_the_spans_side_by_side() -> None:
    rows = {row[0]: tuple(row[1:]) for row in table(TOLD, "summary")[1]}
    assert (rows["提问"], rows["未答出"], rows["响应时间中位数（毫秒）"]) == ((4, 0), (1, 0), (20, None))


def test_a_file_opens_in_a_spreadsheet_and_holds_no_formula() -> None:
    out = io.StringIO(newline="")
    write(TOLD, "topics", out)
    assert out.getvalue().startswith(BOM)
    rows = list(csv.reader(io.StringIO(out.getvalue().removeprefix(BOM))))
    assert rows == [["话题", "来源", "提问"], ["'=住房", "资料章节", "3"], ["班车", "常见问答", "1"]]


def test_what_is_told_has_chinese_names() -> None:
    assert table(TOLD, "feedback")[1] == [("有帮助", 1), ("没帮助", 0), ("没帮助：信息有误", 1)]
    assert table(TOLD, "shares")[1] == [("渠道", "网页", 4), ("语言", "简体中文", 3), ("语言", "英文", 1)]
