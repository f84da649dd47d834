import time

import pytest

from index.markdown import markdown_blocks
from index.text import Canonical, assemble, clean, lines_of


def canonical(text: str) -> Canonical:
    return assemble(markdown_blocks(lines_of(clean(text))))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("园区在吸\n引企业。\n\n\n食堂\n开业。", "园区在吸引企业。\n\n食堂开业。"),
        ("the park\nopened", "the park opened"),
        ("  缩进\n的段落", "缩进的段落"),
        ("- 食堂\n- 公寓\n  可定制\n\n段落", "食堂\n公寓可定制\n\n段落"),
        ("下列设施：\n1. 食堂\n2. 公寓", "下列设施：\n\n1. 食堂\n2. 公寓"),
        ("（一）食堂\n（二）公寓", "（一）食堂\n（二）公寓"),
        ("园区共有厂房\n20、30号两栋", "园区共有厂房20、30号两栋"),
        ("> 引用一\n> 引用二", "引用一引用二"),
        ("| 户型 | 租金 |\n|---|---:|\n| 一室 | 32元 |", "| 户型 | 租金 |\n| 一室 | 32元 |"),
        ("户型 | 租金\n--- | ---\n一室 | 32元", "户型 | 租金\n一室 | 32元"),
        ("```python\nif x:\n    y\n```\n后文", "if x:\n    y\n\n后文"),
        ("```\n没有结束\n\n后文", "```没有结束\n\n后文"),
        ("第一行  \n第二行", "第一行\n第二行"),
        ("第一行\\\n第二行", "第一行\n第二行"),
        ("电话：023\n地址：北碚", "电话：023\n地址：北碚"),
        ("前\n\n---\n\n* * *\n\n后", "前\n\n后"),
        ("**粗** `码` <b>x</b> [y](javascript:z) &amp;", "**粗** `码` <b>x</b> [y](javascript:z) &amp;"),
        ("\\", "\\"),
        ("", ""),
    ],
)
def test_marks_of_blocks_go_and_lines_of_a_paragraph_are_joined(source: str, text: str) -> None:
    assert canonical(source).text == text


@pytest.mark.parametrize(
    ("source", "headings"),
    [
        ("# 一 #\n## 二 ##\n正文", [(1, "一"), (2, "二")]),
        ("##二\n正文", [(2, "二")]),
        ("一级\n===\n二级\n---\n正文", [(1, "一级"), (2, "二级")]),
        ("跨行\n标题\n===", [(1, "跨行标题")]),
        ("> ## 引用中", [(2, "引用中")]),
        ("#标签 不是\n####### 也不是\n    \n#", []),
        ("```\n# 代码\n```", []),
        ("- 项\n---\n正文", []),
        (f"{'长' * 101}\n---\n正文", []),
    ],
)
def test_headings_are_found_with_their_levels(source: str, headings: list[tuple[int, str]]) -> None:
    found = canonical(source)
    assert [(heading.level, heading.title) for heading in found.headings] == headings
    assert all(found.text[heading.start : heading.end] == heading.title for heading in found.headings)


def test_a_page_may_begin_within_a_paragraph() -> None:
    found = canonical("园区在吸\f引企业。")
    assert (found.text, found.pages) == ("园区在吸引企业。", (0, 4))


@pytest.mark.parametrize(
    "unit", ["```a\n", "~~~\n```\n", "#", "- ", "> ", "|", "a|\n", "=\n", "a\n---\n", " ", "1.\n", "*"]
)
def test_any_quarter_of_a_megabyte_takes_seconds(unit: str) -> None:
    started = time.process_time()
    canonical(unit * (250_000 // len(unit)))
    assert time.process_time() - started < 4
