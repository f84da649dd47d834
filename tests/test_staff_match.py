import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.faq import entries_of
from bench.staff_pairs import faq
from index.embed import SentenceTransformerEmbedder
from rag import staff_match
from rag.phrase_vectors import PhraseVectors
from rag.reader import SpanReader
from rag.reader_model import open_reader_model
from rag.staff_answers import StaffAnswer
from rag.staff_entries import as_asked
from rag.staff_match import Matcher
from rag.staff_ready import Match, Vector, as_read
from tests.staff_toys import DAY, DEPOSIT, MEALS, RENT
from tests.toys import ToyEmbedder
from tests.waiting import wait_until

ALL = (MEALS, DEPOSIT, RENT)
SET = entries_of(faq())


class Toy:
    """A matcher over a toy's vectors, which counts how many texts it has embedded."""

    def __init__(self) -> None:
        self.embedder = ToyEmbedder()
        self.texts: list[str] = []
        self.fingerprint, self.dimensions = self.embedder.fingerprint, self.embedder.dimensions
        self.matcher = Matcher(PhraseVectors(self))

    def passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self.embedder.passages(texts)

    def query(self, text: str) -> NDArray[np.float32]:
        self.texts.append(text)
        return self.embedder.query(text)

    def match(self, question: str, entries: tuple[StaffAnswer, ...] = ALL, day: date = DAY) -> Match | None:
        self.matcher.prepare(entries)  # however long the first words take to load on a busy machine
        return self.at_once(question, entries, day)

    def at_once(self, question: str, entries: tuple[StaffAnswer, ...], day: date = DAY) -> Match | None:
        return self.matcher.match(question, self.embedder.query, entries, day)


def given(match: Match | None) -> int | None:
    return match.entry.id if match else None


@pytest.mark.parametrize(
    "question",
    [
        "食堂几点开饭？",
        "请问食堂几点开饭呢",
        "食堂，几点开饭？？",
        "食堂幾點開飯",
        "食堂开放时间",
        "ＳＴ食堂开放时间"[2:],
    ],
)
def test_an_entrys_own_question_always_matches(question: str) -> None:
    match = Toy().match(question)
    assert match is not None
    assert (match.entry, match.probability) == (MEALS, 1.0)


@pytest.mark.parametrize("entry", SET, ids=[str(one.id) for one in SET])
def test_of_sixty_entries_each_has_its_own_questions_and_never_its_negatives(entry: StaffAnswer) -> None:
    for text in (entry.question, *entry.similar):
        assert given(SHARED.match(text, SET)) == entry.id
    for text in entry.negative:
        assert given(SHARED.match(f"请问{text}呢？", SET)) != entry.id


SHARED = Toy()


def test_a_negative_question_decides_against_a_positive_of_the_same_words() -> None:
    twisted = replace(MEALS, negative=("食堂几点开饭",))
    assert Toy().match("请问食堂几点开饭？", (twisted,)) is None


def test_a_negative_of_one_entry_may_be_another_entrys_question() -> None:
    closing = StaffAnswer(30, 1, "食堂几点关门？", "19:00。", DAY)
    assert given(Toy().match("食堂几点关门", (MEALS, closing))) == 30


@pytest.mark.parametrize(
    "question",
    ["食堂几点开饭，在哪里？", "厂房押金多少？租金多少？", "2号楼食堂几点开饭", "今天天气怎么样", "你好"],
)
def test_what_no_entry_covers_is_left_to_the_reports(question: str) -> None:
    assert Toy().match(question) is None


@pytest.mark.parametrize(
    ("start", "end", "answers"), [(0, 0, True), (1, None, False), (None, -1, False), (-3, 3, True)]
)
def test_an_entry_answers_on_its_days_only(start: int | None, end: int | None, answers: bool) -> None:
    def shifted(days: int | None) -> date | None:
        return None if days is None else DAY + timedelta(days=days)

    entry = replace(MEALS, valid_from=shifted(start), valid_to=shifted(end))
    assert (Toy().match(MEALS.question, (entry,)) is not None) is answers


