import numpy as np

from rag.sameness import said
from rag.staff_signals import NO_NEGATIVE, Likeness, Taken, row, signals

ENTRY = Taken((said("食堂几点开饭?"), said("食堂 供餐时间")), said("早餐7:00至8:30,周末不开。"))


def like(negative: float | None = None) -> Likeness:
    return Likeness(0.9, np.array([0.8, 0.6], np.float32), 0.7, negative, 0.5)


def of(question: str, negative: float | None = None) -> dict[str, float]:
    return signals(said(question), ENTRY, like(negative))


def test_the_same_question_lacks_nothing() -> None:
    told = of("食堂什么时候开饭")
    assert (told["ask"], told["gap"], told["words"], told["condition"], told["numbers"]) == (1, 0, 0, 0, 0)
    assert told["missing"] == 0


def test_another_thing_asked_is_another_kind() -> None:
    assert of("食堂在哪里")["ask"] < of("食堂几点有饭吃")["ask"]
    assert of("食堂一顿饭多少钱")["ask_apart"] == 1


def test_an_added_condition_is_a_gap_that_the_answer_may_close() -> None:
    told = of("周末食堂几点开饭")
    assert told["condition"] == 1
    assert told["gap"] == 1 > told["gap_answer"]


def test_a_denial_and_a_figure_are_told() -> None:
    assert of("食堂哪天不开饭")["denies"] == 1
    assert of("2号楼食堂几点开饭")["numbers"] > 0


def test_cosines_are_told_by_how_far_they_lie_behind() -> None:
    assert of("食堂几点开饭")["negative"] == NO_NEGATIVE
    assert of("食堂几点开饭", 0.85)["negative"] > 0
    assert abs(of("食堂几点开饭")["next"] + 0.3) < 1e-6
    assert of("食堂几点开饭")["answer"] == 0.7


def test_a_row_has_the_names_asked_for() -> None:
    assert list(row(of("食堂几点开饭"), ["ask", "gap"])) == [1.0, 0.0]
