from bench.figures import decisions, holding, plotted, ratio, refusal_groups, within
from bench.outcomes import Measured, condition
from tests.toy_outcomes import outcome, refused


def measured(name: str, *outcomes: object) -> Measured:
    return Measured(name, 1, 1, 1, outcomes=list(outcomes))  # type: ignore[arg-type]


def test_an_answer_is_within_as_many_sentences_as_it_takes() -> None:
    outcomes = [outcome(first=1), outcome(first=3), outcome(first=None)]
    assert [within(outcomes, count) for count in (1, 2, 3)] == [1 / 3, 1 / 3, 2 / 3]
    assert within([], 1) is None


def test_noise_only_is_set_against_each_share_of_noise() -> None:
    rgb = measured("rgb", outcome(condition=condition(0.4)), refused(condition=condition(1)), outcome())
    groups = refusal_groups([rgb, measured("cmrc2018", outcome()), measured("crud_rag", outcome(), refused())])
    assert [len(outcomes) for outcomes in groups.values()] == [1, 1, 2, 1, 1, 2]
    assert {one.condition for one in groups["rgb, noise 0.4"]} == {"noise 0.4", "noise only"}
    assert plotted([rgb])["rgb, noise 0.4"] == ([True, False], [0.9, 0.1])
    assert plotted([rgb]).keys() == {"rgb, noise 0", "rgb, noise 0.4", "rgb, noise 0.8"}


def test_decisions_are_columns() -> None:
    assert decisions([outcome(), refused()]) == ([True, False], [False, True], [0.9, 0.1])


def test_citations_are_asked_to_hold_right_answers_only() -> None:
    assert holding([measured("a", outcome(), outcome(shown=False), outcome(right=False, shown=False))]) == 0.5
    assert holding([measured("a", refused())]) is None


def test_a_ratio_is_of_sums() -> None:
    outcomes = [outcome(cited=2, supported=1), outcome(cited=4, supported=4)]
    assert ratio(outcomes, lambda one: one.supported, lambda one: one.cited) == 5 / 6
    assert ratio([], lambda one: one.supported, lambda one: one.cited) is None