def test_a_new_entry_answers_the_next_question_and_only_it_is_embedded() -> None:
    toy = Toy()
    toy.match("食堂几点开饭", (MEALS,))
    before = len(toy.texts)
    assert toy.match("租厂房要交多少押金", (MEALS,)) is None
    assert given(toy.match("租厂房要交多少押金", (MEALS, DEPOSIT))) == 13
    assert len(toy.texts) == before + 2  # its question and its answer
    assert toy.match("租厂房要交多少押金", (MEALS,)) is None


def test_no_question_waits_for_thousands_of_new_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_match, "PATIENCE", 0.1)
    toy, embedding, go_on = Toy(), threading.Event(), threading.Event()
    assert given(toy.match(MEALS.question, (MEALS, RENT))) == MEALS.id
    quick = toy.query

    def slow(text: str) -> NDArray[np.float32]:
        embedding.set()
        assert go_on.wait(20)
        return quick(text)

    monkeypatch.setattr(toy, "query", slow)
    later = (MEALS, DEPOSIT)
    assert given(toy.at_once(MEALS.question, later)) == MEALS.id
    assert embedding.is_set()
    assert toy.at_once(DEPOSIT.question, later) is None  # not learnt yet
    assert toy.at_once(RENT.question, later) is None  # no longer published
    assert RENT not in [one.entry for one in toy.matcher.considered(RENT.question, toy.embedder.query, later, DAY)]
    go_on.set()
    toy.matcher.prepare(later)
    assert given(toy.match(DEPOSIT.question, later)) == DEPOSIT.id


def test_an_entry_withdrawn_while_it_is_looked_up_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_match, "PATIENCE", 0.1)
    toy, go_on, later = Toy(), threading.Event(), (MEALS, DEPOSIT)
    assert given(toy.match(RENT.question, (MEALS, RENT))) == RENT.id
    former = toy.matcher.prepare((MEALS, RENT))
    quick, looked_up, found = toy.query, former.match, []

    def slow(text: str) -> NDArray[np.float32]:
        assert go_on.wait(20)
        return quick(text)

    def overtaken(asked: str, vector: Vector, day: date) -> Match | None:
        go_on.set()
        toy.matcher.prepare(later)
        found.append(looked_up(asked, vector, day))
        return found[-1]

    monkeypatch.setattr(toy, "query", slow)
    monkeypatch.setattr(former, "match", overtaken)
    assert toy.at_once(RENT.question, later) is None
    assert given(found[0]) == RENT.id


def test_closing_waits_for_one_entry_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    toy, embedding, go_on = Toy(), threading.Event(), threading.Event()
    quick, many = toy.query, tuple(replace(RENT, id=number, question=f"第{number}问") for number in range(50))

    def slow(text: str) -> NDArray[np.float32]:
        embedding.set()
        assert go_on.wait(20)
        return quick(text)

    monkeypatch.setattr(toy, "query", slow)
    toy.matcher.prepare(many, 0.0)
    assert embedding.wait(20)
    closing = threading.Thread(target=toy.matcher.close)
    closing.start()
    assert wait_until(lambda: toy.matcher._closed)
    go_on.set()
    closing.join(20)
    assert not closing.is_alive()
    assert len(toy.texts) <= 2  # the question and the answer of the one under way
    assert toy.matcher.prepare(()).held == ()


def test_an_entry_is_looked_at_for_what_it_answers() -> None:
    toy = Toy()
    others = tuple(replace(RENT, id=number, question=f"商业街{number}号吃饭的店家电话") for number in range(20, 40))
    told = replace(MEALS, id=50, question="周末有班车吗", similar=(), negative=(), answer="去商业街三楼可以吃饭")
    toy.matcher.prepare((*others, told))
    near = toy.matcher.considered("去商业街三楼可以吃饭吗", toy.embedder.query, (*others, told), DAY)
    assert told in [one.entry for one in near]


