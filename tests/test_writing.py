import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.writing import language, normalise, to_simplified, to_traditional

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  食堂\t在\n哪里  ", "食堂 在 哪里"),
        ("Ｃ３栋，９２０套？", "C3栋,920套?"),
        ("缙雲新居有幾套人才公寓", "缙云新居有几套人才公寓"),
        ("臺灣後勤發展乾淨什麼", "台湾后勤发展干净什么"),
        ("乾隆著名", "乾隆著名"),
        ("食\u200b堂\ufeff在\u2060哪\u00ad里\u202e", "食堂在哪里"),
        ("食堂\x00在\x07哪\u2028里", "食堂 在 哪 里"),
        ("食堂\ud83d什么时候开业", "食堂什么时候开业"),
        ("葛\U000e0100亮\ufe0f", "葛亮"),
        ("①㎡⅓", "1m21⁄3"),
        ("cafe\u0301", "café"),
        ("薴麻", "苎麻"),
        ("", ""),
        ("\u200b \ufffd", ""),
    ],
)
def test_a_question_is_normalised(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(ANY_TEXT)
@example("薴")
@example("\u00b4\u0301 \u200bá")
@example("\u0344\x00\u0308")
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == " ".join(once.split())
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in once)
    once.encode("utf-8")


def test_every_character_is_normalised_for_good() -> None:
    odd = [code for code in range(0x30000) if normalise(normalise(f"园{chr(code)}区")) != normalise(f"园{chr(code)}区")]
    assert odd == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("人才公寓有几套", "zh"),
        ("人才公寓有幾套", "zh-Hant"),
        ("How many?", "en"),
        ("园区rent多少", "zh"),
        ("什麼是PPP", "zh-Hant"),
        ("后面", "zh"),
        ("A座", "zh"),
        ("123", "zh"),
        ("?", "zh"),
        ("", "zh"),
        ("食堂\ud83d", "zh"),
        ("hello\ud83d", "en"),
    ],
)
def test_the_language_to_answer_in(text: str, expected: str) -> None:
    assert language(text) == expected


@given(ANY_TEXT)
def test_any_text_has_a_language(text: str) -> None:
    assert language(text) in {"zh", "zh-Hant", "en"}


def test_scripts_are_converted_both_ways() -> None:
    assert to_traditional("资料里没有") == "資料裏沒有"
    assert to_simplified("資料裡沒有") == "资料里没有"
    assert to_simplified("no Han") == "no Han"
