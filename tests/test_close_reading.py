from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.asked import Asked
from rag.calibration import calibration
from rag.close_reading import READ_CHARS, in_their_words, read_closely, worth_reading
from rag.evidence import find
from rag.reader import Reading
from rag.reader_input import Line
from rag.scoring import rank
from tests.test_evidence import FACTS, asked, candidates


class ToyReader:
    """Holds that lines with `answer` in them answer, and remembers what it was asked."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.question = ""
        self.lines: Sequence[Line] = ()

    def read(self, question: str, lines: Sequence[Line]) -> Reading:
        self.question, self.lines = question, lines
        told = tuple(0.0 if self.answer and self.answer in line.text else -9.0 for line in lines)
        return Reading(8.0 if 0.0 in told else -8.0, told)


def test_what_the_reader_takes_for_the_answer_comes_first() -> None:
    question = asked("园区有什么")
    rows = rank(question, candidates(FACTS), calibration())
    for row in rows:
        read, told = read_closely(question, rows, ToyReader(row.view.quote), replace(calibration(), reading=9.0))
        assert read[0].view.quote == row.view.quote
        assert told > 0


def test_no_sentence_is_lost_or_doubled() -> None:
    question = asked("人才公寓有多少套")
    rows = rank(question, candidates(FACTS * 20), calibration())
    read, _ = read_closely(question, rows, ToyReader("920"), calibration())
    assert sorted(row.view.key for row in read) == sorted(row.view.key for row in rows)


def test_the_reader_moves_the_probability() -> None:
    question = asked("人才公寓有多少套")
    for_it, against = (
        find(question, candidates(FACTS), calibration(), ToyReader(answer)).probability for answer in ("920套", "")
    )
    assert for_it > against + 0.2


def test_only_what_fits_in_is_read_each_document_in_its_own_order() -> None:
    question = asked("公交线路开通")
    rows = rank(question, candidates("园区开通公交线路。" + "公交线路方便员工出行，连接城区。" * 60), calibration())
    read = worth_reading(rows)
    assert rows[0].view.key in {row.view.key for row in read}
    assert sum(len(row.view.said) for row in read) <= READ_CHARS
    assert [row.view.key for row in read] == sorted(row.view.key for row in read)


def test_one_long_sentence_is_read_whatever_its_length() -> None:
    question = asked("公交线路")
    rows = rank(question, candidates("公交线路" + "很多" * 400 + "。"), calibration())
    assert len(worth_reading(rows)) == 1


@pytest.mark.parametrize(
    ("question", "told", "read"),
    [
        ("房租多少", "公寓租金每月三十元", "租金多少"),
        ("租金多少", "公寓租金每月三十元", "租金多少"),
        ("房租多少", "食堂已经开业", "房租多少"),
    ],
)
def test_a_word_the_reports_lack_is_read_as_the_one_they_have(question: str, told: str, read: str) -> None:
    assert in_their_words(asked(question), told) == read


def test_an_english_question_is_read_in_chinese() -> None:
    question: Asked = asked("When did the canteen open?")
    assert "食堂" in in_their_words(question, "第一食堂开业")
    assert "什么时候" in in_their_words(question, "第一食堂开业")


def test_the_reader_is_given_what_the_sentence_stands_under() -> None:
    reader = ToyReader("920")
    find(asked("人才公寓有多少套"), candidates(FACTS, title="住房简报"), calibration(), reader)
    assert {line.lead for line in reader.lines} == {"住房简报"}
