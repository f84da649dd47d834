"""The parts that stand before any question is asked."""

from ui.parts import chips, header, translations, welcome
from ui.strings import EN, ZH


def test_every_locale_has_every_text() -> None:
    tables = translations("甲园")
    assert {"zh", "zh-CN", "zh-TW", "zh-HK", "en"} == set(tables)
    assert len({frozenset(table) for table in tables.values()}) == 1
    assert tables["zh-CN"]["title"] == "甲园 · 园区问答"


def test_the_parks_name_is_escaped() -> None:
    assert "<h1>&lt;b&gt;&amp;</h1>" in header("<b>&", ZH)


def test_there_are_six_to_eight_example_questions_in_each_language() -> None:
    for strings in (ZH, EN):
        assert 6 <= chips(strings).count("<button") == len(set(strings.chips)) <= 8


def test_the_script_finds_its_words() -> None:
    for name in ("thinking", "stopped", "lost", "copied", "failed", "again", "close", "report"):
        assert f' data-{name}="' in welcome(ZH)
