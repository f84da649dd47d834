"""Who asks to be called, at the door: every field that is wrong is named at once, and nothing else gets through."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_door import JSON

from desk.kept import Left
from tests.desk_rows import NOON
from ui.contact_strings import EN, ZH
from ui.door import Rejection
from ui.leads import LIMITS, LeadRejection, consent_text, read_lead

WHOLE = {"name": "李雷", "contact": "138 0013 8000", "consent": True}


def read(**fields: object) -> Left:
    return read_lead(json.dumps({**WHOLE, **fields}).encode(), "甲园区", ZH, NOON)


def wrong(**fields: object) -> dict[str, str]:
    with pytest.raises(LeadRejection) as caught:
        read(**fields)
    assert caught.value.status == 422
    assert caught.value.as_json()["error"]["fields"] == caught.value.fields
    return caught.value.fields


def test_a_whole_lead() -> None:
    left = read(
        name=" 李  雷 ",
        company="微视",
        area="2000",
        industry="传感器",
        move_in="明年",
        need="要行车。\r\n谢谢 ",
        turn="t1",
    )
    assert (left.name, left.contact, left.company) == ("李 雷", "138 0013 8000", "微视")
    assert (left.area, left.industry, left.move_in, left.need) == ("2000 平方米", "传感器", "明年", "要行车。\n谢谢")
    assert (left.turn_id, left.left_at) == ("t1", NOON)
    assert "甲园区的招商人员" in left.consent_text


def test_only_name_contact_and_consent_are_needed() -> None:
    left = read(company=None, turn="")
    assert (left.company, left.area, left.need, left.turn_id) == ("", "", "", "")


@pytest.mark.parametrize("area", ["1000到2000平", "两亩", "2000㎡"])
def test_an_area_in_words_stays(area: str) -> None:
    assert read(area=area).area == area


def test_everything_that_is_wrong_is_told_at_once_in_the_visitors_language() -> None:
    assert wrong(name=" \u200b", contact="123", consent=False, need="长" * 501) == {
        "name": ZH.missing, "contact": ZH.reach_format, "need": "最多 500 个字。", "consent": ZH.consent_missing,
    }  # fmt: skip
    with pytest.raises(LeadRejection) as caught:
        read_lead(b"{}", "P", EN, NOON)
    assert caught.value.fields == {"name": EN.missing, "contact": EN.missing, "consent": EN.consent_missing}


@pytest.mark.parametrize("field", [field for field in LIMITS if field != "contact"])
def test_each_field_has_an_end(field: str) -> None:
    text = "长" * LIMITS[field]
    assert getattr(read(**{field: text}), field) == text
    assert wrong(**{field: text + "长"}) == {field: ZH.too_long.format(limit=LIMITS[field])}


@pytest.mark.parametrize("consent", [None, False, "true", 1, [], {}])
def test_consent_is_given_or_it_is_not(consent: object) -> None:
    assert wrong(consent=consent) == {"consent": ZH.consent_missing}


def test_the_words_agreed_to_are_the_ones_that_were_shown() -> None:
    shown = consent_text("甲园区", EN)
    assert read(consent_text=shown).consent_text == shown
    for other in ("我什么都不同意", "", 7, shown + " "):
        assert wrong(consent_text=other) == {"consent": ZH.consent_changed}


def test_what_cannot_be_seen_and_markup_stay_words() -> None:
    left = read(name="李\0雷\u202e<b>", need="a\x00b\nc\u2028d<script>\ud800")
    assert left.name == "李 雷 <b>"
    assert left.need == "a b\nc d<script>?"


@pytest.mark.parametrize("field", ["name", "contact", "need"])
@pytest.mark.parametrize("value", [7, ["x"], {"a": 1}, True])
def test_a_field_is_a_text(field: str, value: object) -> None:
    with pytest.raises(Rejection) as caught:
        read(**{field: value})
    assert caught.value.code == "field_type"


@given(st.dictionaries(st.sampled_from([*LIMITS, "consent", "consent_text", "turn"]), JSON) | JSON)
def test_any_json_is_a_lead_or_a_refusal(value: object) -> None:
    try:
        left = read_lead(json.dumps(value).encode(), "甲园区", ZH, NOON)
    except Rejection as rejection:
        assert rejection.status in (400, 422) and rejection.message
    else:
        assert left.name and left.contact and left.consent_text