def test_what_could_not_be_embedded_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Toy()
    with monkeypatch.context() as broken:
        broken.setattr(toy, "query", Mock(side_effect=OSError("no model")))
        for _ in range(2):
            with pytest.raises(OSError, match="no model"):
                toy.match(MEALS.question)
    assert given(toy.match(MEALS.question)) == MEALS.id


def test_without_entries_nothing_matches() -> None:
    assert Toy().match("食堂几点开饭", ()) is None


@pytest.mark.parametrize(
    "text", ["", " ", "?", "\0", "\ud800", "吗" * 3000, "<script>alert(1)</script>", "1" * 10_000, "😀", "\u202e食堂"]
)
def test_hostile_words_neither_break_a_question_nor_an_entry(text: str) -> None:
    hostile = StaffAnswer(40, 1, text, text, DAY, (text,), (text[::-1],))
    toy = Toy()
    assert given(toy.match("食堂几点开饭", (hostile, MEALS))) == 12
    toy.match(text, (hostile, MEALS))


def test_an_entry_of_marks_alone_is_asked_by_nothing() -> None:
    empty = StaffAnswer(41, 1, "？！", "答", DAY)
    toy = Toy()
    assert toy.match("？！", (empty,)) is None
    assert given(toy.match("食堂几点开饭", (empty, MEALS))) == 12


@pytest.mark.parametrize("typed", ["食堂在哪", "食堂在哪?", "食堂在哪?!", "食堂在哪。", "食堂在哪 ?"])
def test_the_reader_is_asked_alike_however_a_question_ends(typed: str) -> None:
    assert as_read(typed) == "食堂在哪?"


def test_a_single_question_is_compared_as_it_was_typed() -> None:
    toy, compared = Toy(), []

    def vector(text: str) -> NDArray[np.float32]:
        compared.append(text)
        return toy.embedder.query(text)

    toy.matcher.match("厂房里能住人吗？", vector, ALL, DAY)
    assert compared == ["厂房里能住人吗?"]


def test_english_is_compared_in_lower_case() -> None:
    assert as_asked("How much IS the Rent?") == "how much is the rent?"
    assert as_asked("５號樓 WiFi") == "5号楼 WiFi"


@pytest.fixture(scope="module")
def real(embedder: SentenceTransformerEmbedder, model_home: Path) -> Matcher:
    matcher = Matcher(PhraseVectors(embedder), SpanReader(open_reader_model(model_home)))
    matcher.prepare(ALL)
    matcher.learn()
    return matcher


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("租厂房一般要交好多保证金哦", 13),
        ("标厂月租是什么价格", 14),
        ("请问食堂的供餐时间", 12),
        ("食唐几点开饭", 12),
        ("食堂在哪里", None),
        ("厂房押金什么时候退", None),
        ("周末食堂几点开饭", None),
        ("宿舍的租金是多少", None),
    ],
)
def test_the_built_in_model_tells_the_same_from_the_near(
    real: Matcher, embedder: SentenceTransformerEmbedder, question: str, wanted: int | None
) -> None:
    assert given(real.match(question, embedder.query, ALL, DAY)) == wanted


def test_two_thousand_entries_are_looked_through_in_milliseconds() -> None:
    many = tuple(
        StaffAnswer(n, 1, f"{n}号项目的第{n}期补贴", "答", DAY, tuple(f"第{n}期补贴{k}" for k in "甲乙丙丁戊"))
        for n in range(1, 2001)
    )
    toy = Toy()
    toy.match("补贴", many)
    begun = time.thread_time()
    for number in range(20):
        toy.match(f"企业的{number}种补贴怎么申请", many)
    assert (time.thread_time() - begun) / 20 < 0.05
