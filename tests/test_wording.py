import pytest

from rag.wording import word_signals
from tests.toy_match import match

QUOTE = "园区生活服务馆设在大楼的一层。"


def test_what_the_quote_says_leaves_no_gap() -> None:
    assert word_signals(match(QUOTE, QUOTE)) == {"run": 0, "gap": 0, "mixed": 0}


def test_a_stretch_that_nothing_bears_out_is_longer_than_its_words_apart() -> None:
    apart = word_signals(match("园区泳池服务馆设在球场的一层。", QUOTE))
    together = word_signals(match("园区生活服务馆设在泳池球场。", QUOTE))
    assert together["run"] > apart["run"]
    assert together["gap"] == pytest.approx(apart["gap"], abs=0.5)


def test_things_count_more_than_what_happens_to_them() -> None:
    thing = word_signals(match("泳池设在大楼的一层。", QUOTE))["gap"]
    deed = word_signals(match("服务馆拥挤,设在大楼的一层。", QUOTE))["gap"]
    assert thing > deed > 0


def test_an_english_sentence_is_looked_at_elsewhere() -> None:
    assert word_signals(match("停车场在大楼。", QUOTE))["gap"] > 0
    assert word_signals(match("The car park is in the building.", QUOTE))["gap"] == 0


def test_a_clause_of_two_sentences_is_mixed() -> None:
    quotes = ("孵化楼将于2023年底完成竣工验收。", "园区将加快8个配套设施项目的建设。")
    assert word_signals(match("2023年底完成8个配套设施项目的竣工验收。", *quotes))["mixed"] > 0.2
    assert word_signals(match("孵化楼完成竣工验收,园区加快配套设施项目的建设。", *quotes))["mixed"] == 0
