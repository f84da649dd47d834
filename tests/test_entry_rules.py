"""What an entry may be: what is harmless is put right, the rest is told in words, whatever is typed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from desk.entry_records import EntryError
from desk.entry_rules import ANSWER_CHARS, PHRASES, QUESTION_CHARS, SOURCES, checked, key
from rag.staff_answers import PassageSource, StaffSource
from tests.test_entries import BUS, PASSAGE, TOLD


def test_what_is_well_stays_as_it_is() -> None:
    assert checked(BUS) == BUS


def test_texts_are_trimmed_and_what_is_told_twice_is_told_once() -> None:
    told = replace(
        BUS,
        question="　班车\n几点\u200b发车？\ufeff",
        answer=" 早上\r\n七点半。\r\t👨\u200d👩\u200d👧\n",
        similar=("班车时间", "", " 班車　時間？", "班车 几点发车", "几点\n有班车", "班车时间"),
        negative=("飞机几点", "飞机几点？", "  "),
        sources=(TOLD, PASSAGE, replace(TOLD, name=" 王芳 ")),
        owner=" 王 芳 ",
    )
    kept = checked(told)
    assert (kept.question, kept.answer) == ("班车 几点发车？", "早上\n七点半。\n\t👨\u200d👩\u200d👧")
    assert (kept.similar, kept.negative) == (("班车时间", "几点 有班车"), ("飞机几点",))
    assert (kept.sources, kept.owner) == ((TOLD, PASSAGE), "王 芳")
    assert checked(kept) == kept


def test_the_longest_is_still_taken() -> None:
    phrases = tuple(f"{number}{'问' * (QUESTION_CHARS - 2)}" for number in range(10, 10 + PHRASES))
    full = replace(
        BUS,
        question="问" * QUESTION_CHARS + "\n" * 1_000,
        answer="答" * ANSWER_CHARS,
        similar=phrases,
        negative=tuple(phrase[:-1] + "反" for phrase in phrases),
        sources=tuple(replace(PASSAGE, start=start, end=start + 5) for start in range(SOURCES)),
    )
    assert len(checked(full).similar) == len(checked(full).negative) == PHRASES


MANY = tuple(f"问{number}" for number in range(PHRASES + 1))
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"question": ""}, "标准问题不能为空"),
    ({"question": "\u3000\n？！…\u200b"}, "标准问题不能为空"),
    ({"question": "问" * (QUESTION_CHARS + 1)}, f"标准问题最多{QUESTION_CHARS}字，现有{QUESTION_CHARS + 1}字"),
    ({"question": "问" * 10_000_000}, "现有10000000字"),
    ({"question": "班\0车"}, r"标准问题在“班”之后有看不见的字符 U\+0000"),
    ({"question": "班车\u202e几点"}, r"U\+202E"),
    ({"answer": " \r\n"}, "答复不能为空"),
    ({"answer": "\ufeff"}, "答复不能为空"),
    ({"answer": "答" * (ANSWER_CHARS + 1)}, f"答复最多{ANSWER_CHARS}字"),
    ({"answer": "早上\ud800"}, r"答复在“早上”之后有看不见的字符 U\+D800"),
    ({"answer": "\x07\x1b早上"}, r"答复在“”之后有看不见的字符 U\+0007"),
    ({"similar": MANY}, f"相似问法最多{PHRASES}条，现有{PHRASES + 1}条"),
    ({"negative": MANY}, f"不应匹配的问法最多{PHRASES}条"),
    ({"similar": ("？？",)}, "相似问法不能为空"),
    ({"negative": ("问" * (QUESTION_CHARS + 1),)}, f"不应匹配的问法最多{QUESTION_CHARS}字"),
    ({"negative": ("班车　時間！",)}, "“班车 時間！”既要匹配又不应匹配"),
    ({"negative": ("班车几点发车",)}, "“班车几点发车”既要匹配又不应匹配"),
    ({"valid_from": date(2025, 5, 7)}, "有效期的开始晚于结束"),
    ({"sources": ()}, "至少附上一个来源"),
    ({"sources": tuple(replace(PASSAGE, start=n, end=n + 5) for n in range(SOURCES + 1))}, f"来源最多{SOURCES}个"),
    ({"sources": (StaffSource(" ", date(2024, 5, 6)),)}, "来源人姓名不能为空"),
    ({"sources": (StaffSource("王芳", None),)}, "告知的日期"),  # type: ignore[arg-type]
    ({"sources": (replace(PASSAGE, quote=" ", start=3, end=4),)}, "不完整"),
    ({"sources": (replace(PASSAGE, document_id=""),)}, "不完整"),
    ({"sources": (replace(PASSAGE, path=""),)}, "不完整"),
    ({"sources": (replace(PASSAGE, end=9),)}, "不完整"),
    ({"sources": (replace(PASSAGE, start=-5, end=0),)}, "不完整"),
    ({"sources": (PassageSource("d", "p", "t", "\0\0", 0, 2),)}, "无法保存的字符"),
    ({"owner": "王" * 41}, "负责人最多40字"),
]


@pytest.mark.parametrize(("over", "message"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
def test_what_cannot_be_is_told_in_words(over: dict[str, Any], message: str) -> None:
    with pytest.raises(EntryError, match=message) as raised:
        checked(replace(BUS, **over))
    assert " / " in str(raised.value)
    str(raised.value).encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [("班车几点？", " 班車\n几点"), ("ＷｉＦｉ", "wifi!"), ("“一号楼”在哪", "一号楼在哪？"), ("A  B", "ab")],
)
def test_questions_that_differ_in_writing_only_are_the_same(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5万？", "15万？"),
        ("50%？", "50？"),
        ("C++", "C"),
        ("C#", "C"),
        ("3-5人", "35人"),
        ("7:30", "730"),
        ("甲", "乙"),
    ],
)
def test_questions_that_mean_something_else_are_not(one: str, other: str) -> None:
    assert key(one) != key(other)
