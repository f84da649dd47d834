import time

import pytest

from index.plain import plain_blocks, short_first_line
from index.text import Canonical, assemble, clean, lines_of

BODY = "园区食堂于五月六日正式开业，员工们陆续来到食堂排队用餐，用餐问题得到了有效解决。"
WRAPPED = """　　北碚园区于二〇二〇年九月全面启动建设，四十天完成土石方场
平工程，一百天建成招商服务中心，三百天建成首开区。不到一年，
园区拔地而起，创下了建设的新速度。
　　园区还引入专业公司运营人才公寓，可按需提供定制化的家电与家
具等配套设施。"""


def canonical(text: str) -> Canonical:
    return assemble(plain_blocks(lines_of(clean(text))))


def headings(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.title) for heading in canonical(text).headings]


def test_wrapped_lines_are_joined_and_indents_begin_paragraphs() -> None:
    first, second = canonical(WRAPPED).text.split("\n\n")
    assert "场平工程" in first
    assert "一年，园区拔地" in first
    assert second == "园区还引入专业公司运营人才公寓，可按需提供定制化的家电与家具等配套设施。"


def test_a_line_a_paragraph_stays_a_line_a_paragraph() -> None:
    assert canonical(f"{BODY}\n{BODY}\n短段。\n{BODY}").text == "\n\n".join([BODY, BODY, "短段。", BODY])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{BODY}科学城北碚园区在吸", "引产业链上下游企业落户，逐步构建全产业链的供需格局。"),
        (f"{BODY}落地并建成投产华虹仪表、斯太", "宝、索奥检测等企业。"),
        ("该园区，", "有食堂。"),
        ("园区有食堂", "，还有公寓。"),
        (BODY + "The park on the north side of the river was", "opened in September and grew."),
    ],
)
def test_a_sentence_torn_by_a_blank_line_is_mended(before: str, after: str) -> None:
    text = canonical(f"{BODY}\n\n{before}\n\n \n{after}\n\n{BODY}").text
    joint = " " if before.endswith("was") else ""
    assert f"{BODY}\n\n{before}{joint}{after}\n\n{BODY}" == text


def test_a_sentence_torn_by_a_page_end_is_mended_and_the_page_noted() -> None:
    found = canonical(f"{BODY}科学城北碚园区在吸\n\n\f引企业落户，逐步构建格局。")
    assert found.text == f"{BODY}科学城北碚园区在吸引企业落户，逐步构建格局。"
    assert found.pages == (0, found.text.index("引企业"))


@pytest.mark.parametrize(
    "after",
    ["生活配套", "一、生活配套", "1、园区有公寓。", "电话：023-12345678，请在工作时间拨打。", "（记者 张三 李四）"],
)
def test_what_begins_anew_is_not_joined_to_an_unfinished_paragraph(after: str) -> None:
    assert f"\n\n{after}" in canonical(f"{BODY}\n\n{BODY}园区共有企业三十家\n\n{after}\n\n{BODY}").text


def test_where_no_paragraph_ends_with_a_mark_none_is_torn() -> None:
    text = "\n\n".join([BODY[:-1]] * 5)
    assert canonical(text).text == text


def test_short_lines_between_blank_lines_are_headings() -> None:
    text = f"北碚园区。\n\n携手共进 创下“加速度”\n\n{BODY}\n\n生活配套\n\n{BODY}\n\n记者 张三\n\n{BODY}\n\n完"
    assert headings(text) == [(1, "北碚园区。"), (1, "携手共进 创下“加速度”"), (1, "生活配套")]


@pytest.mark.parametrize(
    "line",
    ["短句。", "联系电话：023-1234", "2023年10月27日", "本版图片均为资料图片", "未完，", "长" * 31, "￥"],
)
def test_other_short_lines_are_not(line: str) -> None:
    assert headings(f"{BODY}\n\n{line}\n\n{BODY}") == []


def test_numbered_lines_alone_are_headings_of_their_rank() -> None:
    text = f"一、总体情况\n{BODY}\n（一）建设\n{BODY}\n二、生活\n{BODY}"
    assert headings(text) == [(1, "一、总体情况"), (2, "（一）建设"), (1, "二、生活")]
    text = f"第一章　总则\n第一节　目的\n{BODY}\n一、范围\n{BODY}\n第二章　附则\n{BODY}"
    assert headings(text) == [(1, "第一章　总则"), (2, "第一节　目的"), (3, "一、范围"), (1, "第二章　附则")]


def test_a_list_is_no_row_of_headings() -> None:
    found = canonical(f"{BODY}\n一、食堂\n二、公寓\n三、公交\n{BODY}")
    assert [heading.title for heading in found.headings] == ["三、公交"] or not found.headings
    assert "一、食堂\n" in found.text


def test_a_byline_and_an_address_keep_their_lines() -> None:
    text = f"{BODY}\n\n记者 张三 实习记者 李四\n本版图片均为资料图片\n\n地址：北碚区\n电话：023-1234"
    assert canonical(text).text == text


def test_bullets_and_ruled_lines_go() -> None:
    assert canonical(f"{BODY}\n=====\n· 食堂\n· 公寓").text == f"{BODY}\n\n食堂\n公寓"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"\n\n北碚园区。\n\n{BODY}", "北碚园区"),
        (f"园区食堂开业\n\n{BODY}", "园区食堂开业"),
        (BODY, ""),
        (f"第一句。第二句。\n\n{BODY}", ""),
        (f"记者 张三\n\n{BODY}", ""),
        ("", ""),
    ],
)
def test_a_short_first_line_is_the_title(text: str, title: str) -> None:
    assert short_first_line(plain_blocks(lines_of(clean(text)))) == title


@pytest.mark.parametrize("unit", ["a\n", "a\n\n", "，\n\n", "一、\n", "园 ", "。\n\n", "=", "- a\n", "甲 | 乙\n"])
def test_any_quarter_of_a_megabyte_takes_seconds(unit: str) -> None:
    started = time.process_time()
    canonical(unit * (250_000 // len(unit.encode())))
    assert time.process_time() - started < 6
