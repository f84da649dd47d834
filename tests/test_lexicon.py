import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rag.lexicon
from rag.lexicon import lexicon

TABLE = tomllib.loads(Path(rag.lexicon.__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


def test_a_group_covers_both_ways() -> None:
    assert "食堂" in lexicon().others("饭堂")
    assert "饭堂" in lexicon().others("食堂")


def test_a_wide_word_covers_its_narrower_ones_only() -> None:
    assert "食堂" in lexicon().others("生活")
    assert "生活" not in lexicon().others("食堂")


def test_no_word_is_its_own_alternative() -> None:
    assert all(word not in others for word, others in lexicon().alternatives.items())


def test_the_longest_alternative_comes_first() -> None:
    lengths = [len(other) for other in lexicon().others("住")]
    assert lengths == sorted(lengths, reverse=True)


def test_an_unknown_word_has_no_alternatives() -> None:
    assert lexicon().others("火箭") == ()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Where is the canteen?", "食堂"),
        ("talent apartments", "人才公寓"),
        ("the park's chairman", "园区 董事长"),
        ("life service hall", "生活服务馆"),
        ("zeppelin mode", "zeppelin 模式"),
        ("c3 block", "c3 栋"),
        ("中科光智 chairman", "中科光智 董事长"),
        ("what is it", ""),
        ("", ""),
        ("zeppelin", "zeppelin"),
    ],
)
def test_english_terms_become_the_reports_words(english: str, chinese: str) -> None:
    assert lexicon().translate(english) == chinese


def test_a_long_term_wins_over_its_words() -> None:
    assert lexicon().translate("sewage treatment plant") == "污水处理厂"


@given(st.text(max_size=60))
def test_any_text_can_be_translated(text: str) -> None:
    assert lexicon().translate(text) == " ".join(lexicon().translate(text).split())


def test_new_words_are_spelt_right() -> None:
    assert lexicon().knows("官网")
    assert lexicon().knows("食堂")
    assert not lexicon().knows("石堂")


def test_the_longest_english_term_can_be_found() -> None:
    assert max(len(term.split()) for term in TABLE["english"]) <= rag.lexicon._LONGEST_ENGLISH_TERM


def test_english_terms_are_written_as_they_are_looked_up() -> None:
    odd = [term for term in TABLE["english"] if re.sub(r"[^a-z0-9.-]+", " ", term) != term]
    assert odd == []
