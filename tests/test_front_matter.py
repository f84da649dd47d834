import time

import pytest

from index.errors import ReadError
from index.front_matter import FrontMatter, iso_date, split_front_matter


def test_title_date_source_and_tags_are_read_and_the_rest_comes_back() -> None:
    about, body = split_front_matter(
        "---\ntitle: 食堂\ndate: 2023-05-06\nsource: 简报\ntags: [食堂, 餐饮]\nx: 1\n---\n正文\n---\n"
    )
    assert about == FrontMatter("食堂", "2023-05-06", "简报", ("食堂", "餐饮"))
    assert body == "\n正文\n---\n"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "标题: 食堂\n日期: 2023年5月\n来源: 简报\n标签: 食堂，餐饮",
            FrontMatter("食堂", "2023-05", "简报", ("食堂", "餐饮")),
        ),
        ("Title: '2023'\ntags:\n- 一\n- 一\n- 二", FrontMatter("2023", tags=("一", "二"))),
        ("title:\ndate: ~", FrontMatter()),
        ("# note\ntitle: 007", FrontMatter("007")),
        ("title: a\n...", FrontMatter("a")),
    ],
)
def test_values_stay_as_they_were_written(block: str, expected: FrontMatter) -> None:
    assert split_front_matter(f"---\n{block}\n---\n")[0] == expected


@pytest.mark.parametrize(
    "text", ["正文", "", "---", "---\n\n一条线\n\n---\n后文", "----\ntitle: x\n---\n", "a\n---\ntitle: x\n---\n"]
)
def test_text_without_front_matter_comes_back_whole(text: str) -> None:
    assert split_front_matter(text) == (FrontMatter(), text)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2023", "2023"),
        ("2023年", "2023"),
        ("2023-10", "2023-10"),
        ("2023.10", "2023-10"),
        ("2023年10月", "2023-10"),
        ("2023 年 10 月", "2023-10"),
        ("2023-10-27", "2023-10-27"),
        ("2023/1/5", "2023-01-05"),
        ("20231027", "2023-10-27"),
        ("2023年10月27日", "2023-10-27"),
        ("2023-10-27 08:00:00", "2023-10-27"),
        ("", ""),
    ],
)
def test_dates_become_iso_with_the_precision_they_had(written: str, iso: str) -> None:
    assert iso_date(written) == iso


@pytest.mark.parametrize("written", ["2023-13", "2023-02-30", "去年", "23-10", "2023-10-27x", "2023-00"])
def test_what_is_no_date_is_an_error_that_says_how_to_write_one(written: str) -> None:
    with pytest.raises(ReadError, match="2023-10-27"):
        iso_date(written)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\ntitle: a\n正文", "no closing ---"),
        ("---\ntitle：a\n---\n", "ASCII colon"),
        ("---\ntitle: a: b\n---\n", "line 2"),
        ("---\ntitle: [a, b]\n---\n", "title must be one line"),
        ("---\ntags: {a: b}\n---\n", "tags must be a list"),
        ("---\na: &x [1]\nb: *x\n---\n", "aliases"),
        ("---\ndate: 秋天\n---\n", "date '秋天'"),
        ("---\na: " + "[" * 9000 + "\n---\n", "recursion"),
    ],
)
def test_a_block_that_cannot_be_used_is_an_error_that_says_why(text: str, problem: str) -> None:
    with pytest.raises(ReadError, match="文件头有误") as caught:
        split_front_matter(text)
    assert caught.value.code == "front-matter"
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text", ["---\na: " + "x" * 10_000_000, "---\n" + "a: 1\n" * 2_000_000, "---\n" + "\n" * 10_000_000]
)
def test_ten_megabytes_of_block_do_not_hold_up_the_rest(text: str) -> None:
    started = time.process_time()
    try:
        split_front_matter(text)
    except ReadError as error:
        assert error.code == "front-matter"
    assert time.process_time() - started < 0.5
