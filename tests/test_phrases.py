import string

import pytest

from rag import phrases
from rag.asked import KINDS
from rag.phrases import label, phrase
from rag.records import Language


def places(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_both_languages_say_the_same_things() -> None:
    assert phrases._CHINESE.keys() == phrases._ENGLISH.keys()
    assert all(places(text) == places(phrases._ENGLISH[name]) for name, text in phrases._CHINESE.items())


def test_labels_name_kinds_that_can_be_asked() -> None:
    assert phrases._LABELS.keys() <= KINDS.keys()


def test_traditional_chinese_is_converted_but_for_the_quote() -> None:
    told = phrase("nearest", "zh-Hant", topic="人才公寓", quote="缙云新居有920套。", number=1)
    assert told.startswith("關於“人才公寓”")
    assert "缙云新居有920套。[1]" in told


def test_braces_in_what_fills_a_place_are_shown_as_they_are() -> None:
    assert "{0}{x}" in phrase("nearest", "zh", topic="公寓", quote="{0}{x}", number=1)
    assert "{x}" in phrase("nearest", "zh-Hant", topic="公寓", quote="{x}", number=1)


@pytest.mark.parametrize(("language", "name"), [("zh", "联系方式"), ("zh-Hant", "联系方式"), ("en", "contact details")])
def test_what_is_asked_for_has_a_name(language: Language, name: str) -> None:
    assert label("phone", language) == name


def test_a_kind_that_no_noun_fits_has_no_label() -> None:
    assert label("what", "zh") == label("what", "en") == ""
