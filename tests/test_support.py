"""Whether quotes bear a written sentence out: what a chat model gets wrong is stopped, other words for it are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import SentenceTransformerEmbedder
from rag.support import Source, Support

FLATS = Source("缙云新居有920套人才公寓，是园区为企业员工积极争取的住房。", "2023-10", "住房与商务配套 员工住房")
FIRM = Source("中科光智从签约落户到正式投产只用了90天，董事长秦占阳说。", "2023-05-06", "入驻企业")
PLAN = Source("园区计划在2025年建成二期厂房12万平方米，不对外出租。", "2023-05-06", "下一步计划")


@pytest.fixture(scope="module")
def support(embedder: SentenceTransformerEmbedder) -> Support:
    return Support(embedder, lambda text: [name for name in ("缙云新居", "中科光智", "传感器产业园") if name in text])


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("缙云新居有920套人才公寓。", FLATS),
        ("中科光智从签约到投产只用了九十天。", FIRM),
        ("中科光智的董事长是秦占阳。", FIRM),
        ("二期厂房计划2025年建成，面积12万平方米。", PLAN),
        ("二期厂房有120000平方米，计划在2025年建成。", PLAN),
    ],
)
def test_what_the_quote_says_in_other_words_passes(support: Support, sentence: str, source: Source) -> None:
    assert support.check(sentence, [source]).supported


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("缙云新居有930套人才公寓。", FLATS),
        ("传感器产业园有920套人才公寓。", FLATS),
        ("缙云新居没有920套人才公寓。", FLATS),
        ("缙云新居有920套人才公寓，租金每月800元。", FLATS),
        ("缙云新居有920套人才公寓，并配有幼儿园和健身中心。", FLATS),
        ("中科光智从签约到投产用了90个月。", FIRM),
        ("中科光智的董事长是王建国。", FIRM),
        ("二期厂房已在2025年建成。", PLAN),
        ("二期厂房12万平方米，对外出租。", PLAN),
        ("The flats cost 800 yuan.", FLATS),
    ],
)
def test_what_the_quote_does_not_say_is_stopped(support: Support, sentence: str, source: Source) -> None:
    verdict = support.check(sentence, [source])
    assert not verdict.supported
    assert verdict.reason


def test_a_sentence_of_two_facts_needs_both_quotes(support: Support) -> None:
    said = "缙云新居有920套人才公寓，中科光智从签约到投产用了90天。"
    assert support.check(said, [FLATS, FIRM]).supported
    assert not support.check(said, [FLATS]).supported


def test_a_quote_is_borne_out_by_itself(support: Support) -> None:
    for source in (FLATS, FIRM, PLAN):
        assert support.check(source.quote, [source]).supported


@given(st.integers(0, 2), st.integers(1, 9))
@settings(deadline=None, max_examples=20)
def test_no_changed_digit_passes(support: Support, place: int, by: int) -> None:
    digits = list("920")
    digits[place] = str((int(digits[place]) + by) % 10)
    assert not support.check(FLATS.quote.replace("920", "".join(digits)), [FLATS]).supported


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "。", "1" * 10_000, "长" * 10_000, "<script>", "[1]"])
def test_odd_sentences_never_raise_and_never_pass(support: Support, text: str) -> None:
    assert not support.check(text, [FLATS]).supported
    assert not support.check(text, []).supported
